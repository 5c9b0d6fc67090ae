import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isSnapshot, Lines, read } from "../src/protocol.ts";
import { SIGN, WORD } from "../src/present.ts";

const PROTOCOL = new URL("../../protocol/", import.meta.url);

interface Row {
  from: string;
  message?: { type: string };
  line?: string;
}

function transcript(name: string): Row[] {
  return readFileSync(new URL(name, PROTOCOL), "utf8").trim().split("\n").map((line) => JSON.parse(line) as Row);
}

for (const name of ["golden.jsonl", "v1.0.jsonl"]) {
  test(`each message of the bridge in ${name} is understood`, () => {
    const rows = transcript(name).filter((row) => row.from === "bridge");
    assert.ok(rows.length > 5);
    for (const row of rows) assert.ok(read(JSON.stringify(row.message)), `not understood: ${row.message?.type}`);
  });
}

test("each health and each level that the schema knows has a word and a sign", () => {
  const schema = readFileSync(new URL("schema.json", PROTOCOL), "utf8");
  const lists: string[][] = [];
  JSON.parse(schema, (key, value: unknown) => {
    if (key === "enum" && Array.isArray(value)) lists.push(value as string[]);
    return value;
  });
  const healths = lists.find((list) => list.includes("degraded") && list.includes("maintenance"));
  const levels = lists.find((list) => list.includes("unsure"));
  assert.ok(healths && levels, "the schema names them");
  assert.deepEqual(Object.keys(WORD).sort(), [...healths].sort());
  assert.deepEqual(Object.keys(SIGN).sort(), [...levels].sort());
});

test("what is no message of ours is skipped", () => {
  for (const line of ["", "{", "[]", "7", "null", '{"type":7}', '{"type":"dance"}', '{"type":"snapshot"}', '{"type":"snapshot","snapshot":{"v":2}}', '{"type":"notice","notice":[]}', '{"type":"done"}']) {
    assert.equal(read(line), undefined, line);
  }
});

test("a picture of a later form is none that is read", () => {
  const row = transcript("golden.jsonl").find((each) => each.message?.type === "snapshot");
  const snapshot = (row?.message as unknown as { snapshot: object }).snapshot;
  assert.ok(isSnapshot(snapshot));
  assert.ok(!isSnapshot({ ...snapshot, v: 2 }));
  assert.ok(!isSnapshot({ ...snapshot, routes: {} }));
});

test("lines are whole wherever the pieces are cut", () => {
  const text = '{"a":1}\n{"b":"é😀"}\n\n{"c":3}\n';
  for (let size = 1; size <= text.length; size++) {
    const lines = new Lines();
    const heard: string[] = [];
    for (let at = 0; at < text.length; at += size) heard.push(...lines.take(text.slice(at, at + size)));
    assert.deepEqual(heard, ['{"a":1}', '{"b":"é😀"}', '{"c":3}']);
  }
});

test("a line without end is given up", () => {
  const lines = new Lines();
  assert.throws(() => {
    for (let at = 0; at < 40; at++) lines.take("x".repeat(1024 * 1024));
  }, RangeError);
});
