import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { Once } from "./api";
import type { Desk, Route, Toast } from "./desk";
import { icon } from "./icons";
import { t } from "./texts";
import type { Row } from "./types";
import { age } from "./words";

interface Whole {
  title: string;
  count: number;
  followers: number;
  cases: Row[];
  next: string | null;
}

interface Answered {
  bulk_id: string;
  send_at: string;
  sentence: string;
}

/** Cases about one and the same thing: who hears of an answer, and one answer to them all. */
export class IncidentPage {
  private it: Whole | null = null;
  private id = "";
  private text = "";
  private outcome = "";
  private withPrivate = false;
  private problem = "";
  private formProblem = "";
  private busy = false;
  private readonly once = new Once();

  constructor(private readonly desk: Desk) {}

  open(route: Route): void {
    if (this.id !== route.id) {
      this.it = null;
      this.text = this.outcome = "";
      this.withPrivate = false;
    }
    this.id = route.id;
    this.formProblem = "";
    void this.load();
  }

  private async load(after = ""): Promise<void> {
    await this.desk.trying(
      async () => {
        const found = await this.desk.api.get<Whole>(`/incidents/${this.id}`, { after });
        this.it = after && this.it ? { ...found, cases: [...this.it.cases, ...found.cases] } : found;
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        const body = { text: this.text.trim(), ...(this.outcome ? { outcome: this.outcome } : {}), with_private: this.withPrivate };
        const answer = await this.desk.api.postOnce<Answered>(this.once, `/incidents/${this.id}/reply`, body);
        this.text = this.outcome = this.formProblem = "";
        const toast: Toast = { text: answer.sentence, until: Date.parse(answer.send_at), act: { text: t("undo"), run: () => void this.undo(answer.bulk_id, body.text, toast) } };
        this.desk.toast(toast);
        await this.load();
      },
      (text) => (this.formProblem = text),
    );
    this.busy = false;
    this.desk.changed();
  }

  /** What was to be said to all comes back to where it was written. */
  private async undo(bulkId: string, text: string, toast: Toast): Promise<void> {
    await this.desk.dialogs.undoBulk(bulkId, toast);
    if (!this.text) this.text = text;
    this.desk.changed();
  }

  /** How many of the cases are not public; not known while there are more than have been fetched. */
  private apart(it: Whole): number | null {
    return it.cases.length === it.count ? it.cases.filter((each) => each.visibility !== "public").length : null;
  }

  private readers(it: Whole): string {
    const apart = this.withPrivate ? 0 : this.apart(it);
    const reporters = t(apart === null ? "incident.readers_most" : "incident.readers", { count: it.count - (apart ?? 0) });
    return it.followers ? `${reporters} ${t("incident.readers_following", { count: it.followers })}` : reporters;
  }

  view(): TemplateResult {
    const { it } = this;
    return html`<div class="wide-page">
      <p class="back"><button type="button" class="quiet small" @click=${() => this.desk.toList()}>${icon("back")}${t("case.back")}</button></p>
      <h2 id="page-title" tabindex="-1">${it?.title ?? t("incident.title")}</h2>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${it
        ? html`<p class="lead">${t(it.followers ? "incident.size" : "incident.alone", { count: it.count, followers: it.followers })}</p>
            <ul class="cards">${it.cases.map((each) => html`<li class="one-card"><h3><a href="#/case/${each.case_id}">${each.category_name}</a> <span class="reference">${each.reference}</span></h3><p class="row-facts"><span>${t(`status.${each.status}`)}</span><span>${age(each.created_at)}</span>${each.visibility === "public" ? nothing : html`<span class="badge">${t(`visibility.${each.visibility}`)}</span>`}</p></li>`)}</ul>
            ${it.next ? html`<button type="button" class="button secondary more" @click=${() => void this.load(it.next ?? "")}>${t("list.more")}</button>` : nothing}
            <form class="composer for-all" @submit=${(event: SubmitEvent) => void this.send(event)}>
              <h3>${t("incident.reply")}</h3>
              <p class="readers">${icon("everyone")}<span><strong>${this.readers(it)}</strong>${this.apart(it) === 0 ? nothing : ` ${t(this.withPrivate ? "incident.with_private" : "incident.apart")}`}</span></p>
              <div class="field"><label for="incident-text">${t("words.reply")}</label><textarea id="incident-text" rows="4" maxlength="2000" required .value=${live(this.text)} @input=${(event: Event) => (this.text = (event.target as HTMLTextAreaElement).value)}></textarea></div>
              <div class="field"><label for="incident-outcome">${t("incident.outcome")}</label><select id="incident-outcome" @change=${(event: Event) => (this.outcome = (event.target as HTMLSelectElement).value)}><option value="" ?selected=${!this.outcome}>${t("incident.open")}</option>${["fixed", "answered"].map((each) => html`<option value=${each} ?selected=${this.outcome === each}>${t(`outcome.${each}`)}</option>`)}</select></div>
              ${this.apart(it) === 0 ? nothing : html`<label class="tick"><input type="checkbox" .checked=${live(this.withPrivate)} @change=${(event: Event) => { this.withPrivate = (event.target as HTMLInputElement).checked; this.desk.changed(); }}><span>${t("incident.private")}</span></label>`}
              ${this.formProblem ? html`<p class="problem" role="alert">${this.formProblem} ${t("composer.kept")}</p>` : nothing}
              <div class="send-row"><button type="submit" class="button primary-small" aria-disabled=${this.busy ? "true" : nothing}>${t("incident.send")}</button></div></form>`
        : nothing}</div>`;
  }
}
