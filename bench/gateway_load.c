/* The two ends of bench/gateway.py: a server that answers at once, and a caller that asks again as soon as it has its answer.
 *
 *   gateway_load serve PORT                       answers 1 kB of JSON; `/stream` answers 100 events, one each 5 ms, that carry the time they were sent
 *   gateway_load ask PORT PATH BODY CONNS COUNT   prints: p50 p99 of the time to the first byte in ns, requests a second; each request is a little
 *                                                 shorter or longer than the one before, as those of a conversation are
 *   gateway_load anew PORT PATH BODY CONNS COUNT  the same, and each request has an id of its own in its head
 *   gateway_load listen PORT PATH CONNS           prints: p50 p99 in ns of the way of an event
 *
 * Single-threaded, epoll, keep-alive. Linux.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define BUF (1 << 18)
#define EVENTS 100
#define KINDS 8
#define EACH_NS 5000000L

static long now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }
static void die(const char *what) { perror(what); exit(1); }
static void quick(int fd) { int one = 1; setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); }
static int by_size(const void *a, const void *b) { long x = *(const long *)a, y = *(const long *)b; return x < y ? -1 : x > y; }

static void send_all(int fd, const char *data, size_t size) {
    while (size) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n < 0) { if (errno == EAGAIN || errno == EINTR) continue; return; }
        data += n; size -= n;
    }
}

/* One message: where its head ended, how much of its body is still to come. */
struct peer { int fd, timer, left, got_head, stream, of; char head[8192]; int head_len; long need; long began, first; };

static long body_length(const char *head) {
    const char *at = strcasestr(head, "\ncontent-length:");
    return at ? atol(at + 16) : 0;
}

static void arm(struct peer *p, int ep) {
    struct itimerspec when = {{0, EACH_NS}, {0, EACH_NS}};
    p->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    timerfd_settime(p->timer, 0, &when, NULL);
    struct peer *t = calloc(1, sizeof *t);
    *t = *p; t->fd = p->timer; t->of = p->fd; t->left = EVENTS;
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = t};
    epoll_ctl(ep, EPOLL_CTL_ADD, p->timer, &e);
}

static int serve(int port) {
    static char answer[4096]; char body[1025];
    static const char front[] = "{\"id\":\"c\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"";
    static const char back[] = "\"}}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}";
    memset(body, 'x', 1024); memcpy(body, front, sizeof front - 1); memcpy(body + 1025 - sizeof back, back, sizeof back - 1); body[1024] = 0;
    int answer_len = snprintf(answer, sizeof answer,
        "HTTP/1.1 200 OK\r\nDate: Sun, 14 Dec 2025 20:25:00 GMT\r\nContent-Type: application/json\r\nrequest-id: req_011CSHoEeqs5C35K2UUqR7Fy\r\n"
        "anthropic-ratelimit-requests-limit: 4000\r\nanthropic-ratelimit-requests-remaining: 3999\r\nanthropic-ratelimit-requests-reset: 2025-12-14T20:25:01Z\r\n"
        "anthropic-ratelimit-input-tokens-limit: 2000000\r\nanthropic-ratelimit-input-tokens-remaining: 1999000\r\n"
        "anthropic-ratelimit-input-tokens-reset: 2025-12-14T20:25:01Z\r\nanthropic-ratelimit-output-tokens-limit: 400000\r\n"
        "anthropic-ratelimit-output-tokens-remaining: 399000\r\nserver: cloudflare\r\ncf-ray: 9a1b2c3d4e5f6789-FRA\r\nvia: 1.1 google\r\nContent-Length: 1024\r\n\r\n%s", body);
    static const char stream_head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nrequest-id: req_1\r\n\r\n";
    static char buf[BUF];
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), ep = epoll_create1(0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&a, sizeof a) || listen(listener, 512)) die("bind");
    struct peer door = {.fd = listener};
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = &door}, got[64];
    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int count = epoll_wait(ep, got, 64, -1);
        for (int i = 0; i < count; i++) {
            struct peer *p = got[i].data.ptr;
            if (p == &door) {
                int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) continue;
                quick(fd);
                struct peer *fresh = calloc(1, sizeof *fresh);
                fresh->fd = fd; e.data.ptr = fresh; e.events = EPOLLIN;
                epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
                continue;
            }
            if (p->of) { /* a timer: the next event of a stream */
                long ticks; char line[128], chunk[192];
                if (read(p->fd, &ticks, sizeof ticks) < 0) continue;
                int n = snprintf(line, sizeof line, "event: content_block_delta\ndata: {\"sent\":%ld,\"text\":\"some words of an answer\"}\n\n", now_ns());
                int m = snprintf(chunk, sizeof chunk, "%x\r\n%s\r\n", n, line);
                send_all(p->of, chunk, m);
                if (--p->left == 0) { send_all(p->of, "0\r\n\r\n", 5); close(p->fd); free(p); }
                continue;
            }
            ssize_t n = recv(p->fd, buf, BUF, 0);
            if (n <= 0) { if (n < 0 && errno == EAGAIN) continue; close(p->fd); free(p); continue; }
            if (!p->got_head) {
                int take = n < (int)sizeof p->head - 1 - p->head_len ? n : (int)sizeof p->head - 1 - p->head_len;
                memcpy(p->head + p->head_len, buf, take); p->head_len += take; p->head[p->head_len] = 0;
                char *end = strstr(p->head, "\r\n\r\n");
                if (!end) continue;
                p->got_head = 1; p->stream = strstr(p->head, "/stream") != NULL;
                p->need = body_length(p->head) - ((p->head_len - take) + n - (end + 4 - p->head));
            } else p->need -= n;
            if (p->need > 0) continue;
            p->got_head = 0; p->head_len = 0;
            if (p->stream) { send_all(p->fd, stream_head, sizeof stream_head - 1); arm(p, ep); }
            else send_all(p->fd, answer, answer_len);
        }
    }
    return 0;
}

static int reach(int port) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(fd, (void *)&a, sizeof a)) die("connect");
    quick(fd);
    return fd;
}

static void ask(struct peer *p, const char *request, size_t size) { p->began = now_ns(); p->first = 0; p->got_head = 0; p->head_len = 0; send_all(p->fd, request, size); }

/* One request in `to`; `id` is put into its head where it is not 0. */
static int written(char *to, int port, const char *path, long body, long id) {
    char line[64] = "";
    if (id) snprintf(line, sizeof line, "x-bench-id: %032ld\r\n", id);
    int size = snprintf(to, 4096, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nx-api-key: sk-not-a-key\r\nanthropic-version: 2023-06-01\r\nuser-agent: anthropic/python 2.12.0\r\n"
        "accept: application/json\r\ncontent-type: application/json\r\n%scontent-length: %ld\r\n\r\n", path, port, line, body);
    memset(to + size, 'y', body);
    static const char begin[] = "{\"model\":\"claude-opus-4-5-20251101\",\"messages\":[{\"role\":\"user\",\"content\":\"";
    memcpy(to + size, begin, sizeof begin - 1); memcpy(to + size + body - 4, "\"}]}", 4);
    return size + body;
}

static char *made[KINDS]; static int sizes[KINDS];

/* The next request, of `KINDS` that were made before or with an id of its own. */
static void next(struct peer *p, long asked, int anew) {
    int kind = asked % KINDS;
    if (anew) {
        char *at = strstr(made[kind], "x-bench-id: ") + 12; char id[40];
        memcpy(at, id, snprintf(id, sizeof id, "%032ld", asked));
    }
    ask(p, made[kind], sizes[kind]);
}

static int caller(int port, const char *path, long body, int conns, long count, int stream, int anew) {
    static char buf[BUF];
    for (int i = 0; i < KINDS; i++) { made[i] = malloc(body + 4096); sizes[i] = written(made[i], port, path, body - 3 * i, anew); }
    int ep = epoll_create1(0); long done = 0, asked = 0, all = stream ? (long)conns * EVENTS : count; long *took = calloc(all, sizeof *took);
    struct epoll_event e = {.events = EPOLLIN}, got[64];
    long start = now_ns();
    for (int i = 0; i < conns; i++) {
        struct peer *p = calloc(1, sizeof *p);
        p->fd = reach(port); e.data.ptr = p;
        epoll_ctl(ep, EPOLL_CTL_ADD, p->fd, &e);
        if (asked < count || stream) next(p, ++asked, anew);
    }
    while (done < all) {
        int n = epoll_wait(ep, got, 64, 30000);
        if (n <= 0) { fprintf(stderr, "no answer came\n"); return 1; }
        for (int i = 0; i < n; i++) {
            struct peer *p = got[i].data.ptr;
            ssize_t came = recv(p->fd, buf, BUF - 1, 0);
            if (came <= 0) { fprintf(stderr, "the connection was closed\n"); return 1; }
            buf[came] = 0;
            if (stream) {
                long at = now_ns();
                for (char *s = buf; (s = strstr(s, "\"sent\":")); s += 7) if (done < all) took[done++] = at - atol(s + 7);
                continue;
            }
            if (!p->first) p->first = now_ns();
            if (!p->got_head) {
                int take = came < (int)sizeof p->head - 1 - p->head_len ? came : (int)sizeof p->head - 1 - p->head_len;
                memcpy(p->head + p->head_len, buf, take); p->head_len += take; p->head[p->head_len] = 0;
                char *end = strstr(p->head, "\r\n\r\n");
                if (!end) continue;
                if (strncmp(p->head + 9, "200", 3)) { fprintf(stderr, "%.200s\n", p->head); return 1; }
                p->got_head = 1;
                if (strcasestr(p->head, "transfer-encoding: chunked")) p->need = strstr(end, "\r\n0\r\n\r\n") ? 0 : 1L << 40;
                else p->need = body_length(p->head) - ((p->head_len - take) + came - (end + 4 - p->head));
            } else if (p->need > 1L << 39) { if (came >= 5 && !memcmp(buf + came - 5, "0\r\n\r\n", 5)) p->need = 0; }
            else p->need -= came;
            if (p->need > 0) continue;
            took[done++] = p->first - p->began;
            if (asked < count) next(p, ++asked, anew);
            if (done >= all) break;
        }
    }
    double seconds = (now_ns() - start) / 1e9;
    qsort(took, all, sizeof *took, by_size);
    printf("%ld %ld %.0f\n", took[all / 2], took[all * 99 / 100], all / seconds);
    return 0;
}

int main(int n, char **v) {
    if (n == 3 && !strcmp(v[1], "serve")) return serve(atoi(v[2]));
    if (n == 7 && (!strcmp(v[1], "ask") || !strcmp(v[1], "anew"))) return caller(atoi(v[2]), v[3], atol(v[4]), atoi(v[5]), atol(v[6]), 0, v[1][1] == 'n');
    if (n == 5 && !strcmp(v[1], "listen")) return caller(atoi(v[2]), v[3], 2048, atoi(v[4]), 1L << 40, 1, 0);
    fprintf(stderr, "see the head of gateway_load.c\n");
    return 2;
}
