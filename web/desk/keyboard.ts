import type { Desk } from "./desk";

const OFF = "synpunkt.desk.keys";
const PATIENCE = 1500;

/** Single keys for those who work here all day. Off while somebody types, and off for good for those who want that. */
export class Keyboard {
  private going = 0;

  constructor(private readonly desk: Desk) {}

  get on(): boolean {
    return localStorage.getItem(OFF) !== "off";
  }

  set on(on: boolean) {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "off");
    this.desk.changed();
  }

  pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !document.documentElement.classList.contains("inside")) return;
    if (document.querySelector("dialog[open]")) return;
    const target = event.target as HTMLElement;
    if (target.matches("textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]")) {
      // Escape leaves the field, so that the keys work again without Tab.
      if (event.key === "Escape") document.querySelector<HTMLElement>(this.desk.route.name === "case" ? "#case-title" : "#list-title, #page-title")?.focus();
      return;
    }
    if (!this.on || !this.does(event.key, target)) return;
    event.preventDefault();
  }

  /** Does what the key stands for; `false` when it stands for nothing here. */
  private does(key: string, target: HTMLElement): boolean {
    const { desk } = this;
    const going = Date.now() - this.going < PATIENCE;
    this.going = 0;
    if (going) {
      const to = { t: "todo", a: "all", m: "mine", u: "field" }[key];
      if (!to) return false;
      desk.open(to);
      return true;
    }
    const reading = desk.route.name === "case";
    const listing = reading || ["todo", "all", "mine", "search"].includes(desk.route.name);
    const composer = desk.case.composer;
    const keys: Record<string, (() => void) | false> = {
      g: () => (this.going = Date.now()),
      "?": () => desk.dialogs.help(),
      "/": () => document.getElementById("search")?.focus(),
      j: listing && (() => desk.inbox.step(1)),
      k: listing && (() => desk.inbox.step(-1)),
      o: listing && !reading && (() => desk.inbox.openStanding()),
      Enter: listing && !reading && !target.matches("a, button, input, summary, label") && (() => desk.inbox.openStanding()),
      u: (reading || desk.route.name === "incident") && (() => desk.toList()),
      e: reading && desk.case.mine && (() => composer.turnTo("resolve")),
      r: reading && desk.case.mine && (() => composer.turnTo("reply")),
      n: reading && desk.case.mine && (() => composer.turnTo("note")),
      a: reading && desk.case.mine && (() => desk.dialogs.assign()),
    };
    const action = keys[key];
    if (!action) return false;
    action();
    return true;
  }
}
