import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { changedProblem } from "./api";
import { Composer } from "./composer";
import type { Desk } from "./desk";
import { icon } from "./icons";
import { t } from "./texts";
import type { Case, Contact, Entry, Photo, Priority } from "./types";
import { age, day, due, moment } from "./words";

interface ContactRead {
  at: string;
  name: string | null;
  how: string;
}

const SAID = new Set(["ReplyPosted", "QuestionAsked", "CasePlanned", "CaseResolved", "CaseReferred", "CaseReopened", "CaseHandedOver", "HandOverReturned"]);
const CITIZEN = new Set(["CitizenReplied", "FeedbackGiven", "ReportSubmitted"]);
const INSIDE = new Set(["NoteAdded", "CaseHidden", "CaseShown", "CaseAssigned", "CaseNudged", "CaseNumbered", "CaseReviewed", "PhotoMaskAsked", "PhotoMasked", "PhotoHidden", "PhotoShown", "CasePrioritised", "CaseRegistered"]);

/** One case: what was reported, what has happened, and what one may do about it. */
export class CasePage {
  current: Case | null = null;
  problem = "";
  loading = false;
  busy = false;
  /** What others did since the case was read, while something is being written about it. */
  changes: Entry[] = [];
  contact: Contact | null = null;
  private contactProblem = "";
  private reads: ContactRead[] | null = null;
  private asked = "";
  readonly composer: Composer;

  constructor(private readonly desk: Desk) {
    this.composer = new Composer(desk, this);
  }

  async open(caseId: string): Promise<void> {
    if (this.current?.case_id === caseId) {
      this.desk.focus("#case-title");
      return this.look();
    }
    this.asked = caseId;
    this.current = null;
    this.contact = null;
    this.contactProblem = "";
    this.reads = null;
    this.changes = [];
    this.problem = "";
    this.loading = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        const found = await this.desk.api.get<Case>(`/cases/${caseId}`);
        if (this.asked !== caseId) return;
        this.current = found;
        this.loading = false;
        this.desk.focus("#case-title");
        await this.composer.begin(found);
      },
      (text) => {
        if (this.asked === caseId) this.problem = text;
      },
    );
    if (this.asked === caseId) this.loading = false;
    this.desk.changed();
  }

  /** Looks whether others have changed the case; says so when something is being written, and shows it otherwise. */
  async look(): Promise<void> {
    const before = this.current;
    // What is decided in a box was read as the case stood when the box was opened.
    if (!before || this.desk.route.name !== "case" || this.busy || this.desk.dialogs.isOpen) return;
    await this.desk.trying(
      async () => {
        const now = await this.desk.api.get<Case>(`/cases/${before.case_id}`);
        if (this.current !== before || now.version === before.version) {
          // Links to photos end after a while, so they are taken over all the same.
          if (this.current === before) this.current = now;
          return;
        }
        if (this.composer.written) this.conflict(now.timeline.filter((each) => each.sequence > before.version), now);
        else this.current = now;
      },
      (text) => (this.problem = text),
    );
  }

  /**
   * Does something to the case. `false` when it was refused; what is wrong is told to `problem`.
   * `inBox`: it was asked for in a box that lies over the case, so what has happened meanwhile is told there.
   */
  async act<T = Case>(path: string, body: object, problem: (text: string) => void = (text) => this.desk.toast({ text, bad: true }), inBox = false): Promise<T | false> {
    const before = this.current;
    if (!before || this.busy) return false;
    let answer: T | false = false;
    let missed: Entry[] | null = null;
    this.busy = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        answer = await this.desk.api.post<T>(`/cases/${before.case_id}/${path}`, { ...body, version: before.version });
      },
      (text, error) => {
        const changed = changedProblem(error);
        if (changed) {
          missed = changed.changes;
          problem(t("conflict.not_sent"));
        } else problem(text);
      },
    );
    this.busy = false;
    if (missed) await (inBox ? this.catchUpInBox(before, problem) : this.catchUp(before, missed));
    if (answer && typeof answer === "object" && "timeline" in answer) this.took(answer as unknown as Case);
    this.desk.changed();
    return answer;
  }

  took(changed: Case): void {
    const before = this.current;
    if (before?.case_id !== changed.case_id) return;
    // Who may not read them any more does not have them before their eyes either.
    if (changed.contact !== before.contact || changed.holder?.id !== before.holder?.id) this.contact = null;
    this.current = changed;
    this.changes = [];
    this.desk.inbox.took(changed);
    this.desk.changed();
    this.lookSoon();
  }

  /** It is on its way to somebody, or a photo is drawn anew: looked at until that is done, for half a minute at most. */
  private lookSoon(left = 20): void {
    clearTimeout(this.soon);
    const { current } = this;
    const moves = current?.status === "routed" || current?.photos?.some((each) => each.being_masked);
    if (moves && left) this.soon = setTimeout(() => void this.look().then(() => this.lookSoon(left - 1)), 1500);
  }
  private soon: ReturnType<typeof setTimeout> | undefined;

  /** What has happened since the case was read, colleagues' own notes among it. */
  private async catchUp(before: Case, told: Entry[]): Promise<void> {
    await this.desk.trying(
      async () => {
        const now = await this.desk.api.get<Case>(`/cases/${before.case_id}`);
        if (this.current === before) this.conflict(now.timeline.filter((each) => each.sequence > before.version), now);
      },
      () => this.conflict(told),
    );
  }

  /** The case as it is now, under the box; sent once more, what is in the box is meant for that. */
  private async catchUpInBox(before: Case, problem: (text: string) => void): Promise<void> {
    await this.desk.trying(async () => {
      const now = await this.desk.api.get<Case>(`/cases/${before.case_id}`);
      const what = now.timeline.filter((each) => each.sequence > before.version).map((each) => each.label);
      this.took(now);
      problem(t("conflict.again", { what: what.join(". ") || t("field.inside") }));
    }, problem);
  }

  private conflict(changes: Entry[], now: Case | null = null): void {
    this.changes = changes;
    this.newer = now;
    this.desk.focus("#changed-title");
  }
  private newer: Case | null = null;

  /** Goes on with the case as it is now; what was written stays. */
  async goOn(): Promise<void> {
    const caseId = this.current?.case_id;
    if (!caseId) return;
    await this.desk.trying(
      async () => {
        this.took(this.newer ?? (await this.desk.api.get<Case>(`/cases/${caseId}`)));
        this.newer = null;
        this.composer.problem = "";
        this.composer.focusText();
      },
      (text) => this.desk.toast({ text, bad: true }),
    );
  }

  async take(): Promise<void> {
    const done = await this.act("assign", { team: this.current?.team ?? null, assignee: this.desk.me.caller_id });
    if (done) this.desk.toast({ text: t("done.taken") });
  }

  async simply(path: string, body: object = {}, said = path): Promise<void> {
    if (await this.act(path, body)) this.desk.toast({ text: t(`done.${said}`) });
  }

  // ---- contact ----

  private async readContact(): Promise<void> {
    const caseId = this.current?.case_id;
    await this.desk.trying(
      async () => {
        const found = await this.desk.api.get<Contact>(`/cases/${caseId}/contact`);
        if (this.current?.case_id !== caseId) return;
        this.contact = found;
        this.contactProblem = "";
        this.desk.focus("#contact-title");
      },
      (text) => (this.contactProblem = text),
    );
  }

  private async fetchReads(open: boolean): Promise<void> {
    const caseId = this.current?.case_id;
    if (!open || !caseId) return;
    await this.desk.trying(
      async () => {
        const { reads } = await this.desk.api.get<{ reads: ContactRead[] }>(`/cases/${caseId}/contact-reads`);
        if (this.current?.case_id === caseId) this.reads = reads;
      },
      (text) => (this.contactProblem = text),
    );
  }

  // ---- rights ----

  /** Whether the case is one's own municipality's to act on now. */
  get mine(): boolean {
    return this.ours && this.current?.holder?.body == null;
  }

  /** Whether the case is one's own municipality's, with a body outside just now or not. */
  private get ours(): boolean {
    const { current, desk } = this;
    return current?.municipality != null && desk.me.municipalities.includes(current.municipality.code) && desk.may("write");
  }

  /** Whether one may call it back: from a body at any time, from a municipality until it has accepted. */
  private get recallable(): boolean {
    const { current, desk } = this;
    if (!current || !desk.may("hand_over") || !current.came_from.length) return false;
    if (current.holder?.body) return desk.me.municipalities.includes(current.holder.municipality);
    return current.hand_over === "offered" && desk.me.municipalities.includes(current.came_from.at(-1)?.municipality ?? "");
  }

  // ---- what is shown ----

  view(): TemplateResult {
    const { current } = this;
    return html`<article class="case-pane" aria-labelledby="case-title" aria-busy=${this.loading || this.busy}>
      <p class="back"><button type="button" class="quiet small" id="back" @click=${() => this.desk.toList()}>${icon("back")}${t("case.back")}</button>
        ${this.desk.municipality ? html`<span class="steps"><button type="button" class="quiet small" @click=${() => this.desk.inbox.step(-1)}>${t("case.previous")}</button>
        <button type="button" class="quiet small" @click=${() => this.desk.inbox.step(1)}>${t("case.next")}</button></span>` : nothing}</p>
      ${this.problem ? html`<div class="problem" role="alert"><p>${this.problem}</p></div>` : nothing}
      ${current ? this.whole(current) : html`<h2 class="unseen" id="case-title" tabindex="-1">${t("case.title")}</h2>${this.loading ? html`<p class="hint waiting">${t("list.loading")}</p>` : nothing}`}
    </article>`;
  }

  private whole(it: Case): TemplateResult {
    return html`
      <header class="case-head">
        <p class="case-number"><span class="reference">${it.reference}</span>
          ${it.protected ? html`<span class="badge protected">${icon("lock")}${t("badge.protected")}</span>` : nothing}
          ${it.hidden ? html`<span class="badge">${t("badge.hidden")}</span>` : nothing}
          ${it.visibility === "public" ? nothing : html`<span class="badge">${t(`visibility.${it.visibility}`)}</span>`}
        </p>
        <h2 id="case-title" tabindex="-1">${it.category_name}</h2>
        <p class="case-status"><strong class="status-word ${it.status}">${it.status_text}${it.outcome ? html`: ${t(`outcome.${it.outcome}`)}` : nothing}</strong>
          <span>${t(`kind.${it.kind}`)}</span><span>${age(it.created_at)}</span>
          <span>${it.assignee ? this.desk.person(it.assignee) : t("case.nobody")}${it.team ? html` · ${this.desk.department(it.team)}` : nothing}</span></p>
        ${this.offer(it)}
        ${this.mine ? this.quick(it) : nothing}
      </header>
      <div class="case-body">
        <div class="case-main">
          <section aria-labelledby="reported-title"><h3 id="reported-title">${t("case.reported")}</h3>
            ${it.description ? html`<p class="written">${it.description}</p>` : html`<p class="hint">${t("case.no_words")}</p>`}
            ${it.description_public && it.description_public !== it.description ? html`<details class="why"><summary>${t("case.masked")}</summary><p class="written">${it.description_public}</p></details>` : nothing}
            ${it.answers.length ? html`<dl class="facts">${it.answers.map((each) => html`<dt>${each.question ?? each.name}</dt><dd class="written">${each.answer}</dd>`)}</dl>` : nothing}
            ${this.photos(it, null)}
          </section>
          <section aria-labelledby="timeline-title"><h3 id="timeline-title">${t("case.timeline")}</h3>
            <ol class="story">${repeat(it.timeline.filter((each) => each.type !== "PhotoAttached" || !each.data["said_with"]), (each) => each.sequence, (each) => this.entry(each))}</ol>
          </section>
          ${this.changes.length ? this.changedNotice() : nothing}
          ${(it.sendings ?? []).map((each) => this.composer.pending(each))}
          ${this.mine ? this.composer.view() : html`<p class="hint">${t(it.in_triage ? "case.in_triage" : it.holder?.body && this.ours ? "case.at_body" : "case.not_yours", { holder: it.holder?.name ?? "" })}</p>`}
        </div>
        <aside class="case-side" aria-label=${t("case.facts")}>
          ${this.place(it)}
          ${this.contactView(it)}
          ${this.incident(it)}
          ${this.facts(it)}
          ${this.more(it)}
        </aside>
      </div>`;
  }

  private offer(it: Case): TemplateResult | typeof nothing {
    if (it.hand_over !== "offered" || !this.mine) return nothing;
    const from = it.came_from.at(-1)?.name ?? "";
    return html`<div class="offer"><p>${from ? t("offer.from", { from }) : t("offer.here")}${it.answer_by ? html` ${t("offer.answer_by", { day: day(it.answer_by) })}` : nothing}</p>
      <button type="button" class="button small primary-small" id="accept" @click=${() => void this.simply("accept")}>${t("act.accept")}</button>
      <button type="button" class="button small" id="return" @click=${() => this.desk.dialogs.reason("return")}>${t("act.return")}</button></div>`;
  }

  private quick(it: Case): TemplateResult {
    const { desk } = this;
    const closed = it.status === "resolved";
    return html`<div class="quick">
      ${["routed", "delivered", "reopened"].includes(it.status) ? html`<button type="button" class="button small" id="acknowledge" @click=${() => void this.simply("acknowledge")}>${t("act.acknowledge")}</button>` : nothing}
      ${closed || it.status === "in_progress" ? nothing : html`<button type="button" class="button small" id="begin" @click=${() => void this.simply("start")}>${t("act.start")}</button>`}
      ${closed || it.assignee === desk.me.caller_id ? nothing : html`<button type="button" class="button small" id="take" @click=${() => void this.take()}>${t("act.take")}</button>`}
      ${closed ? nothing : html`<button type="button" class="button small" id="assign" @click=${() => desk.dialogs.assign()}>${t("act.assign")}</button>`}
      ${closed ? html`<button type="button" class="button small" id="reopen" @click=${() => desk.dialogs.reason("reopen")}>${t("act.reopen")}</button>` : html`<button type="button" class="button small" id="close" @click=${() => this.composer.turnTo("resolve")}>${t("act.resolve")}</button>`}
    </div>`;
  }

  private entry(each: Entry): TemplateResult {
    const kind = INSIDE.has(each.type) ? "inside" : CITIZEN.has(each.type) ? "citizen" : SAID.has(each.type) || each.reason ? "spoken" : "system";
    const read = kind === "inside" && each.reason ? t("story.only_you") : each.reason && kind === "spoken" ? t(this.current?.visibility === "public" && !this.current.hidden ? "story.everyone" : "story.reporter") : "";
    // The report's own words stand at the top already.
    const words = each.type === "ReportSubmitted" ? null : each.reason;
    return html`<li class="entry ${kind} ${words ? "speaks" : ""}">
      <p class="entry-head"><span class="entry-label">${each.label}</span> <time datetime=${each.at}>${moment(each.at)}</time>${read ? html` <span class="entry-read">${kind === "inside" ? icon("lock") : icon("everyone")}${read}</span>` : nothing}</p>
      ${words ? html`<blockquote class="written">${words}</blockquote>` : nothing}
      ${this.current ? this.photos(this.current, each.sequence) : nothing}
    </li>`;
  }

  private changedNotice(): TemplateResult {
    return html`<section class="changed" id="changed" aria-labelledby="changed-title">
      <h3 id="changed-title" tabindex="-1">${t("conflict.title")}</h3>
      <p>${t("conflict.kept")}</p>
      <ol class="story">${this.changes.map((each) => this.entry(each))}</ol>
      <button type="button" class="button small primary-small" id="go-on" @click=${() => void this.goOn()}>${t("conflict.go_on")}</button>
    </section>`;
  }

  /** The photos that came with the entry of that sequence, or with the report. */
  private photos(it: Case, saidWith: number | null): TemplateResult | typeof nothing {
    const all = it.photos ?? [];
    const here = all.filter((photo) => (photo.said_with ?? null) === saidWith);
    if (!all.length && saidWith === null) return it.photo_count ? html`<p class="hint">${t("row.photos", { count: it.photo_count })}</p>` : nothing;
    if (!here.length) return nothing;
    return html`<ul class="photos-of">${here.map(
      (photo) => html`<li><button type="button" class="photo-button" aria-label=${t("photo.open", { number: all.indexOf(photo) + 1 })} @click=${() => this.desk.dialogs.photo(photo)}>
        <img src=${photo.thumbnail_url} alt="" loading="lazy" width="132" height="99"></button>
        ${photo.visibility === "public" ? nothing : html`<span class="badge">${t(`photo.${photo.visibility}`)}</span>`}${photo.masked || photo.being_masked ? html`<span class="badge">${t(photo.being_masked ? "photo.being_masked" : "photo.masked")}</span>` : nothing}</li>`,
    )}</ul>`;
  }

  photoChanged(photo: Photo): Photo | null {
    return this.current?.photos?.find((each) => each.photo_id === photo.photo_id) ?? null;
  }

  // ---- the map ----

  private map: { remove(): void } | null = null;
  private readonly mapRef = (element: Element | undefined): void => {
    const at = this.current?.location;
    this.map?.remove();
    this.map = null;
    if (!element || at?.lat == null || at.lon == null) return;
    const point = { lat: at.lat, lon: at.lon };
    import("../citizen/scripts/map").then(
      ({ showPlace }) => {
        if (element.isConnected && !this.map) this.map = showPlace(element as HTMLElement, point, at.accuracy_m, { assets: "/assets", tiles: this.desk.facts.tiles });
      },
      () => (element.textContent = t("list.map_failed")),
    );
  };

  private place(it: Case): TemplateResult {
    const at = it.location;
    const point = at?.lat != null && at.lon != null ? `${at.lat.toFixed(5)}, ${at.lon.toFixed(5)}` : "";
    return html`<section aria-labelledby="place-title"><h3 id="place-title">${t("case.place")}</h3>
      ${at?.text ? html`<p class="written">${at.text}</p>` : nothing}
      ${point
        ? html`${repeat([`${it.case_id} ${point}`], (key) => key, () => html`<div class="map small-map" ${ref(this.mapRef)}></div>`)}
          <p class="hint">${point}${at?.accuracy_m ? html` · ${t("case.accuracy", { metres: Math.round(at.accuracy_m) })}` : nothing}</p>
          <p><a href="geo:${at?.lat},${at?.lon}" class="phone-only">${t("case.navigate")}</a></p>`
        : at?.text ? nothing : html`<p class="hint">${t("row.no_place")}</p>`}
      ${it.routing?.sentences.length ? html`<details class="why"><summary>${t("case.why")}</summary><ul>${it.routing.sentences.map((each) => html`<li>${each}</li>`)}</ul></details>` : nothing}
    </section>`;
  }

  /** Why there are no contact details to be read, when there are none; the service says so, too. */
  private unread(it: Case): string {
    if (!this.mine) return this.ours ? "at_body" : "elsewhere";
    if (it.contact === "none") return "none";
    if (!this.desk.may("contact")) return "not_yours";
    if (it.contact === "protected" && !this.desk.may("protected")) return "protected";
    const first = it.came_from[0]?.municipality;
    return first && first !== it.municipality?.code && it.hand_over !== "accepted" ? "after_accepting" : "";
  }

  private contactView(it: Case): TemplateResult {
    const { desk } = this;
    const who = this.contact;
    const shut = this.unread(it);
    return html`<section aria-labelledby="contact-title"><h3 id="contact-title" tabindex="-1">${t("contact.title")}</h3>
      ${this.contactProblem ? html`<p class="error" role="alert">${this.contactProblem}</p>` : nothing}
      ${shut
        ? html`<p class="hint">${t(`contact.${shut}`)}</p>`
        : who
          ? html`<dl class="facts">${who.name ? html`<dt>${t("contact.name")}</dt><dd>${who.name}</dd>` : nothing}
              ${who.email ? html`<dt>${t("contact.email")}</dt><dd><a href="mailto:${who.email}">${who.email}</a></dd>` : nothing}
              ${who.phone ? html`<dt>${t("contact.phone")}</dt><dd><a href="tel:${who.phone.replace(/[^+\d]/g, "")}">${who.phone}</a></dd>` : nothing}
              <dt>${t("contact.language")}</dt><dd>${t(`language.${who.language}`)}</dd></dl>`
          : html`${it.contact === "protected" ? html`<p class="hint">${t("contact.protected")}</p>` : nothing}
              <button type="button" class="button small" id="contact" @click=${() => void this.readContact()}>${t("contact.show")}</button><p class="hint">${t("contact.logged")}</p>`}
      ${this.mine && desk.may("contact") && it.contact !== "none"
        ? html`<details class="why" @toggle=${(event: Event) => void this.fetchReads((event.target as HTMLDetailsElement).open)}><summary>${t("contact.reads")}</summary>
            <ul>${(this.reads ?? []).map((each) => html`<li>${each.name ?? t("person.someone")}, ${moment(each.at)}</li>`)}</ul>${this.reads?.length === 0 ? html`<p class="hint">${t("contact.no_reads")}</p>` : nothing}</details>`
        : nothing}
    </section>`;
  }

  private incident(it: Case): TemplateResult | typeof nothing {
    if (!it.incident) return nothing;
    return html`<section class="incident" aria-labelledby="incident-title"><h3 id="incident-title">${t("incident.title")}</h3>
      <p><a href="#/incident/${it.incident.incident_id}">${it.incident.title}</a></p>
      <p>${t(it.incident.followers ? "incident.size" : "incident.alone", { count: it.incident.cases, followers: it.incident.followers })}</p>
      ${this.mine ? html`<button type="button" class="quiet small" @click=${() => void this.simply("unlink")}>${t("act.unlink")}</button>` : nothing}</section>`;
  }

  private facts(it: Case): TemplateResult {
    const fact = (key: string, value: string | null | undefined): TemplateResult | typeof nothing => (value ? html`<dt>${t(`fact.${key}`)}</dt><dd>${value}</dd>` : nothing);
    const promised = this.desk.inbox.rows.find((row) => row.case_id === it.case_id)?.due_at;
    return html`<section aria-labelledby="facts-title"><h3 id="facts-title">${t("case.facts")}</h3>
      <dl class="facts">
        ${fact("holder", it.in_triage ? t("nav.triage") : it.holder?.name)}${fact("department", it.department?.name)}
        ${fact("planned_for", it.planned_for ? day(it.planned_for) : null)}${fact("due", promised ? due(promised) : null)}
        ${fact("created", moment(it.created_at))}${fact("received", it.received_on ? day(it.received_on) : null)}
        ${fact("number", it.foreign_number)}${fact("diary", it.diary_number)}
        ${it.came_from.length ? fact("came_from", it.came_from.map((each) => each.name).join(" → ")) : nothing}
        ${fact("turn_to", it.turn_to)}
      </dl>
      ${this.mine
        ? html`<div class="field"><label for="priority">${t("filter.priority")}</label>
            <select id="priority" @change=${(event: Event) => void this.setPriority(event.target as HTMLSelectElement)}>
              ${["high", "normal", "low"].map((each) => html`<option value=${each} ?selected=${(it.priority ?? "normal") === each}>${t(`priority.${each}`)}</option>`)}</select></div>`
        : nothing}</section>`;
  }

  private async setPriority(select: HTMLSelectElement): Promise<void> {
    if (!(await this.act("priority", { priority: select.value as Priority }))) select.value = this.current?.priority ?? "normal";
  }

  private more(it: Case): TemplateResult {
    const { dialogs } = this.desk;
    const may = (scope: string): boolean => this.mine && this.desk.may(scope);
    const operates = this.desk.may("operator") && it.in_triage;
    const open = it.status !== "resolved";
    const item = (name: string, run: () => void): TemplateResult => html`<li><button type="button" class="quiet" id="do-${name}" @click=${run}>${t(`act.${name}`)}</button></li>`;
    const items = [
      may("hand_over") || operates ? open && item("hand_over", () => dialogs.handOver()) : false,
      may("refer") || operates ? open && item("refer", () => dialogs.refer()) : false,
      this.recallable && item("recall", () => dialogs.reason("recall")),
      may("write") && it.returnable && it.hand_over !== "offered" && item("return", () => dialogs.reason("return")),
      may("write") && open && item("correct", () => dialogs.correct()),
      may("write") && item("link", () => dialogs.link()),
      may("write") && item("number", () => dialogs.number()),
      may("write") && item("registered", () => dialogs.registered()),
      may("write") && it.visibility === "held" && item("publish", () => void this.simply("publish", { visibility: "public" })),
      may("write") && it.visibility === "held" && item("keep_private", () => void this.simply("publish", { visibility: "private" }, "keep_private")),
      may("write") && (it.hidden ? item("show", () => void this.simply("show")) : item("hide", () => dialogs.reason("hide"))),
      // Whoever is in danger is so too while somebody outside has the case.
      it.protected ? this.ours && this.desk.may("protected") && item("unprotect", () => dialogs.reason("unprotect")) : this.ours && item("protect", () => dialogs.reason("protect")),
    ].filter(Boolean);
    if (!items.length) return html``;
    return html`<section aria-labelledby="more-title"><h3 id="more-title">${t("case.more")}</h3><ul class="more-acts">${items}</ul></section>`;
  }
}
