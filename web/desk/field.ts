import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Enclosed } from "../citizen/scripts/enclosed";
import { changedProblem, LoggedOut, told, Unreachable } from "./api";
import { photosFor, photosView } from "./attach";
import type { Desk } from "./desk";
import { icon } from "./icons";
import { t } from "./texts";
import type { AttentionName, Case, Row, Rows } from "./types";
import { age, distance, metresBetween } from "./words";

/** Something done outdoors that has not reached the service yet. */
interface Kept {
  id: string;
  who: string;
  case_id: string;
  reference: string;
  name: string;
  path: "start" | "resolve";
  body: Record<string, string | string[]>;
  version: number;
  problem: string;
}

const UNSENT = "synpunkt.desk.unsent";
const OUTDOORS: AttentionName[] = ["citizen_answered", "overdue", "due_soon", "offered", "undelivered", "new", "open", "planned"];

/** For somebody outdoors with a phone: the nearest case first, and what fails to be sent is kept until it can be. */
export class Field {
  private rows: Row[] = [];
  private here: { lat: number; lon: number } | null = null;
  private problem = "";
  private placeProblem = "";
  private loading = false;
  private locating = false;
  private sending = false;
  private closing = "";
  private readonly words = new Map<string, string>();
  private readonly photos = new Map<string, Enclosed>();
  private photosWait = "";
  private restUntil = 0;
  kept: Kept[];

  constructor(private readonly desk: Desk) {
    // Outlives the tab, unlike all else: a phone closes tabs by itself.
    const all = JSON.parse(localStorage.getItem(UNSENT) ?? "[]") as Kept[];
    this.kept = all.filter((each) => each.who === desk.me.caller_id);
  }

  open(): void {
    void this.load();
    void this.sendKept();
  }

  forget(): void {
    this.kept = [];
    this.keep();
  }

  private async load(): Promise<void> {
    this.loading = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        const found = await this.desk.api.get<Rows>("/inbox", { municipality: this.desk.municipality, unit: this.desk.inbox.unit, limit: 100 });
        this.rows = found.cases.filter((row) => OUTDOORS.includes(row.attention));
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
    this.loading = false;
    this.desk.changed();
  }

  private locate(): void {
    this.locating = true;
    this.placeProblem = "";
    this.desk.changed();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.here = { lat: coords.latitude, lon: coords.longitude };
        this.locating = false;
        this.desk.say(t("field.located"));
      },
      () => {
        this.locating = false;
        this.placeProblem = t("field.no_place");
        this.desk.changed();
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  }

  private metres(row: Row): number {
    return this.here && row.lat !== null && row.lon !== null ? metresBetween(this.here, { lat: row.lat, lon: row.lon }) : Infinity;
  }

  /** Those that show what was done. They are sent while one writes; without a network they wait to be chosen again. */
  private photosOf(caseId: string): Enclosed {
    const found = this.photos.get(caseId) ?? photosFor(this.desk, caseId);
    this.photos.set(caseId, found);
    return found;
  }

  // ---- doing, and keeping what could not be sent ----

  private keep(): void {
    const others = (JSON.parse(localStorage.getItem(UNSENT) ?? "[]") as Kept[]).filter((each) => each.who !== this.desk.me.caller_id);
    const all = [...others, ...this.kept];
    if (all.length) localStorage.setItem(UNSENT, JSON.stringify(all));
    else localStorage.removeItem(UNSENT);
  }

  private async does(row: Row, path: "start" | "resolve"): Promise<void> {
    // The cards move when one is done: the second tap of two would be on the next case.
    if (Date.now() < this.restUntil) return;
    this.restUntil = Date.now() + 800;
    const text = this.words.get(row.case_id)?.trim() ?? "";
    const photos = path === "resolve" ? this.photosOf(row.case_id) : null;
    this.photosWait = photos?.settled === false ? row.case_id : "";
    if (this.photosWait) return this.desk.changed();
    const body: Record<string, string | string[]> = path === "resolve" ? { outcome: "fixed", ...(text ? { reply: text } : {}), ...(photos?.ids.length ? { photos: photos.ids } : {}) } : {};
    const one: Kept = { id: crypto.randomUUID(), who: this.desk.me.caller_id, case_id: row.case_id, reference: row.reference, name: row.category_name, path, body, version: row.version, problem: "" };
    this.kept = [...this.kept, one];
    this.keep();
    this.closing = "";
    this.words.delete(row.case_id);
    this.photos.delete(row.case_id);
    this.desk.changed();
    await this.sendKept();
  }

  /** Sends what is kept, in order. What the service refuses stays, with the reason. */
  async sendKept(): Promise<void> {
    if (this.sending || !this.kept.length) return;
    this.sending = true;
    const tried = new Set<string>();
    // What is done meanwhile is kept, too, and is sent after what was done before.
    for (let one = this.kept[0]; one; one = this.kept.find((each) => !tried.has(each.id))) {
      const { id } = one;
      tried.add(id);
      try {
        const now = await this.desk.api.post<Case>(`/cases/${one.case_id}/${one.path}`, { ...one.body, version: one.version });
        this.kept = this.kept.filter((each) => each.id !== id);
        this.sent(one, now);
      } catch (error) {
        if (error instanceof Unreachable || error instanceof LoggedOut) break;
        const changed = changedProblem(error);
        const problem = changed ? t("field.changed", { what: changed.changes.map((each) => each.label).join("; ") || t("field.inside") }) : told(error);
        // Whoever has read what others did, and tries again, means the case as it is now.
        this.kept = this.kept.map((each) => (each.id === id ? { ...each, problem, version: changed?.version ?? each.version } : each));
      }
      this.keep();
    }
    this.sending = false;
    this.desk.changed();
  }

  private sent(one: Kept, now: Case): void {
    // What was done next to the same case was done to the case as this left it.
    for (const each of this.kept) if (each.case_id === one.case_id && each.version === one.version) each.version = now.version;
    this.rows = one.path === "resolve" ? this.rows.filter((row) => row.case_id !== one.case_id) : this.rows.map((row) => (row.case_id === one.case_id ? { ...row, version: now.version, status: now.status } : row));
    this.desk.toast({ text: t(`field.sent.${one.path}`, { reference: one.reference }) });
    this.desk.inbox.took(now);
  }

  private drop(one: Kept): void {
    this.kept = this.kept.filter((each) => each.id !== one.id);
    this.keep();
    void this.load();
  }

  // ---- what is shown ----

  /** What has not been sent, told on every page until it is. */
  unsent(): TemplateResult | typeof nothing {
    if (!this.kept.length) return nothing;
    return html`<section class="unsent" aria-labelledby="unsent-title"><h2 id="unsent-title">${t("field.unsent", { count: this.kept.length })}</h2>
      <ul>${this.kept.map(
        (one) => html`<li><p><strong>${t(`field.${one.path}`)}</strong> ${one.name}, <a href="#/case/${one.case_id}">${one.reference}</a></p>
          ${one.body["reply"] ? html`<p class="written">${one.body["reply"]}</p>` : nothing}
          <p>${one.problem || t("field.waits")}</p>
          <button type="button" class="quiet small" @click=${() => this.drop(one)}>${t("field.drop", { reference: one.reference })}</button></li>`,
      )}</ul>
      <button type="button" class="button small" id="send-kept" @click=${() => void this.sendKept()}>${t("again")}</button></section>`;
  }

  view(): TemplateResult {
    const waiting = new Set(this.kept.map((each) => `${each.case_id} ${each.path}`));
    const rows = this.here ? [...this.rows].sort((a, b) => this.metres(a) - this.metres(b)) : this.rows;
    return html`<div class="field-page">
      <h2 id="page-title" tabindex="-1">${t("nav.field")}</h2>
      <button type="button" class="button secondary big" id="locate" aria-disabled=${this.locating ? "true" : nothing} @click=${() => this.locate()}>${icon("near")}${t(this.locating ? "field.locating" : this.here ? "field.again" : "field.locate")}</button>
      ${this.placeProblem ? html`<p class="problem" role="alert">${this.placeProblem}</p>` : nothing}
      ${this.problem ? html`<div class="problem" role="alert"><p>${this.problem}</p><button type="button" class="button small" @click=${() => void this.load()}>${t("again")}</button></div>` : nothing}
      ${this.loading && !rows.length ? html`<p class="hint waiting">${t("list.loading")}</p>` : nothing}
      ${!rows.length && !this.loading && !this.problem ? html`<p class="empty">${t("list.none.todo")}</p>` : nothing}
      <ul class="field-rows">${rows.map((row) => this.card(row, waiting))}</ul></div>`;
  }

  private card(row: Row, waiting: Set<string>): TemplateResult {
    const metres = this.metres(row);
    const closing = this.closing === row.case_id;
    const begun = row.status === "in_progress" || waiting.has(`${row.case_id} start`);
    const done = waiting.has(`${row.case_id} resolve`);
    return html`<li class="field-card" data-case=${row.case_id}>
      ${row.photo ? html`<img class="field-photo" src=${row.photo.thumbnail_url} alt="" loading="lazy">` : nothing}
      <h3><a href="#/case/${row.case_id}">${row.category_name}</a></h3>
      <p class="row-about">${row.place ?? (row.lat === null ? t("row.no_place") : t("row.on_map"))}</p>
      <p class="row-facts"><span class="reference">${row.reference}</span><span>${age(row.created_at)}</span>${metres < Infinity ? html`<strong>${distance(metres)}</strong>` : nothing}
        ${row.lat !== null && row.lon !== null ? html`<a href="geo:${row.lat},${row.lon}?q=${row.lat},${row.lon}">${t("case.navigate")}</a>` : nothing}</p>
      ${done
        ? html`<p class="kept">${t("field.waits")}</p>`
        : closing
          ? html`<form class="closing" @submit=${(event: SubmitEvent) => { event.preventDefault(); void this.does(row, "resolve"); }}>
              <div class="field"><label for="closing-${row.case_id}">${t("words.fixed")}</label>
              <textarea id="closing-${row.case_id}" rows="3" maxlength="2000" .value=${live(this.words.get(row.case_id) ?? "")} @input=${(event: Event) => this.words.set(row.case_id, (event.target as HTMLTextAreaElement).value)}></textarea></div>
              ${photosView(this.photosOf(row.case_id), `closing-photos-${row.case_id}`, this.photosWait === row.case_id)}
              <p class="hint">${t(`${row.visibility === "public" ? "readers.everyone" : "readers.reporter"}.short`)}</p>
              <div class="big-two"><button type="submit" class="button big primary-small">${t("field.close")}</button><button type="button" class="button secondary big" @click=${() => { this.closing = ""; this.desk.changed(); }}>${t("box.cancel")}</button></div></form>`
          : html`<div class="big-two">
              <button type="button" class="button secondary big" aria-disabled=${begun ? "true" : nothing} @click=${() => !begun && void this.does(row, "start")}>${t(begun ? "field.begun" : "field.start")}</button>
              <button type="button" class="button big primary-small" @click=${() => { this.closing = row.case_id; this.desk.focus(`#closing-${row.case_id}`); }}>${t("field.resolve")}</button></div>`}
    </li>`;
  }
}
