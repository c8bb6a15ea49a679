import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { categories, categoryOptions } from "./categories";
import type { Desk } from "./desk";
import { icon } from "./icons";
import type { CasesMap } from "./map";
import { t } from "./texts";
import type { AttentionName, Case, Row, Rows, SavedView } from "./types";
import { SIDE_BY_SIDE } from "./wide";
import { age, day, due } from "./words";

export type Mode = "todo" | "all" | "mine" | "search";

// What asks for something to be done comes first; what waits for others is not on the list of what there is to do.
const ASKING: AttentionName[] = ["citizen_answered", "overdue", "due_soon", "offered", "undelivered", "new", "open"];
const OPEN: AttentionName[] = [...ASKING, "elsewhere", "planned", "waiting"];
const FILTERS = ["attention", "category", "kind", "status", "priority", "from", "to"];
const KINDS = ["fault", "question", "suggestion", "complaint", "praise"];
const STATUSES = ["routed", "delivered", "acknowledged", "in_progress", "waiting_for_citizen", "planned", "with_other_body", "reopened", "resolved"];
const MOST_AT_ONCE = 50;
const LOOK_ON = 8;
// More than that is fetched page by page, and is not fetched again as a whole.
const REFRESHED = 100;
// Whoever has fetched on and on looks through many, and does not wait for each to be fetched again.
const MOST_REFRESHED = 500;

/** The list of cases: what there is to do, everything open, one's own, or what a search found. */
export class Inbox {
  mode: Mode = "todo";
  shown = false;
  rows: Row[] = [];
  next: string | null = null;
  loading = false;
  problem = "";
  filters: Record<string, string> = {};
  unit = "";
  readonly picked = new Set<string>();
  private standing = "";
  private hovered = "";
  private words = "";
  private asked = 0;
  private lookedOn = 0;
  private views: SavedView[] | null = null;
  private viewsProblem = "";
  private filtersOpen = false;
  private map: CasesMap | null = null;
  private mapProblem = false;

  constructor(private readonly desk: Desk) {
    if (desk.me.departments.length === 1) this.unit = desk.me.departments[0] ?? "";
  }

  show(mode: Mode, query: URLSearchParams): void {
    const words = query.get("q") ?? "";
    const same = this.shown && mode === this.mode && words === this.words;
    this.mode = mode;
    this.words = words;
    this.shown = true;
    if (same) return this.refresh();
    this.rows = [];
    this.next = null;
    this.picked.clear();
    void this.load();
  }

  /** Fetches again what is shown, as it stands now. */
  refresh(): void {
    if (this.shown && !this.loading && this.rows.length <= MOST_REFRESHED) void this.load();
  }

  /** A case has changed: its row says so at once, before the list is fetched again. */
  took(changed: Case): void {
    this.rows = this.rows.map((row) =>
      row.case_id === changed.case_id ? { ...row, version: changed.version, status: changed.status, team: changed.team, assignee: changed.assignee, ...(changed.priority ? { priority: changed.priority } : {}) } : row,
    );
    this.refresh();
  }

  get seen(): Row[] {
    const only = this.mode === "todo" && !this.filters["attention"] ? ASKING : this.mode === "search" || this.filters["attention"] || this.filters["status"] ? null : OPEN;
    return only ? this.rows.filter((row) => only.includes(row.attention)) : this.rows;
  }

  /** Whether what is shown is all there is: later pages are for other sections. */
  private get complete(): boolean {
    return !this.next || (this.rows.length > this.seen.length && this.rows.at(-1)?.attention !== this.seen.at(-1)?.attention);
  }

  // ---- moving about ----

  stand(caseId: string): void {
    this.standing = caseId;
    this.desk.focus(`[data-case="${CSS.escape(caseId)}"]`);
  }

  /** The next case on the list, or the one before; opened when a case is being read. */
  step(by: 1 | -1): void {
    const rows = this.ordered();
    const current = this.desk.route.name === "case" ? this.desk.route.id : this.standing;
    const at = rows.findIndex((row) => row.case_id === current);
    const to = rows[at < 0 ? 0 : at + by];
    if (!to) return this.desk.say(t(by > 0 ? "list.last" : "list.first"));
    if (this.desk.route.name === "case") this.desk.open(`case/${to.case_id}`);
    else {
      this.stand(to.case_id);
      this.map?.choose(to.case_id);
    }
  }

  openStanding(): void {
    const rows = this.ordered();
    const row = rows.find((each) => each.case_id === this.standing) ?? rows[0];
    if (row) this.desk.open(`case/${row.case_id}`);
  }

  private ordered(): Row[] {
    return this.sections().flatMap(([, rows]) => rows);
  }

  private sections(): [AttentionName, Row[]][] {
    if (this.mode === "search") return this.seen.length ? [["open", this.seen]] : [];
    const found = new Map<AttentionName, Row[]>();
    for (const row of this.seen) found.set(row.attention, [...(found.get(row.attention) ?? []), row]);
    return [...OPEN, "closed" as const].flatMap((name) => (found.has(name) ? [[name, found.get(name) ?? []] as [AttentionName, Row[]]] : []));
  }

  // ---- fetching ----

  private async load(after = ""): Promise<void> {
    const asked = ++this.asked;
    this.loading = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        const shown = after ? 0 : this.rows.length;
        let found = await this.page(after, after ? MOST_AT_ONCE : Math.min(REFRESHED, Math.max(MOST_AT_ONCE, shown)));
        while (found.next && found.cases.length < shown && asked === this.asked) {
          const more = await this.page(found.next, REFRESHED);
          found = { ...more, cases: [...found.cases, ...more.cases] };
        }
        if (asked !== this.asked) return;
        this.rows = after ? [...this.rows, ...found.cases] : found.cases;
        this.next = found.next;
        this.problem = "";
        const there = new Set(this.rows.map((row) => row.case_id));
        for (const each of this.picked) if (!there.has(each)) this.picked.delete(each);
        this.map?.show(this.seen);
      },
      (text) => (this.problem = text),
    );
    if (asked !== this.asked) return;
    this.loading = false;
    // With filters a page may be empty and more follow: it is looked on for a while before somebody is asked to.
    if (!this.problem && !this.seen.length && this.next && ++this.lookedOn < LOOK_ON) return this.load(this.next);
    this.lookedOn = 0;
    this.desk.changed();
  }

  private page(after: string, limit: number): Promise<Rows> {
    const { api, municipality } = this.desk;
    if (this.mode === "search") return api.get<Rows>("/search", { municipality, after, q: this.words });
    const mine = this.mode === "mine";
    return api.get<Rows>("/inbox", { municipality, after, ...this.filters, unit: mine ? "" : this.unit, mine, limit });
  }

  private filter(name: string, value: string): void {
    if (value) this.filters = { ...this.filters, [name]: value };
    else delete this.filters[name];
    this.start();
  }

  private start(): void {
    this.rows = [];
    this.next = null;
    void this.load();
  }

  // ---- saved views ----

  private async fetchViews(): Promise<void> {
    await this.desk.trying(
      async () => {
        const { views } = await this.desk.api.get<{ views: SavedView[] }>("/views", { municipality: this.desk.municipality });
        this.views = views;
        this.viewsProblem = "";
      },
      (text) => (this.viewsProblem = text),
    );
  }

  private useView(view: SavedView): void {
    const { unit = "", q, mine, ...filters } = view.filters;
    this.unit = String(unit);
    this.filters = Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, String(value)]));
    if (q) this.desk.open(`search?${new URLSearchParams({ q: String(q) })}`);
    else if (mine ? this.mode !== "mine" : this.mode === "mine") this.desk.open(mine ? "mine" : "all");
    else this.start();
    this.desk.say(t("views.used", { name: view.name }));
  }

  private async saveView(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const fields = new FormData(form);
    const name = String(fields.get("name") ?? "").trim();
    if (!name) return;
    const filters = { ...this.filters, ...(this.mode === "mine" ? { mine: true } : this.unit ? { unit: this.unit } : {}) };
    await this.desk.trying(
      async () => {
        const body = { name, shared: fields.get("shared") === "on", filters };
        await this.desk.api.put(`/views/${crypto.randomUUID()}`, body, { municipality: this.desk.municipality });
        form.reset();
        this.desk.toast({ text: t("views.saved", { name }) });
        await this.fetchViews();
      },
      (text) => (this.viewsProblem = text),
    );
  }

  private async deleteView(view: SavedView): Promise<void> {
    await this.desk.trying(
      async () => {
        await this.desk.api.delete(`/views/${view.view_id}`, { municipality: this.desk.municipality });
        this.desk.toast({ text: t("views.deleted", { name: view.name }) });
        this.desk.focus("#views-title");
        await this.fetchViews();
      },
      (text) => (this.viewsProblem = text),
    );
  }

  // ---- many at once ----

  private pick(caseId: string, on: boolean): void {
    if (on) this.picked.add(caseId);
    else this.picked.delete(caseId);
    this.desk.changed();
  }

  // ---- the map beside the list ----

  private hover(caseId: string): void {
    if (this.hovered === caseId) return;
    this.hovered = caseId;
    this.map?.point(caseId);
    this.desk.changed();
  }

  private mapIn(element: Element | undefined): void {
    if (!element) {
      this.map?.remove();
      this.map = null;
      return;
    }
    import("./map").then(
      ({ CasesMap }) => {
        if (!element.isConnected || this.map) return;
        const options = { assets: "/assets", tiles: this.desk.facts.tiles };
        this.map = new CasesMap(element as HTMLElement, options, {
          pointed: (caseId) => this.hover(caseId),
          chosen: (caseId) => (this.standing === caseId ? this.desk.open(`case/${caseId}`) : this.stand(caseId)),
        });
        this.map.begin(this.desk.municipality, this.seen);
      },
      () => {
        this.mapProblem = true;
        this.desk.changed();
      },
    );
  }
  private readonly mapRef = (element: Element | undefined): void => this.mapIn(element);

  mapView(): TemplateResult | typeof nothing {
    if (!SIDE_BY_SIDE.matches) return nothing;
    return html`<section class="map-pane" aria-label=${t("list.map")}>
      ${this.mapProblem ? html`<p class="hint">${t("list.map_failed")}</p>` : html`<div class="map" ${ref(this.mapRef)}></div>`}
    </section>`;
  }

  // ---- what is shown ----

  view(): TemplateResult {
    const sections = this.sections();
    const title = this.mode === "search" ? t("search.title", { words: this.words }) : t(`nav.${this.mode}`);
    return html`<section class="list-pane" aria-labelledby="list-title" aria-busy=${this.loading}>
      <div class="list-head">
        <h2 id="list-title" tabindex="-1">${title}</h2>
        ${this.mode === "search" ? nothing : this.head()}
      </div>
      ${this.problem ? html`<div class="problem" role="alert"><p>${this.problem}</p><button type="button" class="button small" @click=${() => void this.load()}>${t("again")}</button></div>` : nothing}
      ${sections.map(([name, rows], index) => this.section(name, rows, index === sections.length - 1))}
      ${this.loading && !this.rows.length ? html`<p class="hint waiting">${t("list.loading")}</p>` : nothing}
      ${!sections.length && !this.loading && !this.problem ? this.empty() : nothing}
      ${this.complete ? nothing : html`<button type="button" class="button secondary more" ?aria-disabled=${this.loading} @click=${() => void this.load(this.next ?? "")}>${t("list.more")}</button>`}
      ${this.picked.size ? this.bulkBar() : nothing}
    </section>`;
  }

  private empty(): TemplateResult {
    const narrowed = this.unit || Object.keys(this.filters).length;
    const key = this.next ? "list.none_yet" : this.mode === "search" ? "search.none" : narrowed ? "list.none_narrowed" : `list.none.${this.mode}`;
    return html`<div class="empty"><p>${t(key)}</p>
      ${narrowed && this.mode !== "search" ? html`<button type="button" class="button small" @click=${() => { this.unit = ""; this.filters = {}; this.start(); }}>${t("list.widen")}</button>` : nothing}</div>`;
  }

  private head(): TemplateResult {
    const active = Object.keys(this.filters).length;
    return html`
      ${this.mode === "mine" ? nothing : html`<label class="unit"><span class="unseen">${t("list.unit")}</span>
        <select id="unit" @change=${(event: Event) => { this.unit = (event.target as HTMLSelectElement).value; this.start(); }}>
          <option value="" ?selected=${!this.unit}>${t("list.unit_all")}</option>
          ${this.units().map((each) => html`<option value=${each.id} ?selected=${each.id === this.unit}>${each.name}</option>`)}
        </select></label>`}
      <button type="button" class="button small filter" id="filter" aria-expanded=${this.filtersOpen} aria-controls="filters" @click=${() => this.toggleFilters()}>${active ? t("list.filter_on", { count: active }) : t("list.filter")}</button>
      <div id="filters" ?hidden=${!this.filtersOpen}>${this.filtersOpen ? this.filtersView() : nothing}</div>`;
  }

  private units(): { id: string; name: string }[] {
    const { departments } = this.desk.colleagues;
    return departments.length ? departments : this.desk.me.departments.map((id) => ({ id, name: id }));
  }

  private toggleFilters(): void {
    this.filtersOpen = !this.filtersOpen;
    if (this.filtersOpen) {
      void this.desk.trying(categories, (text) => (this.viewsProblem = text));
      void this.fetchViews();
    }
    this.desk.changed();
  }

  private filtersView(): TemplateResult {
    const choose = (name: string, label: string, options: TemplateResult[]): TemplateResult => html`<div class="field">
      <label for="filter-${name}">${label}</label>
      <select id="filter-${name}" .value=${this.filters[name] ?? ""} @change=${(event: Event) => this.filter(name, (event.target as HTMLSelectElement).value)}>
        <option value="">${t("filter.any")}</option>${options}
      </select></div>`;
    const option = (value: string, name: string, filter: string): TemplateResult => html`<option value=${value} ?selected=${this.filters[filter] === value}>${name}</option>`;
    const date = (name: string): TemplateResult => html`<div class="field"><label for="filter-${name}">${t(`filter.${name}`)}</label>
      <input type="date" id="filter-${name}" .value=${this.filters[name] ?? ""} @change=${(event: Event) => this.filter(name, (event.target as HTMLInputElement).value)}></div>`;
    return html`<div class="filters">
      ${choose("attention", t("filter.attention"), [...OPEN, "closed"].map((each) => option(each, t(`attention.${each}`), "attention")))}
      ${choose("category", t("filter.category"), categoryOptions(this.filters["category"] ?? ""))}
      ${choose("kind", t("filter.kind"), KINDS.map((each) => option(each, t(`kind.${each}`), "kind")))}
      ${choose("status", t("filter.status"), STATUSES.map((each) => option(each, t(`status.${each}`), "status")))}
      ${choose("priority", t("filter.priority"), ["high", "normal", "low"].map((each) => option(each, t(`priority.${each}`), "priority")))}
      ${date("from")}${date("to")}
      ${FILTERS.some((name) => this.filters[name]) ? html`<button type="button" class="quiet" @click=${() => { this.filters = {}; this.start(); }}>${t("filter.clear")}</button>` : nothing}
      <div class="views">
        <h3 id="views-title" tabindex="-1">${t("views.title")}</h3>
        ${this.viewsProblem ? html`<p class="error" role="alert">${this.viewsProblem}</p>` : nothing}
        <ul>${(this.views ?? []).map(
          (view) => html`<li><button type="button" class="quiet" @click=${() => this.useView(view)}>${view.name}${view.shared ? html` <small>${t("views.shared")}</small>` : nothing}</button>
            ${view.shared && !this.desk.may("assign") ? nothing : html`<button type="button" class="quiet small" aria-label=${t("views.delete", { name: view.name })} @click=${() => void this.deleteView(view)}>${icon("close")}</button>`}</li>`,
        )}</ul>
        <form class="inline" @submit=${(event: SubmitEvent) => void this.saveView(event)}>
          <div class="field"><label for="view-name">${t("views.name")}</label><input type="text" id="view-name" name="name" maxlength="60" required></div>
          ${this.desk.may("assign") ? html`<label class="tick"><input type="checkbox" name="shared"><span>${t("views.share")}</span></label>` : nothing}
          <button type="submit" class="button small">${t("views.save")}</button>
        </form>
      </div>
    </div>`;
  }

  private section(name: AttentionName, rows: Row[], last: boolean): TemplateResult {
    const open = last && !this.complete;
    const count = this.mode === "search" ? t("search.count", { count: rows.length }) : String(rows.length);
    return html`<section class="group-of" aria-labelledby="section-${name}">
      <h3 id="section-${name}" class=${`asks ${name}`}>${this.mode === "search" ? nothing : t(`attention.${name}`)} <span class="count">${count}${open ? html`<span aria-hidden="true">+</span><span class="unseen"> ${t("list.at_least")}</span>` : nothing}</span></h3>
      <ul class="rows">${repeat(rows, (row) => row.case_id, (row) => this.row(row))}</ul>
    </section>`;
  }

  private row(row: Row): TemplateResult {
    const { desk } = this;
    const reading = desk.route.name === "case" && desk.route.id === row.case_id;
    const whose = [row.assignee ? desk.person(row.assignee) : "", row.team ? desk.department(row.team) : desk.department(row.department)].filter(Boolean).join(" · ");
    return html`<li class="row-of ${reading ? "read" : ""} ${this.hovered === row.case_id ? "pointed" : ""} ${this.standing === row.case_id ? "standing" : ""}"
        @mouseenter=${() => this.hover(row.case_id)} @mouseleave=${() => this.hover("")}>
      ${desk.may("bulk")
        ? html`<label class="pick"><span class="unseen">${t("bulk.pick", { reference: row.reference })}</span><input type="checkbox" .checked=${this.picked.has(row.case_id)} @change=${(event: Event) => this.pick(row.case_id, (event.target as HTMLInputElement).checked)}></label>`
        : nothing}
      <a class="row-link" href="#/case/${row.case_id}" data-case=${row.case_id} aria-current=${reading ? "true" : nothing} @focus=${() => { this.standing = row.case_id; this.hover(row.case_id); }}>
        <span class="thumb ${row.kind}">${row.photo ? html`<img src=${row.photo.thumbnail_url} alt="" loading="lazy" width="56" height="56">` : icon(row.kind)}</span>
        <span class="row-words">
          <span class="row-title"><strong>${row.category_name}</strong>
            <span class="row-age">${age(row.created_at)}</span>
          </span>
          <span class="row-about"><span class="reference">${row.reference}</span> ${row.kind === "fault" ? nothing : html`${row.kind_name} · `}${row.place ?? (row.lat === null ? t("row.no_place") : t("row.on_map"))}</span>
          <span class="row-facts">
            ${row.priority === "high" ? html`<span class="badge high">${t("priority.high")}</span>` : nothing}
            ${row.visibility === "public" ? nothing : html`<span class="badge">${t(`visibility.${row.visibility}`)}</span>`}
            ${row.photo_count && !row.photo ? html`<span>${t("row.photos", { count: row.photo_count })}</span>` : nothing}
            ${whose ? html`<span>${whose}</span>` : nothing}
            ${(row.affected ?? 0) > 1 ? html`<span class="affected">${icon("group")}${t("row.affected", { count: row.affected ?? 0 })}</span>` : nothing}
            ${row.due_at ? html`<span class=${row.overdue ? "over" : "due"}>${due(row.due_at)}</span>` : nothing}
            <span class="row-asks">${row.attention === "planned" && row.planned_for ? t("asks.planned_for", { day: day(row.planned_for) }) : t(`asks.${row.attention}`)}</span>
          </span>
        </span>
      </a>
    </li>`;
  }

  private bulkBar(): TemplateResult {
    const count = this.picked.size;
    return html`<div class="bulk" role="region" aria-label=${t("bulk.title")}>
      <p>${t("bulk.picked", { count })}${count > MOST_AT_ONCE ? html` <strong>${t("bulk.too_many")}</strong>` : nothing}</p>
      <button type="button" class="button small primary-small" ?aria-disabled=${count > MOST_AT_ONCE} @click=${() => count <= MOST_AT_ONCE && this.desk.dialogs.bulk([...this.picked])}>${t("bulk.do")}</button>
      <button type="button" class="quiet small" @click=${() => { this.picked.clear(); this.desk.changed(); }}>${t("bulk.none")}</button>
    </div>`;
  }
}
