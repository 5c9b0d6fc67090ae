/** What is shown, as values: no editor in here, no clock of its own (`now` in milliseconds is passed in). Words are those of the other surfaces. */

import { forHtml, forMarkdown, forStatusBar, markdownLink, plain, safeUrl } from "./escape.ts";
import type { Call, Health, Incident, Level, Route, Snapshot } from "./protocol.ts";

/** How the bridge stands: no program, no engine behind it, or live. `why` is a sentence for a person. */
export interface Standing {
  state: "starting" | "missing" | "alone" | "live";
  why: string;
}

export interface Picture {
  standing: Standing;
  snapshot: Snapshot | undefined;
  stale: boolean;
}

export interface StatusItem {
  text: string;
  spoken: string;
  tone: "none" | "warning" | "error";
  shown: boolean;
}

export interface Node {
  id: string;
  label: string;
  description: string;
  tooltip: string;
  icon: string;
  tint: string | undefined;
  kind: string;
  target: string;
  open: boolean;
  children: Node[];
}

export const SIGN: Record<Level, string> = { ok: "✓", unknown: "–", unsure: "◌", yours: "▲", failing: "▲", down: "●", recovering: "↑" };
const SPOKEN: Record<Level, string> = {
  ok: "all fine",
  unknown: "unknown",
  unsure: "not sure",
  yours: "trouble on your side",
  failing: "failing",
  down: "down",
  recovering: "coming back",
};
export const WORD: Record<Health, string> = {
  ok: "ok",
  suspect: "not sure",
  degraded: "failing",
  down: "down",
  recovering: "coming back",
  maintenance: "maintenance",
  unknown: "unknown",
};
const ICON: Record<Health, [string, string | undefined]> = {
  ok: ["pass", undefined],
  suspect: ["circle-outline", undefined],
  degraded: ["warning", "list.warningForeground"],
  down: ["error", "list.errorForeground"],
  recovering: ["arrow-up", undefined],
  maintenance: ["clock", undefined],
  unknown: ["dash", undefined],
};
const FAULT: Record<string, string> = { provider: "theirs", gateway: "your gateway", network: "your network", you: "yours" };
const MOST_CALLS = 30;
const MOST_UPDATES = 12;

/** How long ago, as `23m`; empty where it is not known. */
export function age(time: string | null | undefined, now: number): string {
  const then = Date.parse(time ?? "");
  if (Number.isNaN(then)) return "";
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 || hours >= 10 ? `${hours}h` : `${hours}h ${minutes % 60}m`;
  return `${Math.floor(hours / 24)}d`;
}

/** The instant that ages are counted to: the engine's own, which a simulation sets. An old picture ages by the wall clock. */
export function instant(picture: Picture, now: number): number {
  const { snapshot } = picture;
  if (!snapshot) return now;
  const at = Date.parse(snapshot.at);
  if (Number.isNaN(at)) return now;
  return snapshot.engine.simulated !== null || !picture.stale ? at : now;
}

/** The status bar's item. All well is one sign; trouble is a sign, a model and an age, all of them ours. */
export function statusItem(picture: Picture, now: number, always: boolean): StatusItem {
  const { snapshot, standing } = picture;
  if (!snapshot || standing.state === "missing") {
    return { text: "– statuswatch", spoken: `statuswatch: ${standing.why}`, tone: "none", shown: always || standing.state === "missing" };
  }
  const { level, headline } = snapshot.summary;
  const label = forStatusBar(snapshot.summary.label, 40);
  const well = level === "ok" || (level === "unknown" && !label);
  const old = picture.stale ? ` (${age(snapshot.at, now) || "old"} old)` : "";
  const text = `${SIGN[level] ?? SIGN.unknown}${well || !label ? "" : ` ${label}`}${old}`;
  const spoken = `statuswatch: ${SPOKEN[level] ?? SPOKEN.unknown}. ${plain(headline)}${picture.stale ? ` No engine; this is ${age(snapshot.at, now)} old.` : ""}`;
  const tone = picture.stale ? "none" : level === "down" ? "error" : level === "failing" || level === "yours" ? "warning" : "none";
  return { text, spoken, tone, shown: always || !well || picture.stale };
}

/** The hover's Markdown. Feed text in it is quoted as theirs and can do nothing; links lead to http and https only and show their host. */
export function hover(picture: Picture, now: number): string {
  const { snapshot, standing } = picture;
  if (!snapshot) return forMarkdown(standing.why);
  const at = instant(picture, now);
  const parts = [`**${forMarkdown(`${SIGN[snapshot.summary.level] ?? SIGN.unknown} ${snapshot.summary.headline}`)}**`];
  if (picture.stale) parts.push(`*${forMarkdown(`${standing.why} Nothing here is newer than ${age(snapshot.at, now)} ago.`)}*`);
  if (snapshot.engine.simulated !== null) parts.push(`*${forMarkdown(`Simulation ${snapshot.engine.simulated}: nothing of this is happening now.`)}*`);
  parts.push(...snapshot.summary.details.slice(0, 6).map((line) => forMarkdown(line)));
  parts.push(...snapshot.incidents.filter((incident) => incident.concerns).slice(0, 3).map((incident) => hoverIncident(incident, at)));
  if (snapshot.hushed?.length) parts.push(forMarkdown(hushed(snapshot)));
  return parts.join("\n\n");
}

function hoverIncident(incident: Incident, at: number): string {
  const newest = newestFirst(incident)[0];
  const lines = [`${forMarkdown(`${incident.provider_name}:`)} "${forMarkdown(incident.title, 160)}" ${forMarkdown(`· ${incident.impact} · ${incident.stage}`)}`];
  if (newest) lines.push(`${forMarkdown(age(newest.at, at))} ago: "${forMarkdown(newest.body, 240)}"`);
  const link = markdownLink(incident.url);
  if (link) lines.push(link);
  return lines.join("  \n");
}

function newestFirst(incident: Incident): Incident["updates"] {
  return [...incident.updates].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

function hushed(snapshot: Snapshot): string {
  const names = (snapshot.hushed ?? []).slice(0, 3).map((hush) => plain(hush.title, 60));
  return `Nothing is told now about: ${names.join(", ")}.`;
}

/** The tree: what you use, incidents that concern you, your calls; what does not concern you is folded away. */
export function tree(picture: Picture, now: number): Node[] {
  const { snapshot } = picture;
  if (!snapshot) return [];
  const at = instant(picture, now);
  const mine = snapshot.incidents.filter((incident) => incident.concerns);
  const others = snapshot.incidents.filter((incident) => !incident.concerns);
  const groups = [
    ...snapshot.routes.map((route) => routeNode(route, at)),
    group("incidents", `Incidents that concern you (${mine.length})`, mine.map((incident) => incidentNode(incident, at)), true),
    group("calls", `Your last calls (${snapshot.calls.length})`, snapshot.calls.slice(0, MOST_CALLS).map((call, index) => callNode(call, index, at)), false),
    group("others", `Not yours (${others.length})`, others.map((incident) => incidentNode(incident, at)), false),
  ];
  return groups.filter((node) => node.kind !== "group" || node.children.length > 0);
}

function group(id: string, label: string, children: Node[], open: boolean): Node {
  return { id, label, description: "", tooltip: "", icon: "", tint: undefined, kind: "group", target: "", open, children };
}

function routeNode(route: Route, at: number): Node {
  const { health, since } = route.verdict;
  const [icon, tint] = ICON[health] ?? ICON.unknown;
  const word = WORD[health] ?? WORD.unknown;
  const total = route.calls.ok + route.calls.failed;
  const calls = total === 0 ? "no calls" : route.calls.failed > 0 ? `${route.calls.failed}/${total} failed` : `${total}/${total} ok`;
  const lasting = health === "ok" ? "" : age(since, at);
  const trouble = health === "ok" || health === "unknown" || health === "maintenance" ? "" : "-trouble";
  const title = plain(route.title, 80);
  const surface = plain(route.surface_name, 40);
  const note = plain(route.note, 120);
  return {
    id: `route:${route.route}`,
    label: title,
    description: [surface, word, lasting, calls].filter(Boolean).join(" · "),
    tooltip: [`${title}, ${surface}: ${word}${lasting ? ` for ${lasting}` : ""}`, `Your calls in the last hour: ${calls}`, `Their page: ${plain(route.page_word, 120) || "unknown"}`, note]
      .filter(Boolean)
      .join("\n"),
    icon,
    tint,
    kind: `route${trouble}`,
    target: route.route,
    open: false,
    children: [],
  };
}

function incidentNode(incident: Incident, at: number): Node {
  const page = safeUrl(incident.url);
  const updates = newestFirst(incident).slice(0, MOST_UPDATES);
  const sentence = incident.relevance.map((finding) => finding.sentence).find((text) => text);
  return {
    id: `incident:${incident.key}`,
    label: `"${plain(incident.title, 120)}"`,
    description: [incident.provider_name, incident.impact, incident.resolved_at ? "resolved" : incident.stage, age(incident.posted_at, at)].map((word) => plain(word, 40)).filter(Boolean).join(" · "),
    tooltip: [`"${plain(incident.title, 240)}"`, sentence ? `decided by: "${plain(sentence, 240)}"` : "", page ? new URL(page).host : ""].filter(Boolean).join("\n"),
    icon: incident.resolved_at ? "pass" : "megaphone",
    tint: undefined,
    kind: page ? "incident-page" : "incident",
    target: incident.key,
    open: false,
    children: updates.map((update, index) => ({
      id: `update:${incident.key}:${index}`,
      label: plain(update.body, 200) || plain(update.stage, 40),
      description: [age(update.at, at), plain(update.stage, 40)].filter(Boolean).join(" · "),
      tooltip: plain(update.body, 1000),
      icon: "comment",
      tint: undefined,
      kind: "update",
      target: incident.key,
      open: false,
      children: [],
    })),
  };
}

function callNode(call: Call, index: number, at: number): Node {
  const failed = call.outcome !== "ok";
  const what = failed ? [call.status === null ? "" : String(call.status), plain(call.code, 60)].filter(Boolean).join(" ") || "failed" : "ok";
  const whose = failed && call.fault ? `${FAULT[call.fault] ?? "not sure whose"}${call.confidence ? ` (${plain(call.confidence, 20)})` : ""}` : "";
  return {
    id: `call:${call.at}:${index}`,
    label: `${what} · ${plain(call.model, 60)}`,
    description: [age(call.at, at), plain(call.client, 40), whose].filter(Boolean).join(" · "),
    tooltip: [plain(call.project, 80), call.request_id ? `request ${plain(call.request_id, 80)}` : ""].filter(Boolean).join("\n"),
    icon: failed ? "error" : "pass",
    tint: failed ? "list.errorForeground" : undefined,
    kind: "call",
    target: plain(call.request_id, 80) || String(index + 1),
    open: false,
    children: [],
  };
}

/** The details panel: a whole page of HTML without any script, style by the editor's own variables, feed text as text. */
export function details(picture: Picture, why: readonly string[], nonce: string, now: number): string {
  const { snapshot, standing } = picture;
  const at = instant(picture, now);
  const body: string[] = [];
  if (!snapshot) body.push(`<h1>statuswatch</h1><p>${forHtml(standing.why)}</p>`);
  else {
    body.push(`<h1>${forHtml(`${SIGN[snapshot.summary.level] ?? SIGN.unknown} ${snapshot.summary.headline}`)}</h1>`);
    if (picture.stale) body.push(`<p class="old" role="status">${forHtml(`${standing.why} Nothing here is newer than ${age(snapshot.at, now)} ago.`)}</p>`);
    if (snapshot.engine.simulated !== null) body.push(`<p class="old">${forHtml(`Simulation ${snapshot.engine.simulated}: nothing of this is happening now.`)}</p>`);
    body.push(...snapshot.summary.details.map((line) => `<p>${forHtml(line)}</p>`));
    if (why.length > 0) body.push(`<h2>Why</h2><pre tabindex="0">${why.map(lineOfHtml).join("\n")}</pre>`);
    body.push(routesTable(snapshot, at));
    body.push(...snapshot.incidents.filter((incident) => incident.concerns).map((incident) => incidentSection(incident, at)));
    const others = snapshot.incidents.filter((incident) => !incident.concerns);
    if (others.length > 0) body.push(`<details><summary>Not yours: ${others.length}</summary>${others.map((incident) => incidentSection(incident, at)).join("")}</details>`);
    body.push(callsTable(snapshot, at));
    body.push(...snapshot.problems.slice(0, 5).map((problem) => `<p class="old">${forHtml(problem)}</p>`));
  }
  return page(body.join("\n"), nonce);
}

/** A line keeps its leading blanks, which align the page of `why`. */
function lineOfHtml(line: string): string {
  const blanks = /^ */.exec(line)?.[0] ?? "";
  const inner = line.slice(blanks.length).split(/( {2,})/);
  return blanks + inner.map((piece) => (/^ {2,}$/.test(piece) ? piece : forHtml(piece))).join("");
}

function routesTable(snapshot: Snapshot, at: number): string {
  const rows = snapshot.routes.map((route) => {
    const node = routeNode(route, at);
    const sign = SIGN[levelOf(route.verdict.health)];
    return `<tr><td>${forHtml(`${sign} ${node.label}`)}</td><td>${forHtml(node.description)}</td><td>${forHtml(route.page_word)}</td></tr>`;
  });
  return rows.length === 0 ? "" : `<h2>What you use</h2><table><thead><tr><th scope="col">route</th><th scope="col">state</th><th scope="col">their page</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function levelOf(health: Health): Level {
  const levels: Partial<Record<Health, Level>> = { ok: "ok", suspect: "unsure", degraded: "failing", down: "down", recovering: "recovering" };
  return levels[health] ?? "unknown";
}

function incidentSection(incident: Incident, at: number): string {
  const url = safeUrl(incident.url);
  const link = url === undefined ? "" : `<p><a href="${forHtml(url, 2048)}">${forHtml(new URL(url).host)}</a></p>`;
  const updates = newestFirst(incident)
    .slice(0, MOST_UPDATES)
    .map((update) => `<li><b>${forHtml(age(update.at, at))} ago</b> ${forHtml(update.stage)} <q>${forHtml(update.body)}</q></li>`);
  return `<section><h2><q>${forHtml(incident.title)}</q></h2><p>${forHtml(`${incident.provider_name} · ${incident.impact} · ${incident.stage}`)}</p><ul>${updates.join("")}</ul>${link}</section>`;
}

function callsTable(snapshot: Snapshot, at: number): string {
  const rows = snapshot.calls.slice(0, MOST_CALLS).map((call, index) => {
    const node = callNode(call, index, at);
    return `<tr><td>${forHtml(node.label)}</td><td>${forHtml(node.description)}</td></tr>`;
  });
  return rows.length === 0 ? "" : `<h2>Your last calls</h2><table><thead><tr><th scope="col">call</th><th scope="col">when, by what, whose fault</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function page(body: string, nonce: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>statuswatch</title>
<style nonce="${nonce}">
body { color: var(--vscode-foreground); font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); line-height: 1.5; max-width: 62em; padding: 0 1.2em 2em; }
h1 { font-size: 1.4em; font-weight: 600; margin: 1em 0 .5em; } h2 { font-size: 1.1em; font-weight: 600; margin: 1.4em 0 .3em; }
pre { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); overflow-x: auto; padding: .8em; background: var(--vscode-textCodeBlock-background); border: 1px solid var(--vscode-contrastBorder, transparent); }
table { border-collapse: collapse; } th, td { text-align: left; padding: .15em 1.2em .15em 0; vertical-align: top; } th { font-weight: 400; color: var(--vscode-descriptionForeground); }
ul { padding-left: 1.2em; } .old { color: var(--vscode-descriptionForeground); } a { color: var(--vscode-textLink-foreground); } summary { cursor: pointer; margin-top: 1.4em; }
</style></head><body>${body}</body></html>`;
}
