import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Action, Answer, Notice } from "../src/protocol.ts";
import { Teller, type Desk } from "../src/teller.ts";

const ROWS = readFileSync(new URL("../../protocol/golden.jsonl", import.meta.url), "utf8").trim().split("\n");
const TOLD = ROWS.map((line) => JSON.parse(line) as { message?: { type: string; notice: Notice; actions: Action[] } }).flatMap((row) => (row.message?.type === "notice" ? [row.message] : []));
const { notice, actions } = TOLD[0] as { notice: Notice; actions: Action[] };

class Recorder implements Desk {
  readonly did: unknown[] = [];
  pressed: string | undefined;
  claim: Answer = { ok: true };
  readonly pauses: (() => void)[] = [];

  show(calm: boolean, text: string, buttons: readonly string[]): Promise<string | undefined> {
    this.did.push(["show", calm, text, ...buttons]);
    return Promise.resolve(this.pressed);
  }
  ask(command: string, target: string, more?: Record<string, unknown>): Promise<Answer> {
    this.did.push(["ask", command, target, more]);
    if (command === "claim") return Promise.resolve(this.claim);
    return Promise.resolve(command === "open" ? { ok: true, url: "https://status.example/x" } : { ok: true });
  }
  openUrl(url: string): void {
    this.did.push(["open", url]);
  }
  showDetails(): void {
    this.did.push(["details"]);
  }
  mention(text: string): void {
    this.did.push(["mention", text]);
  }
  pause(): Promise<void> {
    return new Promise((resolve) => this.pauses.push(resolve));
  }
}

function told(change: Partial<Recorder> = {}): { desk: Recorder; teller: Teller } {
  const desk = Object.assign(new Recorder(), change);
  const teller = new Teller(desk);
  teller.claims = true;
  return { desk, teller };
}

test("a notice is claimed before it is shown, with the buttons that came with it", async () => {
  const { desk, teller } = told();
  await teller.tell(notice, actions);
  assert.deepEqual(desk.did, [
    ["ask", "claim", "n1", undefined],
    ["show", false, "Anthropic is failing for Claude Opus 4.5. 7 of 9 calls got 529.", "Open incident", "Tell me when back", "Mute 1 h", "Details"],
  ]);
});

test("what another window or the desktop shows is not shown again, and nothing twice", async () => {
  const { desk, teller } = told({ claim: { ok: false, by: "desktop" } });
  await teller.tell(notice, actions);
  await teller.tell(notice, actions);
  assert.deepEqual(desk.did, [["ask", "claim", "n1", undefined]]);
});

/** Until nothing is left to do that waits for no pause. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("messages keep a distance, or the editor would put the fourth behind its bell; all are claimed at once and come in their order", async () => {
  const { desk, teller } = told();
  for (const id of ["n1", "n2", "n3", "n4"]) void teller.tell({ ...notice, id, title: id, body: "" }, []);
  const shown = (): unknown[] => desk.did.filter((deed) => (deed as unknown[])[0] === "show").map((deed) => (deed as unknown[])[2]);
  await settled();
  assert.deepEqual(desk.did.slice(0, 4), ["n1", "n2", "n3", "n4"].map((id) => ["ask", "claim", id, undefined]));
  assert.deepEqual(shown(), ["n1."]);
  for (const expected of [["n1.", "n2."], ["n1.", "n2.", "n3."], ["n1.", "n2.", "n3.", "n4."]]) {
    desk.pauses.at(-1)?.();
    await settled();
    assert.deepEqual(shown(), expected);
  }
});

test("a notice whose claim came to nothing is claimed when it is told again", async () => {
  const { desk, teller } = told({ claim: { ok: false, error: "the engine went away" } });
  await teller.tell(notice, actions);
  desk.claim = { ok: true };
  await teller.tell(notice, actions);
  assert.deepEqual(desk.did.map((deed) => (deed as unknown[])[0]), ["ask", "ask", "show"]);
});

test("nothing is shown where the engine cannot be asked, where it is not wanted, and for a change of wording", async () => {
  for (const change of [{ claims: false }, { wanted: false }]) {
    const { desk, teller } = told();
    Object.assign(teller, change);
    await teller.tell(notice, actions);
    assert.deepEqual(desk.did, []);
  }
  const { desk, teller } = told();
  await teller.tell({ ...notice, kind: "amended" }, actions);
  assert.deepEqual(desk.did, []);
});

test("each button does its thing", async () => {
  const table: [string, unknown[][]][] = [
    ["Open incident", [["ask", "open", "n1", {}], ["open", "https://status.example/x"]]],
    ["Tell me when back", [["ask", "wait", "anthropic/code:claude-opus-4.5", {}], ["mention", "statuswatch: Tell me when back: done"]]],
    ["Mute 1 h", [["ask", "mute", "anthropic:9g6qpr72ttbr", { for_s: 3600 }], ["mention", "statuswatch: Mute 1 h: done"]]],
    ["Details", [["details"]]],
  ];
  for (const [pressed, expected] of table) {
    const { desk, teller } = told({ pressed });
    await teller.tell(notice, actions);
    assert.deepEqual(desk.did.slice(2), expected);
  }
});

test("good news is calm, and a simulation says that it is one", async () => {
  const { desk, teller } = told();
  await teller.tell({ ...notice, kind: "resolved", title: "Claude Opus 4.5 is back", body: "", simulated: true }, []);
  assert.deepEqual(desk.did[1], ["show", true, "Simulation: Claude Opus 4.5 is back.", "Details"]);
});

test("a title cannot be a link", async () => {
  const { desk, teller } = told();
  await teller.tell({ ...notice, title: "Opus [page](command:workbench.view.search)" }, []);
  assert.ok(!JSON.stringify(desk.did[1]).includes("]("));
});
