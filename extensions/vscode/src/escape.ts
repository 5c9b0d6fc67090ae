/**
 * Text of status feeds is hostile, and every place in the editor reads another language. One function a place; nothing else may put such text there.
 */

/** What makes text run backwards or hides in it (Unicode bidi controls, zero-width characters, tags), and control characters. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const BREAK = "\u200b";
const LONGEST = 500;

/** One line of printable text, at most `longest` characters. For places that show text as text: labels of tree items, descriptions. */
export function plain(text: unknown, longest = LONGEST): string {
  if (typeof text !== "string") return "";
  const seen = text.slice(0, longest * 4).replace(/\s+/gu, " ").replace(UNSEEN, "").trim();
  const letters = Array.from(seen);
  return letters.length > longest ? `${letters.slice(0, longest - 1).join("")}…` : seen;
}

/** For the status bar, where `$(name)` is an icon. */
export function forStatusBar(text: unknown, longest = 60): string {
  return plain(text, longest).replaceAll("$(", `$${BREAK}(`);
}

/** For messages, where `[text](target)` is a link and `command:` targets run. */
export function forMessage(text: unknown, longest = LONGEST): string {
  return plain(text, longest).replaceAll("](", `]${BREAK}(`);
}

/** For Markdown of a hover: each character that means something there is escaped, and nothing in it becomes a link, an icon or HTML. */
export function forMarkdown(text: unknown, longest = LONGEST): string {
  return plain(text, longest)
    .replace(/[\\`*_{}[\]()#+\-.!|~>$]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/:\/\//g, `:${BREAK}//`)
    .replace(/@/g, `@${BREAK}`)
    .replace(/www\\\./gi, `www${BREAK}\\.`);
}

/** For text content and attribute values of HTML. */
export function forHtml(text: unknown, longest = 4000): string {
  return plain(text, longest).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** The address in its canonical form where a person may be sent there (http or https, a host, no credentials), else undefined. */
export function safeUrl(text: unknown): string | undefined {
  if (typeof text !== "string" || text.length > 2048 || !/^https?:\/\//i.test(text)) return undefined;
  try {
    const url = new URL(text);
    if ((url.protocol !== "https:" && url.protocol !== "http:") || url.username || url.password || !url.hostname) return undefined;
    return url.href.replace(/[()<>[\]\\"'`|{}]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    return undefined;
  }
}

/** A link for Markdown: its text is its host, so that a person sees where it leads. Empty where the address is not safe. */
export function markdownLink(address: unknown): string {
  const url = safeUrl(address);
  return url === undefined ? "" : `[${forMarkdown(new URL(url).host)}](${url})`;
}
