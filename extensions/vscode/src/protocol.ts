/** The messages of the bridge, version 1, as far as this extension uses them. See extensions/README.md. What is not known is skipped. */

export const PROTOCOL = 1;
const LONGEST_LINE = 32 * 1024 * 1024;

export type Level = "ok" | "unknown" | "unsure" | "yours" | "failing" | "down" | "recovering";
export type Health = "ok" | "suspect" | "degraded" | "down" | "recovering" | "maintenance" | "unknown";

export interface Route {
  route: string;
  provider_name: string;
  title: string;
  surface_name: string;
  verdict: { health: Health; fault: string; confidence: string; since: string | null; as_of: string | null };
  calls: { ok: number; failed: number };
  feed_state: string | null;
  page_word: string;
  note: string;
}

export interface Incident {
  key: string;
  provider_name: string;
  title: string;
  impact: string;
  stage: string;
  posted_at: string | null;
  resolved_at: string | null;
  url: string | null;
  concerns: boolean;
  relevance: { route: string; relevance: string; sentence: string }[];
  updates: { at: string; stage: string; body: string }[];
}

export interface Call {
  at: string;
  outcome: string;
  client: string;
  model: string;
  route: string;
  status: number | null;
  code: string | null;
  fault: string | null;
  confidence: string | null;
  project: string | null;
  request_id: string | null;
}

export interface Snapshot {
  at: string;
  v: number;
  engine: { version: string; expires_at: string; simulated: string | null };
  summary: { level: Level; headline: string; details: string[]; label: string };
  routes: Route[];
  incidents: Incident[];
  calls: Call[];
  problems: string[];
  hushed?: { by: string; title: string; until: string | null }[];
}

export interface Notice {
  id: string;
  trouble: string;
  kind: string;
  title: string;
  body: string;
  routes: string[];
  incident: string | null;
  url: string | null;
  simulated: boolean;
}

export interface Action {
  title: string;
  command: string;
  target: string;
  for_s: number | null;
}

export interface Answer {
  ok: boolean;
  error?: string;
  by?: string | null;
  url?: string;
  host?: string;
  lines?: string[];
}

export type Message =
  | { type: "hello"; v: number; version: string; capabilities: string[]; engine: boolean; reason?: string; missing?: string[] }
  | { type: "snapshot"; snapshot: Snapshot; stale?: boolean }
  | { type: "changes"; snapshot: Snapshot; stale?: boolean }
  | { type: "notice"; notice: Notice; actions?: Action[] }
  | { type: "claimed"; notice: string; trouble: string; by: string }
  | ({ type: "done"; id: string } & Answer)
  | { type: "error"; id: string | null; error: string }
  | { type: "pong"; id: string };

const KNOWN: ReadonlySet<string> = new Set(["hello", "snapshot", "changes", "notice", "claimed", "done", "error", "pong"]);

/** One line of the bridge; undefined where it is of no use to us (not JSON, another kind, a picture that lacks what is needed). */
export function read(line: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value["type"] !== "string" || !KNOWN.has(value["type"])) return undefined;
  return isWhole(value) ? (value as unknown as Message) : undefined;
}

function isWhole(value: Record<string, unknown>): boolean {
  switch (value["type"]) {
    case "hello":
      return typeof value["v"] === "number" && Array.isArray(value["capabilities"]);
    case "snapshot":
    case "changes":
      return isSnapshot(value["snapshot"]);
    case "notice":
      return isObject(value["notice"]) && typeof value["notice"]["id"] === "string" && typeof value["notice"]["title"] === "string";
    case "claimed":
      return typeof value["notice"] === "string";
    case "done":
      return typeof value["id"] === "string" && typeof value["ok"] === "boolean";
    default:
      return true;
  }
}

/** Whether this is a picture of a form that we read: `v` 1 and all lists there. */
export function isSnapshot(value: unknown): value is Snapshot {
  if (!isObject(value) || value["v"] !== PROTOCOL || !isObject(value["summary"]) || !isObject(value["engine"])) return false;
  const lists = [value["routes"], value["incidents"], value["calls"], value["summary"]["details"]];
  return typeof value["summary"]["level"] === "string" && lists.every(Array.isArray);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Bytes in, whole lines out. A line without an end is given up at 32 MiB. */
export class Lines {
  #pieces: string[] = [];
  #length = 0;

  /** Take a piece; returns the lines that are whole now, without their ends. Throws RangeError where a line is longer than any message may be. */
  take(piece: string): string[] {
    const parts = piece.split("\n");
    const rest = parts.pop() ?? "";
    const whole = parts.map((part, index) => (index === 0 ? this.#pieces.join("") + part : part));
    if (parts.length > 0) {
      this.#pieces = [];
      this.#length = 0;
    }
    this.#pieces.push(rest);
    this.#length += rest.length;
    if (this.#length > LONGEST_LINE) throw new RangeError("a line of the bridge is longer than 32 MiB");
    return whole.filter((line) => line.trim() !== "");
  }
}
