/** The details panel: what is known, as a page of text. */

import { forHtml, safeUrl } from "./escape.ts";
import { age, callNode, instant, isOld, MOST_CALLS, MOST_UPDATES, newestFirst, oldSentence, routeNode, SIGN, simulation, type Picture } from "./present.ts";
import type { Health, Incident, Level, Snapshot } from "./protocol.ts";

/** The details panel: a whole page of HTML without any script, style by the editor's own variables, feed text as text. */
export function details(picture: Picture, why: readonly string[], nonce: string, now: number): string {
  const { snapshot, standing } = picture;
  const at = instant(picture, now);
  const body: string[] = [];
  if (!snapshot) body.push(`<h1>statuswatch</h1><p>${forHtml(standing.why)}</p>`);
  else {
    body.push(`<h1>${forHtml(`${SIGN[snapshot.summary.level] ?? SIGN.unknown} ${snapshot.summary.headline}`)}</h1>`);
    if (isOld(picture, now)) body.push(`<p class="old" role="status">${forHtml(oldSentence(picture, now))}</p>`);
    else if (standing.why) body.push(`<p class="old" role="status">${forHtml(standing.why)}</p>`);
    if (snapshot.engine.simulated !== null) body.push(`<p class="old">${forHtml(simulation(snapshot.engine.simulated))}</p>`);
    const reasons = why.filter((line) => !line.startsWith("Simulation ")); // said above
    if (reasons.length > 0) body.push(`<h2>Why</h2><pre tabindex="0">${reasons.map(lineOfHtml).join("\n")}</pre>`);
    else body.push(...snapshot.summary.details.map((line) => `<p>${forHtml(line)}</p>`));
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
  return rows.length === 0 ? "" : `<h2>Your last calls</h2><table><thead><tr><th scope="col">call</th><th scope="col">when, error, client, whose fault</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
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
