/** A running `statuswatch bridge`: messages out, commands in. It is started again when it ends, with growing pauses, and never touches the engine. */

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { Lines, read, type Answer, type Message } from "./protocol.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const STEADY_AFTER_MS = 30_000;
const ANSWER_WITHIN_MS = 5_000;
/** A claim is answered once it is settled who shows the notice, after a pop-up that hangs too. To give up on a grant would be a notice that nobody shows. */
const CLAIM_WITHIN_MS = 60_000;
const MISSING = new Set(["ENOENT", "EACCES", "ENOTDIR"]);

export interface Events {
  /** A message that is no answer. */
  message(message: Message): void;
  /** The program cannot be started (`missing`), or ended (`ended`); it is tried again by itself. */
  gone(why: "missing" | "ended", detail: string): void;
  /** One line for the log: never text of a feed. */
  log(line: string): void;
}

export type Start = (program: string) => ChildProcessWithoutNullStreams;

/** Start the bridge: an argument vector and no shell; only its own pipes. */
export const startBridge: Start = (program) => spawn(program, ["bridge"], { stdio: "pipe", windowsHide: true });

interface Asked {
  resolve(answer: Answer): void;
  timer: NodeJS.Timeout;
}

export class Bridge {
  readonly #events: Events;
  readonly #find: () => string;
  readonly #start: Start;
  readonly #asked = new Map<string, Asked>();
  #child: ChildProcessWithoutNullStreams | undefined;
  #again: NodeJS.Timeout | undefined;
  #pause = FIRST_PAUSE_MS;
  #number = 0;
  #closed = false;

  constructor(find: () => string, events: Events, start: Start = startBridge) {
    this.#find = find;
    this.#events = events;
    this.#start = start;
  }

  /** Start now, also where a pause was running. */
  open(): void {
    if (this.#closed || this.#child) return;
    clearTimeout(this.#again);
    const program = this.#find();
    const since = Date.now();
    let ended = false;
    const over = (why: "missing" | "ended", detail: string): void => {
      if (ended) return;
      ended = true;
      this.#over(why, detail, Date.now() - since);
    };
    try {
      const child = this.#start(program);
      this.#child = child;
      const lines = new Lines();
      child.stdout.setEncoding("utf8");
      child.stdout.on("data", (piece: string) => this.#hear(lines, piece));
      child.stderr.setEncoding("utf8");
      child.stderr.on("data", (piece: string) => this.#events.log(`bridge: ${piece.slice(0, 500).trimEnd()}`));
      child.stdin.on("error", () => undefined); // it went away while we wrote: `close` says so
      child.on("error", (error: NodeJS.ErrnoException) => over(MISSING.has(error.code ?? "") ? "missing" : "ended", error.message));
      child.on("close", (code, signal) => over("ended", `status ${code ?? signal ?? "unknown"}`));
    } catch (error) {
      over("missing", String(error));
    }
  }

  #hear(lines: Lines, piece: string): void {
    let whole: string[];
    try {
      whole = lines.take(piece);
    } catch (error) {
      this.#events.log(String(error));
      this.#child?.kill();
      return;
    }
    for (const line of whole) {
      const message = read(line);
      if (message === undefined) this.#events.log("a line of the bridge was skipped: not a message of version 1 that is used here");
      else if ((message.type === "done" || message.type === "error") && message.id !== null) this.#answered(message.id, message);
      else this.#events.message(message);
    }
  }

  #answered(id: string, message: Message): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    clearTimeout(asked.timer);
    asked.resolve(message.type === "done" ? message : { ok: false, error: message.type === "error" ? message.error : "" });
  }

  #over(why: "missing" | "ended", detail: string, lasted: number): void {
    this.#child = undefined;
    for (const id of [...this.#asked.keys()]) this.#answered(id, { type: "error", id, error: "the bridge ended" });
    if (this.#closed) return;
    this.#pause = lasted > STEADY_AFTER_MS ? FIRST_PAUSE_MS : Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    this.#events.gone(why, detail);
    this.#again = setTimeout(() => this.open(), this.#pause);
  }

  /** Ask for something; the answer says whether it was done. Never rejects: no bridge and no answer in time are answers too. */
  ask(command: string, target: string, more: Record<string, unknown> = {}): Promise<Answer> {
    const child = this.#child;
    if (!child?.stdin.writable) return Promise.resolve({ ok: false, error: "statuswatch is not running" });
    const id = `vscode-${++this.#number}`;
    return new Promise((resolve) => {
      const within = command === "claim" ? CLAIM_WITHIN_MS : ANSWER_WITHIN_MS;
      const timer = setTimeout(() => this.#answered(id, { type: "error", id, error: "no answer in time" }), within);
      this.#asked.set(id, { resolve, timer });
      child.stdin.write(`${JSON.stringify({ type: "command", id, command, target, ...more })}\n`);
    });
  }

  /** End it and all that waits. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#child?.stdin.end();
    this.#child?.kill();
    for (const id of [...this.#asked.keys()]) this.#answered(id, { type: "error", id, error: "closed" });
  }
}
