import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Desk } from "./desk";
import { t } from "./texts";
import { day } from "./words";

interface Means {
  status?: string | null;
  outcome?: string | null;
  reason?: string | null;
  reply?: string | null;
}
interface Explained {
  foreign_status: string;
  means: Means;
}
interface Unexplained {
  foreign_status: string;
  cases: { case_id: string; reference: string; since: string }[];
}
interface Statuses {
  statuses: Explained[];
  unexplained: Unexplained[];
  more: boolean;
}
type Counts = { applied: number; refused: number; next: string | null };

const NOTHING = "nothing";
const MEANINGS = [NOTHING, "acknowledged", "in_progress", "waiting_for_citizen", "planned", "fixed", "answered", "no_action", "not_responsible", "reopened"];
const OUTCOMES = ["fixed", "answered", "no_action", "not_responsible"];
// Which field the words go to; what the system sends with the status counts before them.
const WORDS: Record<string, "reason" | "reply"> = { waiting_for_citizen: "reply", answered: "reply", no_action: "reason", not_responsible: "reason" };
// A status has many cases now and then; the first ones show what it is about.
const SHOWN = 8;

/** What the statuses of the municipality's own system mean here, and those that nobody has explained yet. */
export class StatusesPage {
  private found: Statuses | null = null;
  private editing: { words: string; meaning: string; text: string } | null = null;
  private problem = "";
  private formProblem = "";

  constructor(private readonly desk: Desk) {}

  open(): void {
    this.editing = null;
    void this.load();
  }

  private async load(): Promise<void> {
    await this.desk.trying(
      async () => {
        this.found = await this.desk.api.get<Statuses>("/statuses", this.desk.here);
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
  }

  private edit(words: string, means: Means = {}): void {
    this.editing = { words, meaning: means.outcome ?? means.status ?? (this.known(words) ? NOTHING : "in_progress"), text: means.reason ?? means.reply ?? "" };
    this.formProblem = "";
    this.desk.focus(words ? "#status-meaning" : "#status-words");
  }

  private known(words: string): boolean {
    return this.found?.statuses.some((each) => each.foreign_status === words) ?? false;
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { editing } = this;
    if (!editing) return;
    const { words, meaning, text } = editing;
    const field = WORDS[meaning];
    const means: Means = meaning === NOTHING ? {} : OUTCOMES.includes(meaning) ? { status: "resolved", outcome: meaning } : { status: meaning };
    if (field && text.trim()) means[field] = text;
    await this.desk.trying(
      async () => {
        let applied = 0;
        let refused = 0;
        let after: string | null = null;
        do {
          const counts: Counts = await this.desk.api.put<Counts>("/statuses", { foreign_status: words, means }, { ...this.desk.here, after });
          applied += counts.applied;
          refused += counts.refused;
          after = counts.next;
        } while (after);
        this.editing = null;
        this.desk.toast({ text: told(applied, refused), bad: refused > 0 });
        await this.load();
        this.desk.focus("#page-title");
      },
      (text) => (this.formProblem = text),
    );
  }

  private remove(words: string): void {
    this.desk.dialogs.ask({
      title: t("statuses.remove_title", { status: words }),
      body: () => html`<p>${t("statuses.remove_text")}</p>`,
      send: t("templates.remove"),
      run: async () => {
        let done = false;
        await this.desk.trying(async () => {
          await this.desk.api.delete("/statuses", { ...this.desk.here, foreign_status: words });
          done = true;
          this.desk.toast({ text: t("statuses.removed", { status: words }) });
          await this.load();
        }, this.desk.dialogs.fail);
        return done;
      },
    });
  }

  private async seenTo(case_id: string, reference: string): Promise<void> {
    await this.desk.trying(
      async () => {
        await this.desk.api.delete(`/statuses/unexplained/${case_id}`, this.desk.here);
        this.desk.toast({ text: t("statuses.seen_to_now", { reference }) });
        await this.load();
        this.desk.focus("#page-title");
      },
      (text) => (this.problem = text),
    );
  }

  view(): TemplateResult {
    const may = this.desk.may("assign");
    // A meaning counts for every department, so nobody limited to some says it.
    const explains = may && !this.desk.me.departments.length;
    const { found } = this;
    return html`<div class="wide-page"><h2 id="page-title" tabindex="-1">${t("me.statuses")}</h2><p class="lead">${t("statuses.lead")}</p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${found
        ? html`<h3>${t("statuses.unexplained")}</h3>
            ${found.unexplained.length ? html`<ul class="cards" id="unexplained">${found.unexplained.map((each) => this.unexplained(each, may, explains))}</ul>` : html`<p class="empty">${t("statuses.all_explained")}</p>`}
            ${found.more ? html`<p class="hint">${t("statuses.more")}</p>` : nothing}
            ${this.editing ? this.form(this.editing) : nothing}
            <h3>${t("statuses.explained")}</h3>
            ${found.statuses.length ? html`<ul class="cards" id="explained">${found.statuses.map((each) => this.explained(each, explains))}</ul>` : html`<p class="empty">${t("statuses.none")}</p>`}
            ${explains && !this.editing ? html`<button type="button" class="button secondary" id="new-status" @click=${() => this.edit("")}>${t("statuses.new")}</button>` : nothing}`
        : nothing}</div>`;
  }

  private unexplained(each: Unexplained, may: boolean, explains: boolean): TemplateResult {
    const { foreign_status, cases } = each;
    return html`<li class="one-card"><h4>${foreign_status}</h4><p>${t(cases.length === 1 ? "statuses.cases.one" : "statuses.cases", { count: cases.length })}</p>
      <ul class="dotted">${cases.slice(0, SHOWN).map(
        ({ case_id, reference, since }) => html`<li><a href="#/case/${case_id}">${reference}</a> ${t("statuses.since", { day: day(since) })}
          ${may ? html`<button type="button" class="quiet small" aria-label=${t("statuses.seen_to_case", { reference })} @click=${() => void this.seenTo(case_id, reference)}>${t("statuses.seen_to")}</button>` : nothing}</li>`,
      )}</ul>
      ${explains ? html`<div class="quick"><button type="button" class="button small" @click=${() => this.edit(foreign_status)}>${t("statuses.explain")}</button></div>` : nothing}</li>`;
  }

  private explained({ foreign_status, means }: Explained, explains: boolean): TemplateResult {
    return html`<li class="one-card"><h4>${foreign_status}</h4><p>${meaningText(means.outcome ?? means.status ?? NOTHING)}</p>${means.reason ?? means.reply ? html`<p class="written">${means.reason ?? means.reply}</p>` : nothing}
      ${explains ? html`<div class="quick"><button type="button" class="button small" @click=${() => this.edit(foreign_status, means)}>${t("templates.edit")}</button><button type="button" class="quiet small" @click=${() => this.remove(foreign_status)}>${t("templates.remove")}</button></div>` : nothing}</li>`;
  }

  private form(it: { words: string; meaning: string; text: string }): TemplateResult {
    const choose = (event: Event): void => {
      it.meaning = (event.target as HTMLSelectElement).value;
      this.desk.changed();
    };
    return html`<form class="one-card" @submit=${(event: SubmitEvent) => void this.save(event)}>
      <div class="field"><label for="status-words">${t("statuses.words")}</label><input type="text" id="status-words" required maxlength="100" autocomplete="off" .value=${live(it.words)} @input=${(event: Event) => (it.words = (event.target as HTMLInputElement).value)}></div>
      <div class="field"><label for="status-meaning">${t("statuses.means")}</label><select id="status-meaning" @change=${choose}>${MEANINGS.map((each) => html`<option value=${each} ?selected=${it.meaning === each}>${meaningText(each)}</option>`)}</select></div>
      ${WORDS[it.meaning] ? html`<div class="field"><label for="status-text">${t(`statuses.text.${it.meaning}`)}</label><p class="hint" id="status-hint">${t("statuses.text_hint")}</p><textarea id="status-text" rows="3" maxlength="2000" aria-describedby="status-hint" .value=${live(it.text)} @input=${(event: Event) => (it.text = (event.target as HTMLTextAreaElement).value)}></textarea></div>` : nothing}
      ${it.meaning === "planned" ? html`<p class="hint">${t("statuses.planned_hint")}</p>` : nothing}
      ${this.formProblem ? html`<p class="problem" role="alert">${this.formProblem}</p>` : nothing}
      <div class="send-row"><button type="submit" class="button primary-small">${t("staff.save")}</button><button type="button" class="quiet small" @click=${() => { this.editing = null; this.desk.focus("#page-title"); }}>${t("box.cancel")}</button></div></form>`;
  }
}

function meaningText(meaning: string): string {
  if (meaning === NOTHING) return t("statuses.nothing");
  return t(OUTCOMES.includes(meaning) ? `outcome.${meaning}` : `status.${meaning}`);
}

function told(applied: number, refused: number): string {
  if (refused) return t("statuses.saved_refused", { applied, refused });
  return applied ? t(applied === 1 ? "statuses.saved_applied.one" : "statuses.saved_applied", { count: applied }) : t("templates.saved");
}
