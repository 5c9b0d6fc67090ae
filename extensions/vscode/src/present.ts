/** What is shown, as values: no editor in here, no clock of its own (`now` in milliseconds is passed in). Words are those of the other surfaces. */

import { forMarkdown, forStatusBar, markdownLink, plain, safeUrl } from "./escape.ts";
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
  /** The page of `why` about the worst trouble, one fact a line; none where all is well or nothing was asked yet. */
  reasons?: readonly string[];
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
export const MOST_CALLS = 30;
export const MOST_UPDATES = 12;
const MOST_REASONS = 8;

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

/** Whether nobody renews the picture: no engine is behind it, or the engine has let its own promise lapse. */
export function isOld(picture: Picture, now: number): boolean {
  const promised = Date.parse(picture.snapshot?.engine.expires_at ?? "");
  return picture.stale || now >= promised;
}

/** How old the picture is, as `23m`; empty where it is not known: that of a simulation has another year's time on it. */
export function oldness(snapshot: Snapshot, now: number): string {
  return snapshot.engine.simulated === null ? age(snapshot.at, now) : "";
}

/** One sentence, or two, about a picture that nobody renews. */
export function oldSentence({ snapshot, standing }: Picture, now: number): string {
  const why = standing.why || "The engine does not answer.";
  const old = snapshot ? oldness(snapshot, now) : "";
  return old ? `${why} Nothing here is newer than ${old} ago.` : why;
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
  const stale = isOld(picture, now);
  const old = stale ? ` (${[oldness(snapshot, now), "old"].filter(Boolean).join(" ")})` : "";
  const text = `${SIGN[level] ?? SIGN.unknown}${well || !label ? "" : ` ${label}`}${old}`;
  const spoken = `statuswatch: ${SPOKEN[level] ?? SPOKEN.unknown}. ${plain(headline)}${stale ? ` ${plain(oldSentence(picture, now))}` : ""}`;
  const tone = stale ? "none" : level === "down" ? "error" : level === "failing" || level === "yours" ? "warning" : "none";
  return { text, spoken, tone, shown: always || !well || stale };
}

/** The hover's Markdown. Feed text in it is quoted as theirs and can do nothing; links lead to http and https only and show their host. */
export function hover(picture: Picture, now: number): string {
  const { snapshot, standing } = picture;
  if (!snapshot) return forMarkdown(standing.why);
  const at = instant(picture, now);
  const parts = [`**${forMarkdown(`${SIGN[snapshot.summary.level] ?? SIGN.unknown} ${snapshot.summary.headline}`)}**`];
  if (isOld(picture, now)) parts.push(`*${forMarkdown(oldSentence(picture, now))}*`);
  else if (standing.why) parts.push(`*${forMarkdown(standing.why)}*`);
  if (snapshot.engine.simulated !== null) parts.push(`*${forMarkdown(simulation(snapshot.engine.simulated))}*`);
  const told = reasons(picture);
  parts.push((told.length > 0 ? told : snapshot.summary.details.slice(0, MOST_REASONS).map((line) => forMarkdown(line))).join("  \n"));
  parts.push(...snapshot.incidents.filter((incident) => incident.concerns).slice(0, 3).map((incident) => hoverIncident(incident, at)));
  if (snapshot.hushed?.length) parts.push(forMarkdown(hushed(snapshot)));
  return parts.filter(Boolean).join("\n\n");
}

export function simulation(name: string): string {
  return `Simulation ${name}: nothing of this is happening now.`;
}

/** The facts of the page of `why` as Markdown: its names of groups in bold, without its columns, the simulation's line and the link, which are shown anyway. */
function reasons({ snapshot, reasons: lines = [] }: Picture): string[] {
  if (snapshot?.summary.level === "ok") return [];
  const groups: string[][] = [];
  for (const line of lines) {
    const [, name, fact] = /^ {0,4}(?:([a-z][a-z ]*?) {2,}| {2,})?(\S.*)$/u.exec(line) ?? [];
    if (fact === undefined || (name === undefined && groups.length === 0 && !/^ /.test(line))) continue; // the headline, which stands above
    if (name !== undefined) groups.push([name]);
    groups.at(-1)?.push(fact);
  }
  return groups.filter(([name]) => name !== "link").map(([name, ...facts]) => `**${forMarkdown(name)}** ${facts.map((fact) => forMarkdown(fact)).join("; ")}`).slice(0, MOST_REASONS);
}

function hoverIncident(incident: Incident, at: number): string {
  const newest = newestFirst(incident)[0];
  const lines = [`${forMarkdown(`${incident.provider_name}:`)} "${forMarkdown(incident.title, 160)}" ${forMarkdown(`· ${incident.impact} · ${incident.stage}`)}`];
  if (newest) lines.push(`${forMarkdown(age(newest.at, at))} ago: "${forMarkdown(newest.body, 240)}"`);
  const link = markdownLink(incident.url);
  if (link) lines.push(link);
  return lines.join("  \n");
}

export function newestFirst(incident: Incident): Incident["updates"] {
  return [...incident.updates].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

function hushed(snapshot: Snapshot): string {
  const names = (snapshot.hushed ?? []).slice(0, 3).map((hush) => plain(hush.title, 60));
  return `Muted now: ${names.join(", ")}.`;
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
    group("calls", `Your last calls (${snapshot.calls.length})`, callNodes(snapshot.calls.slice(0, MOST_CALLS), at), false),
    group("others", `Not yours (${others.length})`, others.map((incident) => incidentNode(incident, at)), false),
  ];
  return groups.filter((node) => node.kind !== "group" || node.children.length > 0);
}

function group(id: string, label: string, children: Node[], open: boolean): Node {
  return { id, label, description: "", tooltip: "", icon: "", tint: undefined, kind: "group", target: "", open, children };
}

export function routeNode(route: Route, at: number): Node {
  const { health, since } = route.verdict;
  const [icon, tint] = ICON[health] ?? ICON.unknown;
  const word = WORD[health] ?? WORD.unknown;
  const total = route.calls.ok + route.calls.failed;
  const calls = total === 0 ? "no calls" : route.calls.failed > 0 ? `${route.calls.failed}/${total} failed` : `${total}/${total} ok`;
  const said = health === "ok" && total > 0 && route.calls.failed === 0 ? "" : word; // the calls say ok already
  const lasting = health === "ok" ? "" : age(since, at);
  const trouble = health === "ok" || health === "unknown" || health === "maintenance" ? "" : "-trouble";
  const title = plain(route.title, 80);
  const surface = plain(route.surface_name, 40);
  const note = plain(route.note, 120);
  return {
    id: `route:${route.route}`,
    label: title,
    description: [said, lasting, calls, surface].filter(Boolean).join(" · "), // what matters first: a narrow view cuts the rest
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

/** A call keeps its id while newer ones come, so that the view moves it and does not draw all anew; calls of one instant are counted. */
function callNodes(calls: readonly Call[], at: number): Node[] {
  const met = new Map<string, number>();
  return calls.map((call, index) => {
    const count = met.get(call.at) ?? 0;
    met.set(call.at, count + 1);
    return { ...callNode(call, index, at), id: `call:${call.at}:${count}` };
  });
}

export function callNode(call: Call, index: number, at: number): Node {
  const failed = call.outcome !== "ok";
  const code = failed ? plain(call.code, 60) : "";
  const what = failed ? (call.status === null ? code || "failed" : String(call.status)) : "ok";
  const whose = failed && call.fault ? `${FAULT[call.fault] ?? "not sure whose"}${call.confidence ? ` (${plain(call.confidence, 20)})` : ""}` : "";
  return {
    id: `call:${call.at}:${index}`,
    label: `${what} · ${plain(call.model, 60)}`,
    description: [age(call.at, at), code === what ? "" : code, plain(call.client, 40), whose].filter(Boolean).join(" · "),
    tooltip: [plain(call.project, 80), call.request_id ? `request ${plain(call.request_id, 80)}` : ""].filter(Boolean).join("\n"),
    icon: failed ? "error" : "pass",
    tint: failed ? "list.errorForeground" : undefined,
    kind: "call",
    target: plain(call.request_id, 80) || String(index + 1),
    open: false,
    children: [],
  };
}
