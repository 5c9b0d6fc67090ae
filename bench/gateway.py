"""What the gateway costs: beside nginx, mitmproxy and LiteLLM in one run, as ratios of what each adds to a direct call.

    python bench/gateway.py [ROUNDS [PEER...]]      peers: mitmproxy litellm (default: both)

Rounds alternate between the ways; printed are medians over the rounds. Both ends are one small C program that this compiles (gateway_load.c); nginx must be
installed (apt install nginx-light), mitmproxy and LiteLLM are installed from the package registry into `.venv/bench` where they are not there. What cannot be
had is left out with a sentence. `gateway` is the gateway by itself with what observes calls; `engine` is the one in a running engine, which takes each call in.
"""

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".venv" / "bench"
ALONE = Path(__file__).with_name("gateway_alone.py")
PATH = "/v1/chat/completions"
TOKEN = "bench-token-0123456789"
HERE = 2048
LARGE = 200_000
PATIENCE_S = 180.0

NGINX = """
daemon off; pid {folder}/{name}.pid; error_log {folder}/{name}.log error; worker_processes 1;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
  scgi_temp_path {folder}/s; keepalive_requests 1000000000; client_max_body_size 0;
  upstream there {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} {listen};
    {server}
  }}
}}
"""
PASS = """location / {
      proxy_pass %s://there; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_request_buffering off; %s
    }"""


@dataclass(frozen=True)
class Way:
    """One way to the server: `slow` where it takes milliseconds, so that fewer requests are made."""

    name: str
    port: int
    path: str
    pid: int
    slow: bool = False


def free_port() -> int:
    with socket.socket() as box:
        box.bind(("127.0.0.1", 0))
        return int(box.getsockname()[1])


class SilentError(Exception):
    """A program that was started and does not listen."""


def wait_for(port: int, log: Path | None = None) -> None:
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        with socket.socket() as box:
            box.settimeout(1)
            if not box.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise SilentError(f"nothing listens at port {port}: {log.read_text(errors='replace')[-500:] if log else ''}")


@contextmanager
def running(words: Sequence[str], log: Path, environ: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as file:
        process = subprocess.Popen(words, stdout=file, stderr=file, stdin=subprocess.DEVNULL, env=environ or dict(os.environ), start_new_session=True)
    try:
        yield process
    finally:
        with_children = os.getpgid(process.pid) == process.pid
        os.killpg(process.pid, signal.SIGTERM) if with_children else process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def installed(name: str, package: str, program: str) -> Path | None:
    """The program of a peer in an environment of its own; None where it cannot be had."""
    place = PEERS / name
    found = place / "bin" / program
    if not found.exists():
        print(f"installing {package} into {place.relative_to(ROOT)} ...", flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(place)], capture_output=True, check=False).returncode == 0
        if not made or subprocess.run([place / "bin" / "pip", "install", "-q", package], capture_output=True, check=False).returncode:
            print(f"{name} is left out: it could not be installed")
            return None
    return found


# The ways


def nginx(stack: ExitStack, folder: Path, name: str, upstream: int, server: str, listen: str = "") -> tuple[int, int]:
    port = free_port()
    config = folder / f"{name}.conf"
    config.write_text(NGINX.format(folder=folder, name=name, upstream=upstream, port=port, listen=listen, server=server))
    process = stack.enter_context(running(["nginx", "-c", str(config), "-p", str(folder)], folder / f"{name}.out"))
    wait_for(port, folder / f"{name}.out")
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return port, int(workers[0])


def own(stack: ExitStack, folder: Path, url: str, environ: dict[str, str]) -> tuple[int, int]:
    port = free_port()
    process = stack.enter_context(running([sys.executable, str(ALONE), str(port), TOKEN, url], folder / f"gateway-{port}.out", {**os.environ, **environ}))
    wait_for(port, folder / f"gateway-{port}.out")
    return port, process.pid


def engine(stack: ExitStack, folder: Path, upstream: int) -> Way:
    home, port = folder / "home", free_port()
    (home / "config").mkdir(parents=True)
    own_url = f"http://127.0.0.1:{upstream}"
    (home / "config" / "config.toml").write_text(
        f'[gateway]\nenabled = true\nport = {port}\nupstreams = ["anthropic={own_url}"]\n'
        f'[providers.anthropic]\nurls = ["{own_url}/feed"]\n[notices]\ndesktop = false\n'
    )
    environ = {**os.environ, "STATUSWATCH_HOME": str(home), "HOME": str(folder)}
    process = stack.enter_context(running([sys.executable, "-m", "statuswatch", "engine", "run"], folder / "engine.out", environ))
    wait_for(port, folder / "engine.out")
    with socket.socket(socket.AF_UNIX) as box:
        box.connect(str(home / "run" / "gateway.sock"))
        address = json.loads(box.makefile().readline())["address"]
    return Way("engine", port, f"/{address.rsplit('/', 1)[1]}/anthropic{PATH}", process.pid)


def certificate(folder: Path) -> tuple[Path, Path]:
    key, cert = folder / "key.pem", folder / "cert.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(["openssl", *words.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


def mitmproxy(stack: ExitStack, folder: Path, upstream: int) -> Way | None:
    program = installed("mitmproxy", "mitmproxy", "mitmdump")
    if program is None:
        return None
    port = free_port()
    words = [
        str(program),
        "-q",
        "--mode",
        f"reverse:http://127.0.0.1:{upstream}",
        "--listen-host",
        "127.0.0.1",
        "--listen-port",
        str(port),
        "--set",
        "stream_large_bodies=1",
    ]
    process = stack.enter_context(running([*words, "--set", f"confdir={folder}/mitm"], folder / "mitm.out"))
    wait_for(port, folder / "mitm.out")
    return Way("mitmproxy", port, PATH, process.pid, slow=True)


def litellm(stack: ExitStack, folder: Path, upstream: int) -> Way | None:
    program = installed("litellm", "litellm[proxy]", "litellm")
    if program is None:
        return None
    port = free_port()
    config = folder / "litellm.yaml"
    model = {"model": "openai/m", "api_base": f"http://127.0.0.1:{upstream}/v1", "api_key": "none"}
    config.write_text(json.dumps({"model_list": [{"model_name": "claude-opus-4-5-20251101", "litellm_params": model}]}))
    environ = {
        **os.environ,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    }
    process = stack.enter_context(running([str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)], folder / "litellm.out", environ))
    wait_for(port, folder / "litellm.out")
    return Way("LiteLLM", port, PATH, process.pid, slow=True)


# Measuring


def said(load: Path, *words: object, core: int | None = None) -> list[float] | None:
    pinned = ["taskset", "-c", str(core)] if core is not None else []
    done = subprocess.run([*pinned, str(load), *map(str, words)], capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        print(f"  (failed: {done.stderr.strip()[:120]})")
        return None
    return [float(word) for word in done.stdout.split()]


def memory(pid: int) -> float:
    """Resident megabytes of a process and its children."""
    kept = next((line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")), "VmRSS: 0")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(kept.split()[1]) / 1024 + sum(memory(int(child)) for child in children)


def table(title: str, goal: str, found: dict[str, list[float]], unit: str, base: str | None = "nginx", *, digits: int = 1) -> None:
    print(f"\n{title}   (goal: {goal})")
    medians = {name: statistics.median(values) for name, values in found.items() if values}
    for name, value in medians.items():
        ratio = f"{value / medians[base]:8.2f} x {base}" if base and medians.get(base) else ""
        print(f"  {name:12}{value:12.{digits}f} {unit:8}{ratio}", flush=True)


def added(load: Path, ways: Sequence[Way], direct: Way, rounds: int, words: Sequence[object], count: int, verb: str = "ask") -> dict[str, list[float]]:
    """What each way adds to the median of the direct one, in microseconds, round by round."""
    found: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(rounds):
        base = said(load, verb, direct.port, direct.path, *words, count)
        for way in ways:
            took = said(load, verb, way.port, way.path, *words, max(60, count // 20) if way.slow else count)
            if base and took:
                found[way.name].append((took[0] - base[0]) / 1000)
    return found


def streams(load: Path, ways: Sequence[Way], direct: Way, rounds: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {way.name: [] for way in ways}
    for _ in range(rounds):
        base = said(load, "listen", direct.port, direct.path.replace(PATH, "/stream"), 1)
        for way in ways:
            took = said(load, "listen", way.port, way.path.replace(PATH, "/stream"), 1)
            if base and took:
                found[way.name].append((took[0] - base[0]) / 1000)
    return found


def many(load: Path, ways: Sequence[Way], rounds: int) -> None:
    """Throughput and tail with the proxy alone on core 0, and both ends on the last one."""
    rates: dict[str, list[float]] = {way.name: [] for way in ways}
    tails: dict[str, list[float]] = {way.name: [] for way in ways}
    last = (os.cpu_count() or 1) - 1
    for way in ways:
        for task in Path(f"/proc/{way.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {0})
    for _ in range(rounds):
        for way in ways:
            count = 200 if way.slow else 5000
            for conns, found in ((16, rates), (64, tails)):
                took = said(load, "ask", way.port, way.path, HERE, conns, count, core=last)
                if took:
                    found[way.name].append(took[2] if conns == 16 else took[1] / took[0])
    table("requests a second, 16 connections, proxy on one core", ">= 0.6 x nginx", rates, "/s", digits=0)
    table("p99 / p50 of the first byte at 64 connections, proxy on one core", "<= 3", tails, "", None, digits=2)


def measure(folder: Path, load: Path, rounds: int, stack: ExitStack) -> None:
    upstream = free_port()
    stack.enter_context(running([str(load), "serve", str(upstream)], folder / "upstream.out"))
    wait_for(upstream)
    direct = Way("direct", upstream, PATH, 0)
    port, worker = nginx(stack, folder, "nginx", upstream, PASS % ("http", ""))
    ways = [Way("nginx", port, PATH, worker)]
    port, pid = own(stack, folder, f"http://127.0.0.1:{upstream}", {})
    ways += [Way("gateway", port, f"/{TOKEN}/bench{PATH}", pid), engine(stack, folder, upstream)]
    makers = {"mitmproxy": mitmproxy, "litellm": litellm}
    for name in sys.argv[2:] or makers:
        try:
            way = makers[name](stack, folder, upstream) if name in makers else None
        except SilentError as error:
            print(f"{name} is left out: {error}")
            way = None
        ways += [way] if way is not None else []
    for way in ways:
        said(load, "ask", way.port, way.path, HERE, 1, 50 if way.slow else 2000)

    table(
        "added time to first byte, 1 connection, nothing pinned",
        "<= 1.25 x nginx, <= 1/50 LiteLLM",
        found := added(load, ways, direct, rounds, (HERE, 1), 3000),
        "us",
    )
    if found.get("LiteLLM"):
        ratio = statistics.median(found["gateway"]) / statistics.median(found["LiteLLM"])
        print(f"  gateway / LiteLLM: 1/{1 / ratio:.0f}")
    quick = [way for way in ways if not way.slow]
    anew = added(load, quick, direct, rounds, (HERE, 1), 3000, "anew")
    table("the same where each head has a field that differs and is not known to", "none: what is known of the last head does not help then", anew, "us")
    over_tls(folder, load, rounds, stack, direct)
    table("added to a request of 200 kB", "<= 1.5 x nginx", added(load, ways, direct, rounds, (LARGE, 1), 600), "us")
    table("added to an event of a stream", "<= 1.5 x nginx", streams(load, [way for way in ways if way.name != "LiteLLM"], direct, rounds), "us")
    many(load, ways, rounds)
    table("memory after all that", "<= 1/15 LiteLLM", {way.name: [memory(way.pid)] for way in ways}, "MB", "LiteLLM")


def over_tls(folder: Path, load: Path, rounds: int, stack: ExitStack, direct: Way) -> None:
    """A server with TLS: nginx, which answers by itself. What is subtracted is the same direct call as above, without TLS."""
    cert, key = certificate(folder)
    answer = f'ssl_certificate {cert}; ssl_certificate_key {key}; location / {{ default_type application/json; return 200 "{"x" * 1024}"; }}'
    upstream, _ = nginx(stack, folder, "tls", 1, answer, "ssl")
    verify = f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {cert}; proxy_ssl_name localhost; proxy_ssl_server_name on;"
    port, worker = nginx(stack, folder, "before-tls", upstream, PASS % ("https", verify))
    mine, pid = own(stack, folder, f"https://localhost:{upstream}", {"SSL_CERT_FILE": str(cert)})
    ways = (Way("nginx", port, PATH, worker), Way("gateway", mine, f"/{TOKEN}/bench{PATH}", pid))
    for way in ways:
        said(load, "ask", way.port, way.path, HERE, 1, 2000)
    table("added time to first byte, server with TLS", "<= 1.6 x nginx", added(load, ways, direct, rounds, (HERE, 1), 3000), "us")


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started ends with it
    if sys.platform != "linux" or not shutil.which("gcc") or not shutil.which("nginx") or not shutil.which("openssl"):
        print("left out: this needs Linux with gcc, openssl and nginx (apt install gcc openssl nginx-light)")
        return 0
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {rounds} alternating rounds, medians", flush=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # nginx's workers are another user's
        load = folder / "load"
        subprocess.run(["gcc", "-O2", "-w", "-o", str(load), str(Path(__file__).with_name("gateway_load.c"))], check=True)
        measure(folder, load, rounds, stack)
    return 0


if __name__ == "__main__":
    sys.exit(main())
