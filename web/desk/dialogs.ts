import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { ref } from "lit/directives/ref.js";
import { Once } from "./api";
import { categories, categoryOptions } from "./categories";
import type { Desk, Toast } from "./desk";
import { icon } from "./icons";
import { t } from "./texts";
import type { Bulk, Photo } from "./types";
import { day, today } from "./words";

type Reason = "return" | "recall" | "reopen" | "hide" | "protect" | "unprotect";
// Those that may be done without saying why.
const OPTIONAL = new Set<Reason>(["recall", "reopen"]);
const KEYS = [
  ["j / k", "move"],
  ["Enter / o", "open"],
  ["u", "back"],
  ["r", "reply"],
  ["n", "note"],
  ["a", "assign"],
  ["e", "resolve"],
  ["/", "search"],
  ["g t", "todo"],
  ["g a", "all"],
  ["g m", "mine"],
  ["g u", "field"],
  ["?", "help"],
  ["Ctrl + Enter", "send"],
  ["Esc", "leave"],
] as const;
const KINDS = ["fault", "question", "suggestion", "complaint", "praise"];

interface Asked {
  title: string;
  body: () => TemplateResult;
  /** What the button says; none when there is nothing to send. */
  send?: string;
  /** `false`: it was refused, and stays open. */
  run?: (fields: FormData) => Promise<boolean>;
  wide?: boolean;
}

/** What is asked for in a box of its own. It stays open with all that was typed until the service has said yes. */
export class Dialogs {
  private asked: Asked | null = null;
  private problem = "";
  private busy = false;
  private element: HTMLDialogElement | null = null;
  private act = "assign";
  private readonly once = new Once();

  constructor(private readonly desk: Desk) {}

  close(): void {
    this.element?.close();
  }

  get isOpen(): boolean {
    return this.asked !== null;
  }

  ask(asked: Asked): void {
    this.asked = asked;
    this.problem = "";
    this.busy = false;
    // One box after another is the same box: what had the focus is gone.
    if (this.element?.open) this.desk.focus("#box-title");
    this.desk.changed();
  }

  readonly fail = (text: string): void => {
    this.problem = text;
  };

  // ---- what is asked ----

  help(): void {
    const { keyboard } = this.desk;
    this.ask({
      title: t("help.title"),
      body: () => html`
        <dl class="keys">${KEYS.map(([keys, name]) => html`<div><dt>${keys.split(" / ").map((key, index) => html`${index ? " / " : ""}<kbd>${key}</kbd>`)}</dt><dd>${t(`help.${name}`)}</dd></div>`)}</dl>
        <label class="tick"><input type="checkbox" id="keys-on" .checked=${live(keyboard.on)} @change=${(event: Event) => (keyboard.on = (event.target as HTMLInputElement).checked)}> ${t("help.on")}</label>
        <p class="hint">${t("help.on_hint")}</p>`,
    });
  }

  assign(): void {
    const it = this.desk.case.current;
    if (!it) return;
    this.ask({
      title: t("assign.title", { reference: it.reference }),
      send: t("act.assign"),
      body: () => this.whom(it.assignee, it.team),
      run: async (fields) => {
        const body = { assignee: value(fields, "assignee"), team: value(fields, "team") };
        const done = await this.desk.case.act("assign", body, this.fail, true);
        if (done) this.desk.toast({ text: t(body.assignee || body.team ? "done.assign" : "done.unassign") });
        return done !== false;
      },
    });
  }

  /** Choosing a person and a team; who may not give work to others chooses themselves or nobody. */
  private whom(assignee: string | null, team: string | null): TemplateResult {
    const { desk } = this;
    const others = desk.may("assign") ? desk.colleagues.people.filter((each) => each.staff_id !== desk.me.caller_id) : [];
    const known = assignee === null || assignee === desk.me.caller_id || others.some((each) => each.staff_id === assignee);
    return html`
      ${desk.colleaguesProblem ? html`<p class="problem" role="alert">${t("assign.no_colleagues")} ${desk.colleaguesProblem} <button type="button" class="quiet small" @click=${() => void desk.fetchColleagues()}>${t("again")}</button></p>` : nothing}
      <div class="field"><label for="assignee">${t("assign.person")}</label><select id="assignee" name="assignee">
        <option value="">${t("assign.nobody")}</option>
        <option value=${desk.me.caller_id} ?selected=${assignee === desk.me.caller_id}>${t("assign.me", { name: desk.me.name })}</option>
        ${known ? nothing : html`<option value=${assignee} selected>${desk.person(assignee)}</option>`}
        ${others.map((each) => html`<option value=${each.staff_id} ?selected=${assignee === each.staff_id}>${each.name}${each.away_until ? ` – ${t("assign.away", { day: day(each.away_until) })}${each.covered_by ? `, ${t("assign.covered", { name: desk.person(each.covered_by) })}` : ""}` : ""}</option>`)}
      </select></div>
      <div class="field"><label for="team">${t("assign.team")}</label>
        <select id="team" name="team"><option value="">${t("assign.nobody")}</option>
        ${[...desk.colleagues.departments, ...(team && !desk.colleagues.departments.some((each) => each.id === team) ? [{ id: team, name: team }] : [])].map((each) => html`<option value=${each.id} ?selected=${each.id === team}>${each.name}</option>`)}</select></div>`;
  }

  reason(what: Reason): void {
    const must = !OPTIONAL.has(what);
    const path = what === "unprotect" ? "protect" : what;
    this.ask({
      title: t(`ask.${what}.title`),
      send: t(`act.${what}`),
      body: () => html`<p>${t(what === "return" && !this.desk.case.current?.came_from.length ? "ask.return_triage" : `ask.${what}`)}</p>
        <div class="field"><label for="reason">${t(must ? "ask.why" : "ask.why_optional")}</label><textarea id="reason" name="reason" rows="3" maxlength="2000" ?required=${must}></textarea></div>`,
      run: async (fields) => {
        const words = value(fields, "reason");
        const body = path === "protect" ? { protected: what === "protect", reason: words } : what === "hide" || what === "reopen" ? { text: words } : { reason: words };
        const done = await this.desk.case.act(path, body, this.fail, true);
        if (done) this.desk.toast({ text: t(`done.${what}`) });
        // It is somebody else's now, and what is said inside there is not theirs to read who gave it back.
        if (done && what === "return") this.desk.toList();
        return done !== false;
      },
    });
  }

  handOver(): void {
    const { colleagues, facts, municipality } = this.desk;
    const bodies = colleagues.bodies ?? [];
    const municipalities = facts.municipalities.filter((each) => each.code !== this.desk.case.current?.municipality?.code || !municipality);
    this.ask({
      title: t("ask.hand_over.title"),
      send: t("act.hand_over"),
      body: () => html`<p>${t("ask.hand_over")}</p>
        <div class="field"><label for="to">${t("hand_over.municipality")}</label><select id="to" name="municipality"><option value="">${t("hand_over.none")}</option>
          ${municipalities.map((each) => html`<option value=${each.code}>${each.name}</option>`)}</select></div>
        ${bodies.length ? html`<div class="field"><label for="body">${t("hand_over.body")}</label><select id="body" name="body"><option value="">${t("hand_over.no_body")}</option>
          ${bodies.map((each) => html`<option value=${each.id}>${each.name}</option>`)}</select></div>` : nothing}
        <div class="field"><label for="reason">${t("ask.why")}</label><p class="hint" id="reason-hint">${t("hand_over.read")}</p><textarea id="reason" name="reason" rows="3" maxlength="2000" required aria-describedby="reason-hint"></textarea></div>`,
      run: async (fields) => {
        const [to, body] = [value(fields, "municipality"), value(fields, "body")];
        if (!to === !body) {
          this.fail(t(bodies.length ? "hand_over.one_of" : "hand_over.to_whom"));
          return false;
        }
        return this.sentOn("hand-over", { municipality: to, body, reason: value(fields, "reason") }, "hand_over");
      },
    });
  }

  refer(): void {
    const line = (name: string, type = "text"): TemplateResult => html`<div class="field"><label for="refer-${name}">${t(`refer.${name}`)}</label><input type=${type} id="refer-${name}" name=${name} maxlength="300" autocomplete="off" ?required=${name === "name"}></div>`;
    this.ask({
      title: t("ask.refer.title"),
      send: t("act.refer"),
      body: () => html`<p>${t("ask.refer")}</p>${line("name")}${line("phone", "tel")}${line("mail", "email")}${line("url", "url")}
        <div class="field"><label for="reason">${t("refer.text")}</label><textarea id="reason" name="text" rows="3" maxlength="2000"></textarea></div>`,
      run: (fields) => this.sentOn("refer", Object.fromEntries(["name", "phone", "mail", "url", "text"].map((name) => [name, value(fields, name)])), "refer"),
    });
  }

  number(): void {
    const it = this.desk.case.current;
    this.ask({
      title: t("ask.number.title"),
      send: t("act.number"),
      body: () => html`<p>${t("ask.number")}</p><div class="field"><label for="number">${t("fact.number")}</label><input type="text" id="number" name="number" maxlength="200" required autocomplete="off" value=${it?.foreign_number ?? ""}></div>`,
      run: (fields) => this.sent("number", { foreign_number: value(fields, "number") }, "number"),
    });
  }

  registered(): void {
    const it = this.desk.case.current;
    this.ask({
      title: t("ask.registered.title"),
      send: t("act.registered"),
      body: () => html`<p>${t("ask.registered")}</p>
        <div class="field"><label for="diary">${t("fact.diary")}</label><input type="text" id="diary" name="diary" maxlength="100" autocomplete="off" value=${it?.diary_number ?? ""}></div>
        <div class="field"><label for="received">${t("fact.received")}</label><input type="date" id="received" name="received" max=${today()} value=${it?.received_on ?? ""}></div>`,
      run: (fields) => this.sent("registered", { diary_number: value(fields, "diary"), received_on: value(fields, "received") }, "registered"),
    });
  }

  link(): void {
    this.ask({
      title: t("ask.link.title"),
      send: t("act.link"),
      body: () => html`<p>${t("ask.link")}</p><div class="field"><label for="references">${t("link.references")}</label><input type="text" id="references" name="references" required autocomplete="off" placeholder="7KQ-4M2X, 3FA-9K2M"></div>
        <div class="field"><label for="link-title">${t("link.title")}</label><input type="text" id="link-title" name="title" maxlength="120" autocomplete="off"></div>`,
      run: (fields) => this.sent("link", { references: (value(fields, "references") ?? "").split(/[\s,;]+/).filter(Boolean), title: value(fields, "title") }, "link"),
    });
  }

  correct(): void {
    const it = this.desk.case.current;
    if (!it) return;
    let moved: { lat: number; lon: number } | null = null;
    const at = it.location?.lat != null && it.location.lon != null ? { lat: it.location.lat, lon: it.location.lon } : null;
    let said = "";
    let began = false;
    const mapIn = (element: Element | undefined): void => {
      if (!element || began) return;
      began = true;
      import("../citizen/scripts/map").then(
        ({ PickMap }) => {
          const picked = (point: { lat: number; lon: number }): void => {
            moved = point;
            said = t("correct.moved", { place: `${point.lat.toFixed(5)}, ${point.lon.toFixed(5)}` });
            this.desk.changed();
          };
          const map = new PickMap(element as HTMLElement, { assets: "/assets", tiles: this.desk.facts.tiles }, picked, () => undefined);
          if (at) map.place(at, null, 15);
          else if (it.municipality) void map.showMunicipality(it.municipality.code);
        },
        () => this.fail(t("list.map_failed")),
      );
    };
    this.ask({
      title: t("ask.correct.title"),
      send: t("act.correct"),
      wide: true,
      body: () => html`<p>${t("ask.correct")}</p>
        <div class="field"><label for="category">${t("filter.category")}</label><select id="category" name="category"><option value="">${it.category_name}</option>${categoryOptions("")}</select></div>
        <div class="field"><label for="kind">${t("filter.kind")}</label><select id="kind" name="kind">${KINDS.map((each) => html`<option value=${each} ?selected=${each === it.kind}>${t(`kind.${each}`)}</option>`)}</select></div>
        <div class="field"><h3>${t("case.place")}</h3><p class="hint">${t("correct.place_hint")}</p><div class="map small-map" ${ref(mapIn)}></div><p role="status">${said}</p></div>
        <div class="field"><label for="reason">${t("ask.why_optional")}</label><textarea id="reason" name="reason" rows="2" maxlength="2000"></textarea></div>`,
      run: (fields) => {
        const [category, kind] = [value(fields, "category"), value(fields, "kind")];
        const changes = { ...(category ? { category } : {}), ...(kind !== it.kind ? { kind } : {}), ...(moved ? { location: moved } : {}) };
        if (!Object.keys(changes).length) {
          this.fail(t("correct.nothing"));
          return Promise.resolve(false);
        }
        return this.sent("correct", { ...changes, reason: value(fields, "reason") }, "correct");
      },
    });
    void this.desk.trying(categories, this.fail);
  }

  photo(photo: Photo): void {
    const { case: page } = this.desk;
    const now = (): Photo => page.photoChanged(photo) ?? photo;
    const release = async (): Promise<void> => {
      if (!(await page.act(`photos/${photo.photo_id}/show`, {}, this.fail, true))) return;
      this.desk.toast({ text: t("done.photo_shown") });
      this.close();
    };
    this.ask({
      title: t("photo.title"),
      wide: true,
      body: () => html`<img class="photo-large" src=${now().url} alt=${t("photo.alt")} width=${now().width} height=${now().height}>
        ${page.mine
          ? html`<div class="send-row"><button type="button" class="button small" id="mask" @click=${() => this.mask(now())}>${t("photo.mask")}</button>
              ${now().visibility === "public" ? nothing : html`<button type="button" class="button small" @click=${() => void release()}>${t("photo.show")}</button>`}
              ${now().visibility === "private" ? nothing : html`<button type="button" class="button small" @click=${() => this.hidePhoto(now())}>${t("photo.hide")}</button>`}</div>`
          : nothing}`,
    });
  }

  private hidePhoto(photo: Photo): void {
    this.ask({
      title: t("photo.hide"),
      send: t("photo.hide"),
      body: () => html`<p>${t("photo.hide_text")}</p><div class="field"><label for="reason">${t("ask.why")}</label><textarea id="reason" name="reason" rows="3" maxlength="2000" required></textarea></div>`,
      run: (fields) => this.sent(`photos/${photo.photo_id}/hide`, { reason: value(fields, "reason") }, "photo_hidden"),
    });
  }

  private mask(photo: Photo): void {
    import("./masking").then(
      ({ Masking }) => {
        const masking = new Masking(photo.url, () => this.desk.changed(), (selector) => this.desk.focus(selector));
        this.ask({
          title: t("mask.title"),
          send: t("mask.send"),
          wide: true,
          body: () => masking.view(),
          run: async () => {
            if (!masking.boxes.length) {
              this.fail(t("mask.none"));
              return false;
            }
            return this.sent(`photos/${photo.photo_id}/mask`, { boxes: masking.boxes }, "mask");
          },
        });
      },
      () => this.desk.toast({ text: t("problem.unreachable"), bad: true }),
    );
  }

  bulk(caseIds: string[]): void {
    this.act = "assign";
    const acts = ["assign", "acknowledge", "start", "reply", "plan", "note", "resolve", "link"];
    const outcomes = ["fixed", "answered", "no_action"];
    const words = (name: string, must: boolean): TemplateResult => html`<div class="field"><label for="bulk-text">${t(name)}</label><textarea id="bulk-text" name="text" rows="3" maxlength="2000" ?required=${must}></textarea></div>`;
    this.ask({
      title: t("bulk.ask", { count: caseIds.length }),
      send: t("bulk.send", { count: caseIds.length }),
      body: () => html`<div class="field"><label for="bulk-act">${t("bulk.act")}</label><select id="bulk-act" @change=${(event: Event) => { this.act = (event.target as HTMLSelectElement).value; this.desk.changed(); }}>
          ${acts.map((each) => html`<option value=${each} ?selected=${each === this.act}>${t(`bulk.act.${each}`)}</option>`)}</select></div>
        ${this.act === "assign" ? this.whom(null, null) : nothing}
        ${this.act === "reply" ? html`<p class="readers">${icon("everyone")}<span>${t("bulk.readers")}</span></p>${words("words.reply", true)}` : nothing}
        ${this.act === "plan" ? html`<div class="field"><label for="bulk-day">${t("composer.day")}</label><input type="date" id="bulk-day" name="day" min=${today()} required></div>${words("words.plan", false)}` : nothing}
        ${this.act === "note" ? html`<p class="readers">${icon("lock")}<span>${t("readers.us")}</span></p>${words("words.note", true)}` : nothing}
        ${this.act === "resolve" ? html`<div class="field"><label for="bulk-outcome">${t("composer.outcome")}</label><select id="bulk-outcome" name="outcome">${outcomes.map((each) => html`<option value=${each}>${t(`outcome.${each}`)}</option>`)}</select></div>${words("bulk.words", true)}` : nothing}
        ${this.act === "link" ? html`<p>${t("ask.link")}</p>` : nothing}`,
      run: (fields) => this.runBulk(caseIds, fields),
    });
  }

  private async runBulk(caseIds: string[], fields: FormData): Promise<boolean> {
    const { desk } = this;
    const outcome = value(fields, "outcome");
    const text = value(fields, "text");
    const body: Record<string, object> = {
      acknowledge: {},
      reply: { text },
      assign: { assignee: value(fields, "assignee"), team: value(fields, "team") },
      start: {},
      plan: { planned_for: value(fields, "day"), text },
      note: { text },
      resolve: { outcome, [outcome === "no_action" ? "reason" : "reply"]: text },
    };
    let done = false;
    await desk.trying(async () => {
      if (this.act === "link") {
        const [first, ...others] = caseIds;
        const references = desk.inbox.rows.filter((row) => others.includes(row.case_id)).map((row) => row.reference);
        await desk.api.post(`/cases/${first}/link`, { references });
        desk.inbox.picked.clear();
        desk.toast({ text: t("done.link") });
      } else {
        const given = Object.fromEntries(Object.entries(body[this.act] ?? {}).filter(([, each]) => each !== null));
        const answer = await desk.api.postOnce<Bulk>(this.once, "/bulk", { case_ids: caseIds, act: this.act, ...given });
        const { refused, waiting, send_at } = answer;
        const said = t(waiting ? "bulk.waiting" : "bulk.done", { count: answer.done.length });
        const toast: Toast = { text: said, act: { text: t("undo"), run: () => void this.undoBulk(answer.bulk_id, toast) } };
        if (waiting && send_at) toast.until = Date.parse(send_at);
        desk.toast(toast);
        const why = [...new Set(refused.map((each) => each.detail))].join(" ");
        if (refused.length) desk.toast({ text: t("bulk.refused", { count: refused.length, why }), bad: true });
        desk.inbox.picked.clear();
        for (const each of refused) desk.inbox.picked.add(each.case_id);
      }
      done = true;
      desk.inbox.refresh();
    }, this.fail);
    return done;
  }

  async undoBulk(bulkId: string, toast: Toast): Promise<void> {
    const { desk } = this;
    await desk.trying(
      async () => {
        const { kept } = await desk.api.post<{ kept: { detail: string }[] }>(`/bulk/${bulkId}/undo`);
        desk.dismiss(toast);
        const why = [...new Set(kept.map((each) => each.detail))].join(" ");
        desk.toast(kept.length ? { text: t("bulk.kept", { count: kept.length, why }), bad: true } : { text: t("bulk.undone") });
        // The list, and the case that is looked at, may have waited for it.
        desk.back();
      },
      (text) => desk.toast({ text, bad: true }),
    );
  }

  /** As `sent`, for what takes a case out of triage: operators have no more to do with it, nor may they read it. */
  private async sentOn(path: string, body: object, what: string): Promise<boolean> {
    const done = await this.sent(path, body, what);
    if (done && !this.desk.municipality) this.desk.open("triage");
    return done;
  }

  private async sent(path: string, body: object, what: string): Promise<boolean> {
    const done = await this.desk.case.act(path, body, this.fail, true);
    if (done) this.desk.toast({ text: t(`done.${what}`) });
    return done !== false;
  }

  // ---- what is shown ----

  view(): TemplateResult | typeof nothing {
    const { asked } = this;
    if (!asked) return nothing;
    return html`<dialog class="box ${asked.wide ? "wide" : ""}" aria-labelledby="box-title" ${ref(this.shown)} @close=${() => this.closed()}>
      <form method="dialog" @submit=${(event: SubmitEvent) => void this.submit(event)}>
        <div class="box-head"><h2 id="box-title" tabindex="-1">${asked.title}</h2><button type="button" class="quiet small" id="box-close" aria-label=${t("box.close")} @click=${() => this.close()}>${icon("close")}</button></div>
        ${asked.body()}
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        ${asked.send ? html`<div class="send-row"><button type="submit" class="button primary-small" id="box-send" aria-disabled=${this.busy ? "true" : nothing}>${asked.send}</button><button type="button" class="quiet small" @click=${() => this.close()}>${t("box.cancel")}</button></div>` : nothing}
      </form></dialog>`;
  }

  private readonly shown = (element: Element | undefined): void => {
    this.element = (element as HTMLDialogElement | undefined) ?? null;
    // Not in the page yet when it is first told of: opened a moment later.
    if (this.element) queueMicrotask(() => {
      if (!this.element?.isConnected || this.element.open) return;
      this.element.showModal();
      this.element.querySelector<HTMLElement>("select, textarea, input:not([type=checkbox])")?.focus();
    });
  };

  private closed(): void {
    this.asked = null;
    this.desk.keepFocus();
    this.desk.changed();
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy || !this.asked?.run) return;
    this.busy = true;
    this.problem = "";
    this.desk.changed();
    const { asked } = this;
    const done = await asked.run?.(new FormData(event.target as HTMLFormElement));
    if (this.asked === asked) {
      this.busy = false;
      if (done) this.close();
    }
    this.desk.changed();
  }
}

function value(fields: FormData, name: string): string | null {
  return fields.get(name)?.toString().trim() || null;
}
