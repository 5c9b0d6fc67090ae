import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Bridge } from "../src/bridge.ts";
import { findProgram } from "../src/find.ts";

const HELLO = JSON.stringify({ type: "hello", v: 1, version: "x", capabilities: ["claim"], engine: true });

/** A bridge made of a few lines of Node: says hello, answers each command, dies on "refresh". */
const PLAYED = `
process.stdout.write(${JSON.stringify(HELLO)} + "\\nthis is no JSON\\n");
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, command, target } = JSON.parse(line);
  if (command === "refresh") process.exit(3);
  process.stdout.write(JSON.stringify({ type: "done", id, ok: true, url: target }) + "\\n");
}).on("close", () => process.exit(0));
`;

function play(): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ["-e", PLAYED], { stdio: "pipe" });
}

test("messages come out, commands are answered by their id, and the end of it is said", async (context) => {
  const heard: string[] = [];
  let ended: (why: string) => void = () => undefined;
  const over = new Promise<string>((resolve) => (ended = resolve));
  let greet: () => void = () => undefined;
  const greeted = new Promise<void>((resolve) => (greet = resolve));
  const bridge = new Bridge(() => "", {
    message: (message) => {
      heard.push(message.type);
      greet();
    },
    gone: (why) => ended(why),
    log: (line) => heard.push(line.slice(0, 24)),
  }, play);
  context.after(() => bridge.close());
  bridge.open();
  await greeted;
  const answers = await Promise.all(["a", "b", "c"].map((target) => bridge.ask("open", target)));
  assert.deepEqual(answers.map((answer) => [answer.ok, answer.url]), [[true, "a"], [true, "b"], [true, "c"]]);
  assert.deepEqual(heard, ["hello", "a line of the bridge was"]);
  const refused = await bridge.ask("refresh", "*");
  assert.equal(refused.ok, false);
  assert.equal(await over, "ended");
  assert.deepEqual(await bridge.ask("open", "x"), { ok: false, error: "statuswatch is not running" });
});

test("the answer to a claim is waited for as long as a pop-up may take, else nobody would show what is granted then", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const slow = `
    process.stdout.write(${JSON.stringify(HELLO)} + "\\n");
    const claims = [];
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const { id, command } = JSON.parse(line);
      if (command === "claim") return claims.push(id);
      if (command === "why") return;
      for (const one of [...claims, id]) process.stdout.write(JSON.stringify({ type: "done", id: one, ok: true }) + "\\n");
    }).on("close", () => process.exit(0));
  `;
  let greet: () => void = () => undefined;
  const greeted = new Promise<void>((resolve) => (greet = resolve));
  const bridge = new Bridge(() => "", { message: () => greet(), gone: () => undefined, log: () => undefined }, () => spawn(process.execPath, ["-e", slow], { stdio: "pipe" }));
  context.after(() => bridge.close());
  bridge.open();
  await greeted;
  const claim = bridge.ask("claim", "n1");
  const why = bridge.ask("why", "*");
  context.mock.timers.tick(16_000);
  assert.deepEqual(await why, { ok: false, error: "no answer in time" });
  assert.equal((await bridge.ask("refresh", "*")).ok, true);
  assert.equal((await claim).ok, true);
});

test("a program that is not there is said to be missing", async () => {
  const why = await new Promise<string>((resolve) => {
    const bridge: Bridge = new Bridge(() => join(tmpdir(), "no-such-program"), {
      message: () => undefined,
      gone: (kind) => {
        bridge.close();
        resolve(kind);
      },
      log: () => undefined,
    });
    bridge.open();
  });
  assert.equal(why, "missing");
});

test("the program is looked for in absolute folders only, and a setting must be absolute", () => {
  const home = mkdtempSync(join(tmpdir(), "statuswatch-"));
  const program = join(home, "statuswatch");
  assert.equal(findProgram("", { PATH: `.:${home}` }, home), "statuswatch");
  writeFileSync(program, "", { mode: 0o755 });
  assert.equal(findProgram("", { PATH: `.:${home}` }, home), program);
  assert.equal(findProgram("/programs/statuswatch", {}, home), "/programs/statuswatch");
  assert.equal(findProgram("./statuswatch", {}, home), join(home, ".local", "bin", "statuswatch"));
});
