/** Notices: one message for a person, in one window. A notice is claimed first, and shown only where the engine says that it is ours to show. */

import { forMessage } from "./escape.ts";
import type { Action, Answer, Notice } from "./protocol.ts";

const CALM: ReadonlySet<string> = new Set(["resolved", "recovering", "maintenance"]);
const DETAILS = "Details";
const REMEMBERED = 500;
/** VS Code shows three messages in 0.8 seconds, those of all extensions together. What comes beyond that it puts behind its bell, unseen. So ours keep a distance. */
const APART_MS = 1_000;

export interface Desk {
  /** Show a message with buttons; the button that was pressed, or undefined. */
  show(calm: boolean, text: string, buttons: readonly string[]): PromiseLike<string | undefined>;
  ask(command: string, target: string, more?: Record<string, unknown>): Promise<Answer>;
  openUrl(url: string): void;
  showDetails(): void;
  /** Say in passing what came of a button. */
  mention(text: string): void;
  /** Resolves after so many milliseconds. */
  pause(milliseconds: number): Promise<void>;
}

export class Teller {
  readonly #desk: Desk;
  readonly #seen = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  /** Whether the engine lets windows claim; an older one shows its pop-ups by itself. */
  claims = false;
  /** Whether the person wants messages here. */
  wanted = true;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Take a notice in: claim it, show it where it is ours, do what is pressed. */
  async tell(notice: Notice, actions: readonly Action[]): Promise<void> {
    if (!this.claims || !this.wanted || notice.kind === "amended" || this.#seen.has(notice.id)) return;
    this.#seen.add(notice.id);
    for (const old of [...this.#seen].slice(0, -REMEMBERED)) this.#seen.delete(old);
    const answer = await this.#desk.ask("claim", notice.id);
    if (!answer.ok) {
      if (!answer.by) this.#seen.delete(notice.id); // nobody is known to show it: the engine or the bridge went away
      return;
    }
    await this.#myTurn();
    const named = new Map(actions.map((action) => [forMessage(action.title, 40), action]));
    const text = [notice.simulated ? "Simulation:" : "", sentence(forMessage(notice.title, 200)), forMessage(notice.body, 300)].filter(Boolean).join(" ");
    const pressed = await this.#desk.show(CALM.has(notice.kind), text, [...named.keys()].slice(0, 3).concat(DETAILS));
    if (pressed === DETAILS) this.#desk.showDetails();
    const action = pressed === undefined ? undefined : named.get(pressed);
    if (action) await this.act(action);
  }

  /** Resolves at once, or where a message was shown just now, when the next can be seen. */
  #myTurn(): Promise<void> {
    const turn = this.#turn;
    this.#turn = turn.then(() => this.#desk.pause(APART_MS));
    return turn;
  }

  /** Do what a button stands for. */
  async act(action: Action): Promise<void> {
    const more = action.for_s === null || action.for_s === undefined ? {} : { for_s: action.for_s };
    const answer = await this.#desk.ask(action.command, action.target, more);
    if (!answer.ok) this.#desk.mention(`statuswatch: ${forMessage(answer.error, 200) || "it could not be done"}`);
    else if (action.command === "open" && answer.url) this.#desk.openUrl(answer.url);
    else this.#desk.mention(`statuswatch: ${forMessage(action.title, 40)}: done`);
  }
}

/** A title ends like a sentence, because the body follows on the same line. */
function sentence(title: string): string {
  return title === "" || /[.!?…]$/u.test(title) ? title : `${title}.`;
}
