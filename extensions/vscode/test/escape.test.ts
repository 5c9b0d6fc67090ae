import assert from "node:assert/strict";
import { test } from "node:test";
import { forHtml, forMarkdown, forMessage, forStatusBar, markdownLink, plain, safeUrl } from "../src/escape.ts";

const HOSTILE = [
  "[status](command:workbench.action.quit)",
  "$(alert) $(sync~spin)",
  "<img src=x onerror=alert(1)><script>1</script>",
  "\u001b]0;title\u0007\u001b[31mred\u001b[2J",
  "\u202egnp.exe\u2066",
  "![x](https://evil.example/a.png)",
  "https://evil.example www.evil.example a@evil.example",
  "`code` **bold** | table | # head\n- list\n> quote",
  "&lt;script&gt; &amp; &#60;b&#62;",
  "x".repeat(100_000),
  "a\u0000b\nc\r\nd\te",
];

test("plain text is one line without control, direction and hidden characters, and bounded", () => {
  for (const text of HOSTILE) {
    const shown = plain(text, 80);
    assert.ok(Array.from(shown).length <= 80);
    assert.doesNotMatch(shown, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b]/u);
  }
  assert.equal(plain("a\u0000b\nc\r\nd\te"), "ab c d e");
  assert.equal(plain(7), "");
  assert.equal(plain(undefined), "");
});

test("a surrogate pair is never cut in two", () => {
  assert.equal(plain("😀😀😀😀", 3), "😀😀…");
});

test("no icon in the status bar", () => {
  for (const text of HOSTILE) assert.ok(!forStatusBar(text).includes("$("));
});

test("no link in a message", () => {
  for (const text of HOSTILE) assert.ok(!forMessage(text).includes("]("));
});

test("no sign of Markdown stands unescaped, and no address is one", () => {
  for (const text of HOSTILE) {
    const bare = forMarkdown(text).replace(/\\./g, "").replace(/&(?:amp|lt);/g, "");
    assert.doesNotMatch(bare, /[`*_[\]()#!|<>$&]/);
    assert.doesNotMatch(bare, /:\/\/|www\./i);
  }
});

test("no tag and no quotation mark gets into HTML", () => {
  for (const text of HOSTILE) assert.doesNotMatch(forHtml(text).replace(/&(?:amp|lt|gt|quot|#39);/g, ""), /[<>"'&]/);
});

test("people are sent to http and https only, without credentials", () => {
  for (const address of ["javascript:alert(1)", "command:x", "file:///etc/passwd", "vscode://x", "https://u:p@h.example/", "https://", "//h.example", " https://h.example", "x".repeat(3000), null, 7]) {
    assert.equal(safeUrl(address), undefined, String(address));
  }
  assert.equal(safeUrl("https://status.example/a(b)"), "https://status.example/a%28b%29");
  assert.equal(markdownLink("https://status.example/i)](command:x)"), "[status\\.example](https://status.example/i%29%5D%28command:x%29)");
  assert.equal(markdownLink("javascript:1"), "");
});
