/** Wires the bridge to the editor. What is shown is decided in `present`, how text is made inert in `escape`. */

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { Bridge } from "./bridge.ts";
import { forMessage, plain, safeUrl } from "./escape.ts";
import { findProgram } from "./find.ts";
import { details } from "./page.ts";
import { hover, instant, statusItem, tree, type Node, type Picture } from "./present.ts";
import { PROTOCOL, type Message } from "./protocol.ts";
import { Teller } from "./teller.ts";

const ENGINE_START_WITHIN_MS = 20_000;
const REDRAW_EVERY_MS = 20_000;
const REDRAW_TREE_EVERY_MS = 1_000;
const ONE_LINE = 400; // the widest page of `why`: each fact on one line, wrapped by the hover
const NO_ENGINE = "No engine is running (statuswatch: Start the Engine).";
const MUTES: readonly [string, number | undefined][] = [["1 hour", 3600], ["8 hours", 8 * 3600], ["1 day", 86_400], ["until I end it", undefined]];

class Window {
  readonly #context: vscode.ExtensionContext;
  readonly #log = vscode.window.createOutputChannel("statuswatch", { log: true });
  readonly #item = vscode.window.createStatusBarItem("statuswatch.status", vscode.StatusBarAlignment.Right, 90);
  readonly #tree = new Tree();
  readonly #bridge: Bridge;
  readonly #teller: Teller;
  #picture: Picture = { standing: { state: "starting", why: "Asking statuswatch." }, snapshot: undefined, stale: false };
  #panel: vscode.WebviewPanel | undefined;
  #panelShows = "";
  #hoverSays = "";
  #whyLines: readonly string[] = [];
  #whyTarget = "*";
  #askedToStart = false;
  #asking = false;
  #askAgain = false;

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    this.#bridge = new Bridge(() => findProgram(setting("command", "")), {
      message: (message) => this.#hear(message),
      gone: (why, detail) => this.#gone(why, detail),
      log: (line) => this.#log.debug(plain(line)),
    });
    this.#teller = new Teller({
      show: (calm, text, buttons) => (calm ? vscode.window.showInformationMessage(text, ...buttons) : vscode.window.showWarningMessage(text, ...buttons)),
      ask: (command, target, more) => this.#bridge.ask(command, target, more),
      openUrl: (url) => void this.#openUrl(url),
      showDetails: () => void this.#showDetails("*"),
      mention: (text) => void vscode.window.setStatusBarMessage(text, 5000),
      pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
  }

  start(): void {
    this.#item.name = "statuswatch";
    this.#item.command = "statuswatch.showDetails";
    const command = (name: string, run: (node?: Node) => unknown): vscode.Disposable => vscode.commands.registerCommand(`statuswatch.${name}`, run);
    this.#context.subscriptions.push(
      this.#log,
      this.#item,
      this.#tree,
      vscode.window.createTreeView("statuswatch.tree", { treeDataProvider: this.#tree, showCollapseAll: true }),
      command("showDetails", () => this.#showDetails("*")),
      command("why", (node) => this.#why(node)),
      command("refresh", () => this.#do("refresh", "*", "the status pages are being read")),
      command("wait", (node) => this.#wait(node)),
      command("mute", (node) => this.#mute(node)),
      command("openIncident", (node) => this.#open(node)),
      command("startEngine", () => this.#startEngine()),
      command("showLog", () => this.#log.show()),
      vscode.window.onDidChangeWindowState(() => this.#focused()),
      vscode.workspace.onDidChangeConfiguration((change) => this.#configured(change)),
      { dispose: () => this.#bridge.close() },
    );
    const timer = setInterval(() => this.#draw(), REDRAW_EVERY_MS);
    this.#context.subscriptions.push({ dispose: () => clearInterval(timer) });
    this.#teller.wanted = setting("messages", true);
    this.#draw();
    this.#bridge.open();
  }

  #configured(change: vscode.ConfigurationChangeEvent): void {
    if (!change.affectsConfiguration("statuswatch")) return;
    this.#teller.wanted = setting("messages", true);
    if (this.#picture.standing.state === "missing") this.#bridge.open();
    this.#attend();
    this.#draw();
  }

  #hear(message: Message): void {
    switch (message.type) {
      case "hello":
        this.#greeted(message);
        break;
      case "snapshot":
      case "changes":
        this.#picture = { ...this.#picture, snapshot: message.snapshot, stale: message.stale === true };
        this.#draw();
        void this.#askReasons();
        break;
      case "notice":
        this.#log.info(`notice ${plain(message.notice.id)} (${plain(message.notice.kind)})`);
        void this.#teller.tell(message.notice, message.actions ?? []);
        break;
      default:
        break;
    }
  }

  #greeted(hello: Extract<Message, { type: "hello" }>): void {
    this.#log.info(`statuswatch ${plain(hello.version)}, engine ${hello.engine ? "there" : "not there"}`);
    this.#teller.claims = hello.v === PROTOCOL && hello.capabilities.includes("claim");
    const older = hello.missing?.length ? forMessage(hello.reason, 200) || "The engine is older than this program." : "";
    if (older) this.#log.warn(older);
    if (hello.v !== PROTOCOL) {
      const why = `This statuswatch speaks version ${hello.v} of the protocol, and this extension version ${PROTOCOL}: bring the older one up to date.`;
      this.#picture = { ...this.#picture, standing: { state: "alone", why }, stale: true };
    } else if (hello.engine) {
      this.#picture = { ...this.#picture, standing: { state: "live", why: older }, stale: false };
      this.#attend();
    } else {
      this.#picture = { ...this.#picture, standing: { state: "alone", why: NO_ENGINE }, stale: true };
      void this.#offerToStart();
    }
    this.#draw();
  }

  #gone(why: "missing" | "ended", detail: string): void {
    this.#log.warn(why === "missing" ? `the program cannot be started: ${plain(detail)}` : `the bridge ended: ${plain(detail)}`);
    const sentence = why === "missing" ? "The statuswatch program was not found; set statuswatch.command or install it." : "statuswatch ended and is started again.";
    this.#picture = { ...this.#picture, standing: { state: why === "missing" ? "missing" : "alone", why: sentence }, stale: true };
    this.#draw();
  }

  #focused(): void {
    if (vscode.window.state.focused) this.#bridge.open(); // who looks does not wait for the end of a pause
    this.#attend();
    if (this.#picture.standing.why === NO_ENGINE) void this.#offerToStart();
  }

  /** Why the worst trouble is as it is, for the hover. One question at a time; a picture that comes meanwhile is asked about after it. */
  async #askReasons(): Promise<void> {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    do {
      this.#askAgain = false;
      const wanted = this.#picture.snapshot !== undefined && this.#picture.snapshot.summary.level !== "ok";
      const answer = wanted ? await this.#bridge.ask("why", "*", { width: ONE_LINE }) : { ok: true };
      this.#picture = { ...this.#picture, reasons: answer.ok ? (answer.lines ?? []) : [] };
    } while (this.#askAgain);
    this.#asking = false;
    this.#draw();
  }

  #attend(): void {
    if (this.#picture.standing.state !== "live" || !this.#teller.claims) return;
    void this.#bridge.ask("attend", "*", { on: vscode.window.state.focused && this.#teller.wanted });
  }

  #draw(): void {
    const now = Date.now();
    const shown = statusItem(this.#picture, now, setting<string>("statusBar", "always") === "always");
    const tones = { none: undefined, warning: new vscode.ThemeColor("statusBarItem.warningBackground"), error: new vscode.ThemeColor("statusBarItem.errorBackground") };
    this.#item.text = shown.text;
    this.#item.accessibilityInformation = { label: shown.spoken, role: "button" };
    this.#item.backgroundColor = tones[shown.tone];
    this.#explain(hover(this.#picture, now));
    if (shown.shown) this.#item.show();
    else this.#item.hide();
    this.#tree.show(tree(this.#picture, now));
    if (this.#panel) void this.#fillPanel();
  }

  /** The hover. One that stands open closes when it is set, so it is set only where it says something else. */
  #explain(text: string): void {
    if (text === this.#hoverSays) return;
    this.#hoverSays = text;
    const markdown = new vscode.MarkdownString(text, false);
    markdown.isTrusted = false;
    markdown.supportHtml = false;
    this.#item.tooltip = markdown;
  }

  async #showDetails(target: string): Promise<void> {
    if (this.#picture.standing.state === "missing") return this.#offerToFind();
    this.#whyTarget = target;
    if (this.#panel) this.#panel.reveal(undefined, true);
    else {
      this.#panel = vscode.window.createWebviewPanel("statuswatch.details", "statuswatch", vscode.ViewColumn.Active, { enableScripts: false, enableCommandUris: false, localResourceRoots: [] });
      this.#panel.onDidDispose(() => {
        this.#panel = undefined;
        this.#panelShows = "";
      });
    }
    await this.#fillPanel();
  }

  async #fillPanel(): Promise<void> {
    const answer = await this.#bridge.ask("why", this.#whyTarget, { width: 92 });
    if (answer.ok) this.#whyLines = answer.lines ?? [];
    if (!this.#panel) return;
    const draw = (nonce: string): string => details(this.#picture, this.#whyLines, nonce, Date.now());
    const still = draw("");
    if (still === this.#panelShows) return; // the same page: the reader keeps the place
    this.#panelShows = still;
    this.#panel.webview.html = draw(randomBytes(16).toString("base64url"));
  }

  async #why(node?: Node): Promise<void> {
    await this.#showDetails(node?.target || "*");
  }

  async #wait(node?: Node): Promise<void> {
    const route = node?.target || (await this.#pick("Tell me when it is back", (kind) => kind.startsWith("route-trouble")));
    if (route) await this.#do("wait", route, "you will be told when it is back");
  }

  async #mute(node?: Node): Promise<void> {
    const target = node?.target || (await this.#pick("Mute what?", (kind) => kind.startsWith("route") || kind.startsWith("incident")));
    if (!target) return;
    const long = await vscode.window.showQuickPick(MUTES.map(([label]) => label), { placeHolder: "For how long?" });
    const span = MUTES.find(([label]) => label === long);
    if (span) await this.#do("mute", target, "muted", span[1] === undefined ? {} : { for_s: span[1] });
  }

  async #open(node?: Node): Promise<void> {
    const answer = await this.#bridge.ask("open", node?.target || "*");
    if (answer.ok && answer.url) await this.#openUrl(answer.url);
    else void vscode.window.showInformationMessage(`statuswatch: ${forMessage(answer.error, 200) || "no page is known"}`);
  }

  async #openUrl(address: string): Promise<void> {
    const url = safeUrl(address);
    if (url) await vscode.env.openExternal(vscode.Uri.parse(url, true));
  }

  async #pick(placeHolder: string, fits: (kind: string) => boolean): Promise<string | undefined> {
    const flat = tree(this.#picture, Date.now()).flatMap((node) => [node, ...node.children]);
    const items = flat.filter((node) => fits(node.kind)).map((node) => ({ label: node.label.replaceAll("$(", "$ ("), description: node.description.replaceAll("$(", "$ ("), target: node.target }));
    if (items.length === 0) {
      void vscode.window.showInformationMessage("statuswatch: there is nothing of that kind now.");
      return undefined;
    }
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.target;
  }

  async #do(command: string, target: string, said: string, more: Record<string, unknown> = {}): Promise<void> {
    const answer = await this.#bridge.ask(command, target, more);
    void vscode.window.setStatusBarMessage(`statuswatch: ${answer.ok ? said : forMessage(answer.error, 200)}`, 5000);
  }

  /** Nothing is started that was not allowed. Asked once a window, where its person looks; what is said for good is kept as the setting. */
  async #offerToStart(): Promise<void> {
    const policy = setting<string>("startEngine", "ask");
    if (this.#askedToStart || policy === "never" || (policy === "ask" && !vscode.window.state.focused)) return;
    this.#askedToStart = true;
    if (policy === "always") return this.#startEngine();
    const answer = await vscode.window.showInformationMessage("statuswatch: no engine is running, so nothing is watched. Start it in the background?", "Always", "Only Now", "Never");
    if (answer === "Always" || answer === "Never") {
      await vscode.workspace.getConfiguration("statuswatch").update("startEngine", answer.toLowerCase(), vscode.ConfigurationTarget.Global);
    }
    if (answer === "Always" || answer === "Only Now") await this.#startEngine();
  }

  async #offerToFind(): Promise<void> {
    const answer = await vscode.window.showWarningMessage(this.#picture.standing.why, "Try Again", "Open Settings");
    if (answer === "Open Settings") await vscode.commands.executeCommand("workbench.action.openSettings", "statuswatch.command");
    if (answer === "Try Again") this.#bridge.open();
  }

  async #startEngine(): Promise<void> {
    await new Promise<void>((resolve) => {
      execFile(findProgram(setting("command", "")), ["engine", "start"], { timeout: ENGINE_START_WITHIN_MS, windowsHide: true }, (error, _out, complaint) => {
        if (error) {
          this.#log.error(`engine start: ${plain(error.message)}`);
          void vscode.window.showErrorMessage(`statuswatch: the engine did not start. ${forMessage(complaint, 300)}`);
        }
        resolve();
      });
    });
  }

  /** What the tests look at. */
  get picture(): { picture: Picture; at: number } {
    return { picture: this.#picture, at: instant(this.#picture, Date.now()) };
  }
}

class Tree implements vscode.TreeDataProvider<Node> {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  #nodes: Node[] = [];
  #shows = "";
  #soon: NodeJS.Timeout | undefined;

  /** Show these, at once or at the end of a pause: each change makes the editor ask for every node anew. */
  show(nodes: Node[]): void {
    const shows = JSON.stringify(nodes);
    if (shows === this.#shows) return;
    this.#shows = shows;
    this.#nodes = nodes;
    if (this.#soon) return;
    this.#changed.fire();
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      if (this.#shows !== shows) this.#changed.fire();
    }, REDRAW_TREE_EVERY_MS);
  }

  dispose(): void {
    clearTimeout(this.#soon);
    this.#changed.dispose();
  }

  getChildren(node?: Node): Node[] {
    return node ? node.children : this.#nodes;
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(node.label, node.children.length === 0 ? None : node.open ? Expanded : Collapsed);
    item.id = node.id;
    item.description = node.description;
    item.tooltip = node.tooltip;
    item.contextValue = node.kind;
    item.accessibilityInformation = { label: [node.label, node.description].filter(Boolean).join(", ") };
    if (node.icon) item.iconPath = new vscode.ThemeIcon(node.icon, node.tint === undefined ? undefined : new vscode.ThemeColor(node.tint));
    return item;
  }
}

function setting<T>(name: string, otherwise: T): T {
  return vscode.workspace.getConfiguration("statuswatch").get<T>(name, otherwise);
}

/** Called by the editor. */
export function activate(context: vscode.ExtensionContext): { picture(): unknown } {
  const window = new Window(context);
  window.start();
  return { picture: () => window.picture };
}

/** Called by the editor; what was pushed to `subscriptions` is disposed of by itself. */
export function deactivate(): void {
  // nothing is left over
}
