// Windows of an editor in a browser without a screen, driven by JSON lines: one request a line on stdin, one answer a line on stdout, in any order.
// Request: {"id", "window", "do", ...}; answer: {"id", "value"} or {"id", "error"}. Each window is a person's own browser: storage, focus and links of its own.
// usage: node windows.mjs CHROMIUM FOLDER   (FOLDER: where node_modules is)

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { chromium } = createRequire(`${process.argv[3]}/`)("playwright-core");

// Nothing but this machine has an address, so no page, update check or gallery is reached.
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"] });
const windows = new Map();

const found = (window, { css, text, nth = 0 }) => window.page.locator(css, text === undefined ? {} : { hasText: text }).nth(nth);

/** What `look` finds in each page that an extension has put into a panel. A frame that goes away meanwhile has nothing. */
function within(window, look, given) {
  const own = window.page.frames().filter((frame) => frame.url().includes("/fake.html?id="));
  return Promise.all(own.map((frame) => frame.evaluate(look, given).catch(() => [])));
}

/** In the page: keep the text of every message that was ever shown, also where it is gone before anybody looks. */
function keepMessages() {
  const seen = new WeakSet();
  window.everTold = [];
  new MutationObserver(() => {
    for (const node of document.querySelectorAll(".notification-toast .notification-list-item-message")) {
      if (seen.has(node) || !node.textContent) continue;
      seen.add(node);
      window.everTold.push(node.textContent);
    }
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

/** In the page: take what the editor hands to its browser to open. Nothing answers there, and behind another page the editor would draw nothing. */
function keepLinks() {
  window.everOpened = [];
  const keep = (address) => address && window.everOpened.push(String(address));
  window.open = (address) => {
    keep(address);
    return { closed: false, opener: null, focus() {}, close() {}, location: { set href(other) { keep(other); }, replace: keep, assign: keep } };
  };
}

const deeds = {
  async open({ window: name, url, width = 1280, height = 800 }) {
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce" });
    const page = await context.newPage();
    const foreign = [];
    context.on("request", (request) => {
      if (!request.isNavigationRequest()) foreign.push({ url: request.url(), by: request.frame().url() }); // a navigation may have no frame yet
    });
    windows.set(name, { context, page, foreign });
    await page.addInitScript(keepMessages);
    await page.addInitScript(keepLinks);
    await page.goto(url, { waitUntil: "domcontentloaded" });
  },
  async close({ window: name }, window) {
    windows.delete(name);
    await window.context.close();
  },
  wait: (asked, window) => found(window, asked).waitFor({ state: asked.gone ? "hidden" : "visible", timeout: asked.within_ms }),
  texts: ({ css }, window) => window.page.locator(css).allInnerTexts(),
  attribute: (asked, window) => found(window, asked).getAttribute(asked.name, { timeout: asked.within_ms }),
  html: (asked, window) => found(window, asked).innerHTML({ timeout: asked.within_ms }),
  colour: (asked, window) => found(window, asked).evaluate((node) => getComputedStyle(node).backgroundColor, undefined, { timeout: asked.within_ms }),
  click: (asked, window) => found(window, asked).click({ timeout: asked.within_ms, button: asked.button ?? "left" }),
  hover: (asked, window) => found(window, asked).hover({ timeout: asked.within_ms }),
  press: ({ keys }, window) => window.page.keyboard.press(keys),
  type: ({ text }, window) => window.page.keyboard.type(text),
  told: (_, window) => window.page.evaluate(() => window.everTold),
  away: (_, window) => window.page.mouse.move(640, 300),
  shot: ({ path, clip }, window) => window.page.screenshot({ path, ...(clip ? { clip } : {}) }).then(() => undefined),
  frames: (_, window) => within(window, () => document.body?.innerText ?? ""),
  insides: ({ css }, window) => within(window, (one) => [...document.querySelectorAll(one)].map((node) => node.outerHTML), css).then((all) => all.flat()),
  addresses: (_, window) => window.page.frames().map((frame) => frame.url()),
  opened: (_, window) => window.page.evaluate(() => window.everOpened),
  requests: (_, window) => window.foreign,
};

async function answer(line) {
  const asked = JSON.parse(line);
  const { id } = asked;
  try {
    const value = await deeds[asked.do]({ within_ms: 30_000, ...asked }, windows.get(asked.window));
    process.stdout.write(`${JSON.stringify({ id, value: value ?? null })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ id, error: String(error?.message ?? error) })}\n`);
  }
}

process.stdout.write(`${JSON.stringify({ id: "ready", value: browser.version() })}\n`);
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => void answer(line));
lines.on("close", () => void browser.close().then(() => process.exit(0)));
