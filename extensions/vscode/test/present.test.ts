import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { details } from "../src/page.ts";
import { age, hover, statusItem, tree, type Node, type Picture } from "../src/present.ts";
import type { Level, Snapshot } from "../src/protocol.ts";

const ROWS = readFileSync(new URL("../../protocol/golden.jsonl", import.meta.url), "utf8").trim().split("\n");
const SNAPSHOTS = ROWS.map((line) => JSON.parse(line) as { message?: { snapshot?: Snapshot } }).flatMap((row) => row.message?.snapshot ?? []);
const NOW = Date.parse("2025-12-14T21:50:00Z");
const LIVE = { state: "live", why: "" } as const;
const HOSTILE = SNAPSHOTS.at(-1) as Snapshot;

function picture(snapshot: Snapshot | undefined, stale = false): Picture {
  return { standing: stale ? { state: "alone", why: "No engine is running." } : LIVE, snapshot, stale };
}

function withLevel(level: Level, label: string): Snapshot {
  return { ...(SNAPSHOTS[0] as Snapshot), summary: { level, headline: "Anthropic is failing for Claude Opus 4.5.", details: [], label } };
}

function all(nodes: Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...all(node.children)]);
}

test("all well is one sign, and nothing where only trouble is wanted", () => {
  assert.deepEqual(statusItem(picture(withLevel("ok", "")), NOW, true), { text: "✓", spoken: "statuswatch: all fine. Anthropic is failing for Claude Opus 4.5.", tone: "none", shown: true });
  assert.equal(statusItem(picture(withLevel("ok", "")), NOW, false).shown, false);
});

test("trouble is a sign, a model and an age; colour only where something fails", () => {
  const table: [Level, string, string][] = [
    ["down", "● opus down 23m", "error"],
    ["failing", "▲ opus down 23m", "warning"],
    ["yours", "▲ opus down 23m", "warning"],
    ["unsure", "◌ opus down 23m", "none"],
    ["recovering", "↑ opus down 23m", "none"],
    ["unknown", "– opus down 23m", "none"],
  ];
  for (const [level, text, tone] of table) {
    const item = statusItem(picture(withLevel(level, "opus down 23m")), NOW, false);
    assert.deepEqual([item.text, item.tone, item.shown], [text, tone, true]);
  }
});

test("an old picture says its age and is not coloured", () => {
  const item = statusItem(picture(withLevel("down", "opus down 23m"), true), NOW, true);
  assert.deepEqual([item.text, item.tone], ["● opus down 23m (2m old)", "none"]);
  assert.match(hover(picture(withLevel("down", "opus down 23m"), true), NOW), /No engine is running\\\. Nothing here is newer than 2m ago/);
});

test("without a program the item says what to do", () => {
  const item = statusItem({ standing: { state: "missing", why: "Not found." }, snapshot: undefined, stale: true }, NOW, false);
  assert.deepEqual([item.text, item.spoken, item.shown], ["– statuswatch", "statuswatch: Not found.", true]);
});

test("ages are short", () => {
  const table: [number, string][] = [[0, "0s"], [59, "59s"], [60, "1m"], [3600, "1h"], [5400, "1h 30m"], [36_000, "10h"], [172_800, "2d"], [-5, "0s"]];
  for (const [seconds, word] of table) assert.equal(age(new Date(NOW - seconds * 1000).toISOString(), NOW), word);
  assert.equal(age(null, NOW), "");
  assert.equal(age("soon", NOW), "");
});

test("hostile texts do nothing in hover, tree, status bar and details", () => {
  const shown = hover(picture(HOSTILE), NOW);
  assert.doesNotMatch(shown, /\]\((?!https?:\/\/[\w.-]+\/)/);
  assert.doesNotMatch(shown, /<|[\u0000-\u0009\u000b-\u001f\u202a-\u202e]/u);
  assert.doesNotMatch(shown, /javascript:|command:x\)/);
  for (const node of all(tree(picture(HOSTILE), NOW))) {
    assert.doesNotMatch(node.label + node.description, /[\u0000-\u001f\u202a-\u202e]/u);
    assert.ok(node.label.length < 260);
  }
  assert.doesNotMatch(statusItem(picture({ ...HOSTILE, summary: { ...HOSTILE.summary, label: "$(alert)\u001b[31m" } }), NOW, true).text, /\$\(|\u001b/);
  const page = details(picture(HOSTILE), ["because  <script>alert(1)</script>", "  \u001b[31m\"x\""], "N", NOW);
  const bare = page.replace(/<\/?(?:!DOCTYPE|html|head|meta|title|style|body|h1|h2|p|pre|table|thead|tbody|tr|th|td|section|ul|li|q|b|a|details|summary)\b[^<>]*>/g, "");
  assert.doesNotMatch(bare, /</);
  assert.doesNotMatch(page, /<script|javascript:|onerror=[^&]|src=x/i);
  for (const [, target] of page.matchAll(/href="([^"]*)"/g)) assert.match(target as string, /^https?:\/\//);
});

test("the details page allows no script and no source but its own style", () => {
  const page = details(picture(SNAPSHOTS[0]), [], "NONCE", NOW);
  assert.match(page, /content="default-src 'none'; style-src 'nonce-NONCE'"/);
  assert.equal(page.match(/<style/g)?.length, 1);
});

test("the page of why keeps its alignment", () => {
  assert.match(details(picture(SNAPSHOTS[0]), ["head", "  because  7 of 9  calls"], "N", NOW), /head\n {2}because {2}7 of 9 {2}calls/);
});

test("incidents that do not concern the person are folded away", () => {
  const nodes = tree(picture(SNAPSHOTS[0]), NOW);
  const others = nodes.find((node) => node.id === "others");
  assert.equal(others?.label, "Not yours (1)");
  assert.equal(others?.open, false);
  assert.ok(!nodes.some((node) => node.id === "incidents"), "an empty group is not shown");
});

test("each node has an id of its own, so that the view stays open where it was", () => {
  for (const snapshot of SNAPSHOTS) {
    const ids = all(tree(picture(snapshot), NOW)).map((node) => node.id);
    assert.equal(new Set(ids).size, ids.length);
  }
});

test("a picture whose engine has let its promise lapse is an old one, and says so without an engine's word", () => {
  const lapsed = { ...withLevel("down", "opus down 23m"), engine: { version: "0.1.0", expires_at: "2025-12-14T21:49:59Z", simulated: null } };
  const item = statusItem(picture(lapsed), NOW, true);
  assert.deepEqual([item.text, item.tone], ["● opus down 23m (2m old)", "none"]);
  assert.match(hover(picture(lapsed), NOW), /The engine does not answer\\\. Nothing here is newer than 2m ago/);
  assert.equal(statusItem(picture({ ...lapsed, engine: { ...lapsed.engine, simulated: "x" } }), NOW, true).text, "● opus down 23m (old)");
});

test("the hover has the reasons, each group on a line of its own, and the incident's link once", () => {
  const lines = [
    "Simulation x: nothing of this is happening now.",
    "It's them: Anthropic, Claude Opus 4.5, since 21:25 (23m). Confidence high.",
    "  because  7 of your last 9 calls failed with 529",
    '           their page posted 21:31: "[x](command:y) $(trash)"',
    "  not you  Claude Haiku 4.5 works meanwhile",
    "  link     https://status.example/incidents/9g6qpr72ttbr",
  ];
  const troubled = SNAPSHOTS.find((one) => one.summary.level === "failing") as Snapshot;
  const shown = hover({ ...picture(troubled), reasons: lines }, NOW);
  assert.match(shown, /\*\*because\*\* 7 of your last 9 calls failed with 529; their page posted 21:31: "\\\[x\\\]\\\(command:y\\\) \\\$\\\(trash\\\)" {2}\n\*\*not you\*\* Claude Haiku 4\\\.5 works meanwhile/);
  assert.equal(shown.match(/\]\(https/g)?.length, 1);
  assert.doesNotMatch(hover({ ...picture(withLevel("ok", "")), reasons: lines }, NOW), /because/);
});

test("what matters comes first where a narrow view cuts the rest", () => {
  const troubled = SNAPSHOTS.find((one) => one.summary.level === "failing") as Snapshot;
  const [opus, haiku] = tree(picture(troubled), NOW);
  assert.match(opus?.description ?? "", /^failing · \d+m · 7\/9 failed · Claude Code$/);
  assert.match(haiku?.description ?? "", /^12\/12 ok · Claude Code$/);
});
