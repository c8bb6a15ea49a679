import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { debounce } from "../citizen/scripts/dom";
import type { Enclosed } from "../citizen/scripts/enclosed";
import { Refused } from "./api";
import { photosFor, photosView } from "./attach";
import type { CasePage } from "./case";
import type { Desk } from "./desk";
import { icon } from "./icons";
import { language, t } from "./texts";
import type { Act, Case, Outcome, Preview, Sending, Template } from "./types";
import { clock, moment, today } from "./words";

interface Draft {
  act: Act;
  texts: Partial<Record<Act, string>>;
  outcome: Outcome | "";
  planned_for: string;
  duplicate_of: string;
}

interface ServerDraft {
  act: Act;
  text: string;
  fields: Record<string, string>;
}

const ACTS: Act[] = ["reply", "note", "question", "plan", "resolve"];
const OUTCOMES: Outcome[] = ["fixed", "answered", "no_action", "not_responsible", "duplicate"];
// What the words of an outcome are called when they are sent.
const SAYS: Record<Outcome, "reply" | "reason" | "turn_to"> = { fixed: "reply", answered: "reply", no_action: "reason", not_responsible: "turn_to", duplicate: "reply" };
const LONGEST = 2000;
const KEPT = "synpunkt.desk.draft.";

function empty(): Draft {
  return { act: "reply", texts: {}, outcome: "", planned_for: "", duplicate_of: "" };
}

/** Where one writes: to everybody, to the reporter, or to one's own. Nothing that was written is ever lost. */
export class Composer {
  draft: Draft = empty();
  problem = "";
  private wrong: Record<string, string> = {};
  private state: "" | "saving" | "saved" | "here" = "";
  private preview: Preview | null = null;
  private previewProblem = "";
  private templates: Template[] | null = null;
  private templatesProblem = "";
  private caseId = "";
  private readonly photos = new Map<string, Enclosed>();
  /** The photos that went with what has not left yet, for whoever thinks again. */
  private readonly sent = new Map<string, Enclosed>();
  private readonly there = new Set<string>();
  private readonly undone = new Set<string>();
  private readonly save = debounce(1200, () => void this.saveThere());

  constructor(
    private readonly desk: Desk,
    private readonly page: CasePage,
  ) {}

  private get text(): string {
    return this.draft.texts[this.draft.act] ?? "";
  }

  /** The photos that go with what is written about this case. */
  private get enclosed(): Enclosed {
    const found = this.photos.get(this.caseId) ?? photosFor(this.desk, this.caseId);
    this.photos.set(this.caseId, found);
    return found;
  }

  /** Whether there is something one would not like to lose. */
  get written(): boolean {
    return ACTS.some((act) => this.draft.texts[act]?.trim()) || Boolean(this.photos.get(this.caseId)?.photos.length);
  }

  /** Starts with what was written about the case before: in this tab, or else where drafts are kept. */
  async begin(it: Case): Promise<void> {
    this.caseId = it.case_id;
    this.problem = this.previewProblem = this.templatesProblem = "";
    this.wrong = {};
    this.preview = this.templates = null;
    this.state = "";
    const kept = sessionStorage.getItem(KEPT + it.case_id);
    this.draft = kept ? (JSON.parse(kept) as Draft) : empty();
    if (kept || !this.page.mine) return;
    try {
      const there = await this.desk.api.get<ServerDraft | null>(`/cases/${it.case_id}/draft`);
      if (!there?.act || this.caseId !== it.case_id || this.written) return;
      const { outcome = "", planned_for = "", duplicate_of = "", reply, reason, turn_to } = there.fields ?? {};
      // The words of a closing that was stopped lie under the name they were to be sent by.
      const text = there.text || reply || reason || turn_to || "";
      this.draft = { act: there.act, texts: { [there.act]: text }, outcome: outcome as Outcome | "", planned_for, duplicate_of };
      this.there.add(it.case_id);
      this.state = "saved";
    } catch (error) {
      // Nothing was kept of this case: the page begins with an empty sheet.
      if (!(error instanceof Refused && error.problem.status === 404)) throw error;
    }
  }

  turnTo(act: Act): void {
    if (!this.page.mine) return;
    this.draft.act = act;
    this.wrong = {};
    this.problem = "";
    this.preview = null;
    this.focusText();
  }

  focusText(): void {
    const first = this.draft.act === "resolve" && !this.draft.outcome ? "#outcome-fixed" : this.draft.act === "plan" && !this.draft.planned_for ? "#planned-for" : "#words";
    this.desk.focus(first);
  }

  // ---- keeping ----

  private changed(): void {
    this.keepHere();
    this.state = this.written ? "saving" : "";
    this.save();
    this.desk.changed();
  }

  private keepHere(): void {
    if (ACTS.some((act) => this.draft.texts[act]?.trim())) sessionStorage.setItem(KEPT + this.caseId, JSON.stringify(this.draft));
    else sessionStorage.removeItem(KEPT + this.caseId);
  }

  private async saveThere(): Promise<void> {
    const { caseId, draft } = this;
    if (this.page.busy) return;
    if (!this.written) return this.dropThere(caseId);
    const filled = { outcome: draft.outcome, planned_for: draft.planned_for, duplicate_of: draft.duplicate_of };
    const fields = Object.fromEntries(Object.entries(filled).filter(([, each]) => each));
    await this.desk.trying(
      async () => {
        await this.desk.api.put(`/cases/${caseId}/draft`, { act: draft.act, text: this.text, fields });
        this.there.add(caseId);
        if (this.caseId === caseId) this.state = "saved";
      },
      () => (this.state = "here"),
    );
  }

  /** A draft that is kept elsewhere goes when it has been sent, or emptied. */
  private async dropThere(caseId: string): Promise<void> {
    if (!this.there.delete(caseId)) return;
    await this.desk.trying(
      () => this.desk.api.delete(`/cases/${caseId}/draft`),
      (text) => this.desk.toast({ text, bad: true }),
    );
  }

  private async forget(caseId: string): Promise<void> {
    sessionStorage.removeItem(KEPT + caseId);
    if (this.caseId === caseId) {
      this.draft = { ...empty(), act: this.draft.act === "note" ? "note" : "reply" };
      this.state = "";
      this.preview = null;
    }
    await this.dropThere(caseId);
  }

  // ---- sending ----

  private body(): Record<string, string | string[] | null> {
    const text = this.text.trim();
    const { act, outcome, planned_for, duplicate_of } = this.draft;
    if (act === "note") return { text };
    const photos = this.enclosed.ids.length ? this.enclosed.ids : null;
    if (act === "plan") return { planned_for, text: text || null, photos };
    if (act !== "resolve") return { text, photos };
    const body: Record<string, string | string[] | null> = { outcome, photos };
    if (text && outcome) body[SAYS[outcome]] = text;
    if (outcome === "duplicate") body["duplicate_of"] = duplicate_of.trim();
    return body;
  }

  /** What has to be said still, by field; nothing when it can be sent. */
  private missing(): Record<string, string> {
    const { act, outcome, planned_for, duplicate_of } = this.draft;
    const text = this.text.trim();
    const wrong: Record<string, string> = {};
    if (act === "plan" && !planned_for) wrong["planned-for"] = t("missing.day");
    if (act === "resolve" && !outcome) wrong["outcome-fixed"] = t("missing.outcome");
    if (act === "resolve" && outcome === "duplicate" && !duplicate_of.trim()) wrong["duplicate-of"] = t("missing.duplicate");
    const answered = this.page.current?.timeline.some((each) => each.type === "ReplyPosted");
    const needs = act === "resolve" ? outcome === "no_action" || outcome === "not_responsible" || (outcome === "answered" && !answered) : act !== "plan";
    if (act !== "note" && !this.enclosed.settled) wrong["words-photos"] = t("missing.photos");
    if (needs && !text) wrong["words"] = t(act === "resolve" ? `missing.${outcome || "outcome"}` : `missing.${act}`);
    return wrong;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.page.busy || !this.page.current) return;
    this.wrong = this.missing();
    const [first] = Object.keys(this.wrong);
    if (first) return this.desk.focus(`#${first}`);
    const { act } = this.draft;
    const { caseId } = this;
    const draft = { ...this.draft, texts: { ...this.draft.texts } };
    const photos = this.enclosed;
    this.problem = "";
    const path = act === "note" ? act : `${act}?delay=true`;
    const answer = await this.page.act<Case | Sending>(path, this.body(), (text) => {
      this.problem = text;
    });
    if (!answer) return;
    await this.forget(caseId);
    if (act !== "note") this.photos.delete(caseId);
    if ("sending_id" in answer) this.sent.set(answer.sending_id, photos);
    if ("sending_id" in answer) this.leaving(caseId, answer, draft, photos);
    else this.desk.toast({ text: t(`done.${act}`) });
    this.desk.focus("#case-title");
  }

  /** It leaves in a moment; until then it can be had back. */
  private leaving(caseId: string, sending: Sending, draft: Draft, photos: Enclosed): void {
    const until = Date.parse(sending.send_at);
    const toast = { text: t("sending.soon", { what: t(`sending.${draft.act}`) }), until, act: { text: t("undo"), run: () => void this.undo(caseId, sending, draft, photos).then((back) => back && this.desk.dismiss(toast)) } };
    this.desk.toast(toast);
    const tick = setInterval(() => {
      this.desk.changed();
      if (Date.now() < until && !this.undone.has(sending.sending_id)) return;
      clearInterval(tick);
      if (!this.undone.has(sending.sending_id)) this.follow(sending, [1500, 3000, 6000, 12_000]);
    }, 1000);
    void this.page.look();
  }

  /** Looks until it stands in the timeline, which takes a moment from its leaving, and at times a longer one. */
  private follow(sending: Sending, [pause, ...later]: number[]): void {
    if (pause === undefined) return;
    setTimeout(() => {
      this.desk.inbox.refresh();
      void this.page.look().then(() => {
        if (this.page.current?.sendings?.some((each) => each.sending_id === sending.sending_id && each.state === "waiting")) this.follow(sending, later);
      });
    }, pause);
  }

  /** Takes it back before it leaves; one's own words lie where they were written, a colleague's are theirs. */
  private async undo(caseId: string, sending: Sending, draft: Draft | null, photos: Enclosed | null = null): Promise<boolean> {
    let back = false;
    await this.desk.trying(
      async () => {
        await this.desk.api.delete(`/cases/${caseId}/sendings/${sending.sending_id}`);
        back = true;
        this.undone.add(sending.sending_id);
        if (draft) sessionStorage.setItem(KEPT + caseId, JSON.stringify(draft));
        if (photos) this.photos.set(caseId, photos);
        if (this.caseId === caseId) {
          if (draft) this.draft = draft;
          await this.page.look();
          if (draft) this.focusText();
        }
        this.desk.say(t("sending.undone"));
      },
      (text) => this.desk.toast({ text, bad: true }),
    );
    return back;
  }

  /** What was said and has not left yet, as the case tells it. */
  pending(sending: Sending): TemplateResult {
    const act = ACTS.find((each) => each === sending.act) ?? "reply";
    const { outcome, planned_for, duplicate_of, text, reply, reason, turn_to } = (sending.fields ?? {}) as Record<string, string | null>;
    const photos = sending.fields?.["photos"] as string[] | undefined;
    const words = text ?? reply ?? reason ?? turn_to ?? "";
    const draft: Draft = { act, texts: { [act]: words }, outcome: (outcome ?? "") as Outcome | "", planned_for: planned_for ?? "", duplicate_of: duplicate_of ?? "" };
    const stopped = sending.state === "stopped";
    if (!stopped && sending.state !== "waiting") return html``;
    const what = t(`sending.${act}`);
    return html`<div class="pending ${stopped ? "stopped" : ""}"><p>${stopped ? html`<strong>${t("sending.stopped", { what, when: moment(sending.send_at) })}</strong> ${sending.why_text}` : t("sending.at", { what, time: clock(sending.send_at) })}</p>
      ${words ? html`<blockquote class="written">${words}</blockquote>` : nothing}
      ${photos?.length ? html`<p class="hint">${t("sending.photos", { count: photos.length })}</p>` : nothing}
      ${stopped ? nothing : html`<button type="button" class="button small" @click=${() => void this.undo(this.caseId, sending, sending.mine ? draft : null, this.sent.get(sending.sending_id))}>${t("undo")}</button>`}</div>`;
  }

  private async look(): Promise<void> {
    const { act } = this.draft;
    await this.desk.trying(
      async () => {
        const { photos: _, ...body } = this.body();
        const given = Object.fromEntries(Object.entries(body).filter(([, each]) => each));
        this.preview = await this.desk.api.post<Preview>(`/cases/${this.caseId}/preview`, { act, ...given });
        this.previewProblem = "";
        this.desk.focus("#preview-title");
      },
      (text) => (this.previewProblem = text),
    );
  }

  // ---- templates ----

  private async fetchTemplates(open: boolean): Promise<void> {
    const it = this.page.current;
    if (!open || this.templates || !it) return;
    await this.desk.trying(
      async () => {
        const query = { municipality: this.desk.municipality, category: it.category, status: it.status, language: language(), case_id: it.case_id };
        this.templates = (await this.desk.api.get<{ templates: Template[] }>("/templates", query)).templates;
        this.templatesProblem = "";
      },
      (text) => (this.templatesProblem = text),
    );
  }

  private useTemplate(template: Template): void {
    const before = this.text.trimEnd();
    this.draft.texts[this.draft.act] = (before ? `${before}\n\n` : "") + (template.rendered ?? template.text);
    this.changed();
    this.focusText();
  }

  // ---- what is shown ----

  private get readers(): { key: string; everyone: boolean } {
    const it = this.page.current;
    if (this.draft.act === "note") return { key: "readers.us", everyone: false };
    const open = it?.visibility === "public" && !it.hidden;
    return { key: open ? "readers.everyone" : "readers.reporter", everyone: open };
  }

  view(): TemplateResult {
    const { act } = this.draft;
    const { current } = this.page;
    const closed = current?.status === "resolved";
    const acts = ACTS.filter((each) => !closed || each === "reply" || each === "note");
    const { key, everyone } = this.readers;
    const words = this.words();
    return html`<form class="composer ${act === "note" ? "for-us" : everyone ? "for-all" : "for-reporter"}" id="composer" novalidate aria-labelledby="composer-title" @submit=${(event: SubmitEvent) => void this.send(event)}>
      <h3 id="composer-title" class="unseen">${t("composer.title")}</h3>
      <fieldset class="acts"><legend class="unseen">${t("composer.what")}</legend>
        ${acts.map((each) => html`<label class="act-choice"><input type="radio" name="act" value=${each} .checked=${live(each === act)} @change=${() => { this.draft.act = each; this.wrong = {}; this.preview = null; this.changed(); }}><span>${t(`composer.${each}`)}</span></label>`)}
      </fieldset>
      <p class="readers" id="readers">${icon(act === "note" ? "lock" : everyone ? "everyone" : "person")}<span><strong>${t(`${key}.short`)}</strong> ${t(key)}</span></p>
      ${act === "resolve" ? this.outcomes() : nothing}
      ${act === "plan" ? html`<div class="field"><label for="planned-for">${t("composer.day")}</label>${this.complaint("planned-for")}
        <input type="date" id="planned-for" min=${today()} required aria-invalid=${this.wrong["planned-for"] ? "true" : nothing} aria-describedby=${this.wrong["planned-for"] ? "planned-for-error" : nothing} .value=${live(this.draft.planned_for)} @input=${(event: Event) => { this.draft.planned_for = (event.target as HTMLInputElement).value; this.changed(); }}></div>` : nothing}
      <div class="field"><label for="words">${words}</label>${this.complaint("words")}
        <textarea id="words" maxlength=${LONGEST} rows="4" aria-invalid=${this.wrong["words"] ? "true" : nothing} aria-describedby=${this.wrong["words"] ? "words-error readers" : "readers"} .value=${live(this.text)}
          @input=${(event: Event) => { this.draft.texts[this.draft.act] = (event.target as HTMLTextAreaElement).value; delete this.wrong["words"]; this.changed(); }}
          @keydown=${(event: KeyboardEvent) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.target as HTMLTextAreaElement).form?.requestSubmit(); }}></textarea></div>
      ${act === "note" ? nothing : html`${photosView(this.enclosed, "words-photos", "words-photos" in this.wrong)}`}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem} ${t("composer.kept")}</p>` : nothing}
      <div class="send-row">
        <button type="submit" class="button primary-small" id="send" aria-disabled=${this.page.busy ? "true" : nothing}>${t(act === "resolve" ? "act.resolve" : `send.${act}`)}</button>
        ${act === "note" ? nothing : html`<button type="button" class="quiet small" id="preview" @click=${() => void this.look()}>${t("preview.show")}</button>`}
        <span class="draft-state" id="draft-state">${this.state ? t(`draft.${this.state}`) : ""}</span>
      </div>
      ${act === "note" ? nothing : html`<details class="why" @toggle=${(event: Event) => void this.fetchTemplates((event.target as HTMLDetailsElement).open)}><summary>${t("templates.use")}</summary>
        ${this.templatesProblem ? html`<p class="error" role="alert">${this.templatesProblem}</p>` : nothing}
        ${this.templates?.length === 0 ? html`<p class="hint">${t("templates.none")}</p>` : nothing}
        <ul class="template-list">${(this.templates ?? []).map((each) => html`<li><button type="button" class="quiet" @click=${() => this.useTemplate(each)}>${each.name}</button>${each.fits === false ? html` <small class="hint">${t("templates.other")}</small>` : nothing}</li>`)}</ul></details>`}
      ${this.previewProblem ? html`<p class="error" role="alert">${this.previewProblem}</p>` : nothing}
      ${this.preview ? this.previewView(this.preview) : nothing}
    </form>`;
  }

  private words(): string {
    const { act, outcome } = this.draft;
    if (act !== "resolve") return t(`words.${act}`);
    return t(`words.${outcome || "fixed"}`);
  }

  private complaint(field: string): TemplateResult | typeof nothing {
    const text = this.wrong[field];
    return text ? html`<p class="error" id="${field}-error">${text}</p>` : nothing;
  }

  private outcomes(): TemplateResult {
    const choose = (each: Outcome): void => {
      this.draft.outcome = each;
      this.wrong = {};
      this.changed();
    };
    return html`<fieldset class="outcomes"><legend>${t("composer.outcome")}</legend>${this.complaint("outcome-fixed")}
      ${OUTCOMES.map((each) => html`<label class="tick"><input type="radio" name="outcome" id="outcome-${each}" value=${each} .checked=${live(this.draft.outcome === each)} @change=${() => choose(each)}><span>${t(`outcome.${each}`)}<small>${t(`outcome.${each}.needs`)}</small></span></label>`)}
      ${this.draft.outcome === "duplicate" ? html`<div class="field"><label for="duplicate-of">${t("composer.duplicate_of")}</label>${this.complaint("duplicate-of")}
        <input type="text" id="duplicate-of" autocomplete="off" maxlength="20" placeholder="7KQ-4M2X" aria-invalid=${this.wrong["duplicate-of"] ? "true" : nothing} .value=${live(this.draft.duplicate_of)} @input=${(event: Event) => { this.draft.duplicate_of = (event.target as HTMLInputElement).value; this.changed(); }}></div>` : nothing}
    </fieldset>`;
  }

  private previewView(preview: Preview): TemplateResult {
    return html`<section class="preview" aria-labelledby="preview-title"><h4 id="preview-title" tabindex="-1">${t("preview.title")}</h4>
      <ul>${preview.readers.map((each) => html`<li>${each}</li>`)}</ul>
      ${preview.mail ? html`<div class="mail"><p class="mail-subject">${preview.mail.subject}</p><p class="written">${preview.mail.text}</p></div>` : nothing}
      ${preview.public_text ? html`<h5>${t("preview.public")}</h5><p class="written mail">${preview.public_text}</p>` : nothing}
      <button type="button" class="quiet small" @click=${() => { this.preview = null; this.desk.focus("#words"); }}>${t("preview.close")}</button></section>`;
  }
}
