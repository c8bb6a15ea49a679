import { html, nothing, render, type TemplateResult } from "lit";
import { byId } from "../citizen/scripts/dom";
import type { Tiles } from "../citizen/scripts/map";
import { Api, LoggedOut, told } from "./api";
import { CasePage } from "./case";
import { Dialogs } from "./dialogs";
import { Field } from "./field";
import { icon } from "./icons";
import { IncidentPage } from "./incident";
import { Inbox, type Mode } from "./inbox";
import { Keyboard } from "./keyboard";
import { KeysPage } from "./keys_page";
import type { Login } from "./login";
import { MePage } from "./me";
import { RegisterPage } from "./register";
import { StaffPage } from "./staff";
import { StatusesPage } from "./statuses";
import { SubscriptionPage } from "./subscription";
import { SubscriptionsPage } from "./subscriptions";
import { TemplatesPage } from "./templates";
import { t } from "./texts";
import { TriagePage } from "./triage";
import type { Colleagues, Me, Named } from "./types";
import { SIDE_BY_SIDE } from "./wide";

export interface Route {
  name: string;
  id: string;
  query: URLSearchParams;
}

/** Something to tell in passing, with what one may do about it. */
export interface Toast {
  text: string;
  bad?: boolean;
  act?: { text: string; run: () => void };
  /** Counted down to, in milliseconds since 1970. */
  until?: number;
}

interface Facts {
  tiles: Tiles | null;
  municipalities: Named[];
}

interface Page {
  open(route: Route): void;
  view(): TemplateResult;
}

/** How often the page looks what others have done, in milliseconds. */
const EVERY = 120_000;
const LISTS = ["todo", "all", "mine", "search"];

/** The whole page once somebody is inside: where they are, what is shown, and what every part needs of the others. */
export class Desk {
  readonly api: Api;
  readonly facts = JSON.parse(byId("facts").textContent ?? "{}") as Facts;
  readonly inbox: Inbox;
  readonly case: CasePage;
  readonly dialogs: Dialogs;
  readonly keyboard: Keyboard;
  readonly field: Field;
  private readonly pages: Record<string, Page>;
  route: Route = { name: "", id: "", query: new URLSearchParams() };
  colleagues: Colleagues = { people: [], departments: [], bodies: [] };
  colleaguesProblem = "";
  toasts: Toast[] = [];
  private said = "";
  private awaited = false;
  private focusOn: string | null = null;
  /** The list one came from, and goes back to. */
  private from = "todo";
  private list = "todo";

  constructor(
    readonly me: Me,
    readonly login: Login,
    private readonly onLoggedOut: () => void,
  ) {
    this.api = new Api(login);
    this.inbox = new Inbox(this);
    this.case = new CasePage(this);
    this.dialogs = new Dialogs(this);
    this.keyboard = new Keyboard(this);
    this.field = new Field(this);
    this.pages = {
      field: this.field,
      triage: new TriagePage(this),
      staff: new StaffPage(this),
      keys: new KeysPage(this),
      me: new MePage(this),
      register: new RegisterPage(this),
      templates: new TemplatesPage(this),
      statuses: new StatusesPage(this),
      subscription: new SubscriptionPage(this),
      subscriptions: new SubscriptionsPage(this),
      incident: new IncidentPage(this),
    };
  }

  /** The municipality one works in; operators have none. */
  get municipality(): string {
    return this.me.municipalities[0] ?? "";
  }

  /** What a question about the municipality carries. */
  get here(): { municipality: string } {
    return { municipality: this.municipality };
  }

  get home(): string {
    return this.municipality ? "todo" : this.may("operator") ? "triage" : "me";
  }

  may(scope: string): boolean {
    return this.me.scopes.includes(scope);
  }

  start(): void {
    addEventListener("hashchange", () => this.go());
    addEventListener("online", () => void this.field.sendKept());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.back();
    });
    document.addEventListener("keydown", (event) => this.keyboard.pressed(event));
    SIDE_BY_SIDE.addEventListener("change", () => this.changed());
    setInterval(() => document.visibilityState === "visible" && document.documentElement.classList.contains("inside") && this.back(), EVERY);
    if (this.municipality) void this.fetchColleagues();
    this.go();
  }

  /** Somebody is back, from another tab or from logging in: what others did meanwhile is shown. */
  back(): void {
    this.inbox.refresh();
    void this.case.look();
    void this.field.sendKept();
    this.changed();
  }

  /** Nothing of this person stays in this tab. */
  forget(): void {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("synpunkt.desk")) sessionStorage.removeItem(key);
  }

  async logOut(): Promise<void> {
    this.forget();
    this.field.forget();
    history.replaceState(null, "", location.pathname);
    await this.login.logOut();
  }

  // ---- where one is ----

  open(path: string): void {
    if (location.hash === `#/${path}`) this.go();
    else location.hash = `#/${path}`;
  }

  toList(): void {
    if (this.route.name === "incident") return this.open(this.list);
    const current = this.case.current?.case_id;
    this.open(this.from);
    if (current) this.inbox.stand(current);
  }

  private go(): void {
    const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
    const [name = "", id = ""] = path.split("/");
    const known = LISTS.includes(name) || name === "case" || name in this.pages;
    if (!known || (LISTS.includes(name) && !this.municipality)) {
      history.replaceState(null, "", `#/${this.home}`);
      return this.go();
    }
    const before = this.route.name;
    // The other language opens where one is.
    const other = document.querySelector<HTMLAnchorElement>("a.language");
    if (other) other.hash = location.hash;
    this.route = { name, id, query: new URLSearchParams(query) };
    this.dialogs.close();
    if (LISTS.includes(name)) {
      this.from = this.list = path + (query ? `?${query}` : "");
      this.inbox.show(name as Mode, this.route.query);
      if (before && before !== "case") this.focus("#list-title");
    } else if (name === "case") {
      if (!this.inbox.shown && this.municipality) this.inbox.show("todo", new URLSearchParams());
      void this.case.open(id);
    } else {
      this.from = ["triage", "field", "incident"].includes(name) ? path : this.from;
      this.pages[name]?.open(this.route);
      if (before) this.focus("#page-title");
    }
    this.changed();
  }

  // ---- what every part needs ----

  /** Does something; what goes wrong is told to `problem`, and a login that ended leads to the login. */
  async trying(action: () => Promise<void>, problem: (text: string, error: unknown) => void): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (error instanceof LoggedOut) {
        problem(t("problem.logged_out"), error);
        this.onLoggedOut();
      } else problem(told(error), error);
    } finally {
      this.changed();
    }
  }

  /** Says something to those who do not see it. */
  say(text: string): void {
    this.said = this.said === text ? `${text}\u00a0` : text;
    this.changed();
  }

  toast(toast: Toast): void {
    this.toasts = [...this.toasts.slice(-2), toast];
    this.say(toast.text);
    if (!toast.bad) setTimeout(() => this.dismiss(toast), Math.max(toast.until ? toast.until - Date.now() : 0, toast.act ? 20_000 : 6000));
  }

  dismiss(toast: Toast): void {
    this.toasts = this.toasts.filter((each) => each !== toast);
    this.changed();
  }

  /** Puts the focus there once it is on the page. */
  focus(selector: string): void {
    this.focusOn = selector;
    this.changed();
  }

  /** Shows what has changed, once, when everything that changes with it has. */
  changed(): void {
    if (this.awaited) return;
    this.awaited = true;
    queueMicrotask(() => {
      this.awaited = false;
      const before = document.activeElement;
      render(this.bar(), byId("bar"));
      render(this.view(), byId("desk"));
      document.title = `${this.title()} – Synpunkt`;
      const element = this.focusOn ? document.querySelector<HTMLElement>(this.focusOn) : null;
      if (element) {
        this.focusOn = null;
        element.focus();
      } else if (before && !before.isConnected) this.keepFocus();
    });
  }

  /** What had the focus is gone: it goes to what the page is about, and not to its very beginning. */
  keepFocus(): void {
    if (document.activeElement && document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>("dialog[open] #box-title, #case-title, #page-title, #list-title")?.focus();
  }

  department(id: string | null): string {
    return this.colleagues.departments.find((each) => each.id === id)?.name ?? id ?? "";
  }

  person(id: string | null): string {
    if (id === this.me.caller_id) return t("person.me");
    return this.colleagues.people.find((each) => each.staff_id === id)?.name ?? (id ? t("person.someone") : "");
  }

  async fetchColleagues(): Promise<void> {
    await this.trying(
      async () => {
        this.colleagues = await this.api.get<Colleagues>("/colleagues", { municipality: this.municipality });
        this.colleaguesProblem = "";
      },
      (text) => (this.colleaguesProblem = text),
    );
  }

  // ---- what is shown ----

  private title(): string {
    const it = this.case.current;
    if (this.route.name === "case" && it) return `${it.reference} ${it.category_name}`;
    return document.querySelector("#page-title, #list-title")?.textContent ?? t("nav.label");
  }

  private bar(): TemplateResult {
    const here = this.route.name;
    const link = (path: string, name: string, image: string, extra = ""): TemplateResult =>
      html`<a class="tab ${extra}" href="#/${path}" aria-current=${path === here || (here === "case" && this.from.split("?")[0] === path) ? "page" : nothing}>${icon(image)}<span>${name}</span></a>`;
    return html`
      <div class="bar-in">
        <nav class="tabs" aria-label=${t("nav.label")}>
          ${this.municipality
            ? [link("todo", t("nav.todo"), "inbox"), link("all", t("nav.all"), "list"), link("mine", t("nav.mine"), "person"), link("field", t("nav.field"), "near", "phone-only")]
            : nothing}
          ${this.may("operator") ? link("triage", t("nav.triage"), "fork") : nothing}
          ${link("me", t("nav.more"), "more")}
        </nav>
        ${this.municipality
          ? html`<form class="search" role="search" @submit=${(event: SubmitEvent) => this.search(event)}>
              <label class="unseen" for="search">${t("search.label")}</label>
              <input type="search" id="search" name="q" autocomplete="off" placeholder=${t("search.placeholder")} .value=${here === "search" ? (this.route.query.get("q") ?? "") : ""}>
            </form>`
          : nothing}
        <p class="whose">${this.me.municipality_names.join(", ") || t("nav.nation")}</p>
      </div>`;
  }

  private search(event: SubmitEvent): void {
    event.preventDefault();
    const words = new FormData(event.target as HTMLFormElement).get("q")?.toString().trim() ?? "";
    if (words) this.open(`search?${new URLSearchParams({ q: words })}`);
  }

  private view(): TemplateResult {
    return html`
      ${this.field.unsent()}
      ${this.inside()}
      <div class="toasts">${this.toasts.map((toast) => this.toastView(toast))}</div>
      <p class="unseen" role="status">${this.said}</p>
      ${this.dialogs.view()}`;
  }

  private inside(): TemplateResult {
    const { name } = this.route;
    const page = this.pages[name];
    if (page) return html`<div class="page-pane">${page.view()}</div>`;
    const reading = name === "case";
    return html`<div class="panes ${reading ? "reading" : ""} ${this.municipality ? "" : "alone"}">
      ${this.municipality ? this.inbox.view() : nothing}
      ${reading ? this.case.view() : this.inbox.mapView()}
    </div>`;
  }

  private toastView(toast: Toast): TemplateResult {
    const left = toast.until ? Math.max(0, Math.ceil((toast.until - Date.now()) / 1000)) : null;
    return html`<div class="toast ${toast.bad ? "bad" : ""}">
      <p>${toast.text}${left === null ? nothing : html` <span class="left" aria-hidden="true">${t("toast.left", { seconds: left })}</span>`}</p>
      ${toast.act ? html`<button type="button" class="button small" @click=${toast.act.run}>${toast.act.text}</button>` : nothing}
      <button type="button" class="quiet small" aria-label=${t("toast.close")} @click=${() => this.dismiss(toast)}>${icon("close")}</button>
    </div>`;
  }
}
