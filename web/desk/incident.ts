import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Desk, Route } from "./desk";
import { icon } from "./icons";
import { t } from "./texts";
import type { Incident, Row } from "./types";
import { age } from "./words";

interface Whole extends Omit<Incident, "cases"> {
  cases: Pick<Row, "case_id" | "reference" | "category_name" | "status" | "visibility" | "created_at">[];
}

/** Cases about one and the same thing: who hears of an answer, and one answer to them all. */
export class IncidentPage {
  private it: Whole | null = null;
  private id = "";
  private text = "";
  private outcome = "";
  private problem = "";
  private formProblem = "";
  private busy = false;

  constructor(private readonly desk: Desk) {}

  open(route: Route): void {
    if (this.id !== route.id) {
      this.it = null;
      this.text = this.outcome = "";
    }
    this.id = route.id;
    this.formProblem = "";
    void this.load();
  }

  private async load(): Promise<void> {
    await this.desk.trying(
      async () => {
        this.it = await this.desk.api.get<Whole>(`/incidents/${this.id}`);
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
        await this.desk.api.post(`/incidents/${this.id}/reply`, { text: this.text.trim(), ...(this.outcome ? { outcome: this.outcome } : {}) });
        this.text = this.outcome = this.formProblem = "";
        this.desk.toast({ text: t("incident.sent") });
        await this.load();
      },
      (text) => (this.formProblem = text),
    );
    this.busy = false;
    this.desk.changed();
  }

  view(): TemplateResult {
    const { it } = this;
    const apart = it?.cases.filter((each) => each.visibility === "private").length ?? 0;
    return html`<div class="wide-page">
      <p class="back"><button type="button" class="quiet small" @click=${() => history.back()}>${icon("back")}${t("case.back")}</button></p>
      <h2 id="page-title" tabindex="-1">${it?.title ?? t("incident.title")}</h2>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${it
        ? html`<p class="lead">${t("incident.size", { cases: it.cases.length, followers: it.followers })}</p>
            <ul class="cards">${it.cases.map((each) => html`<li class="one-card"><h3><a href="#/case/${each.case_id}">${each.category_name}</a> <span class="reference">${each.reference}</span></h3><p class="row-facts"><span>${t(`status.${each.status}`)}</span><span>${age(each.created_at)}</span>${each.visibility === "public" ? nothing : html`<span class="badge">${t(`visibility.${each.visibility}`)}</span>`}</p></li>`)}</ul>
            <form class="composer for-all" @submit=${(event: SubmitEvent) => void this.send(event)}>
              <h3>${t("incident.reply")}</h3>
              <p class="readers">${icon("everyone")}<span><strong>${t("incident.readers", { cases: it.cases.length - apart, followers: it.followers })}</strong>${apart ? ` ${t("incident.apart", { count: apart })}` : ""}</span></p>
              <div class="field"><label for="incident-text">${t("words.reply")}</label><textarea id="incident-text" rows="4" maxlength="2000" required .value=${live(this.text)} @input=${(event: Event) => (this.text = (event.target as HTMLTextAreaElement).value)}></textarea></div>
              <div class="field"><label for="incident-outcome">${t("incident.outcome")}</label><select id="incident-outcome" @change=${(event: Event) => (this.outcome = (event.target as HTMLSelectElement).value)}><option value="" ?selected=${!this.outcome}>${t("incident.open")}</option>${["fixed", "answered"].map((each) => html`<option value=${each} ?selected=${this.outcome === each}>${t(`outcome.${each}`)}</option>`)}</select></div>
              ${this.formProblem ? html`<p class="problem" role="alert">${this.formProblem} ${t("composer.kept")}</p>` : nothing}
              <div class="send-row"><button type="submit" class="button primary-small" aria-disabled=${this.busy ? "true" : nothing}>${t("incident.send")}</button></div></form>`
        : nothing}</div>`;
  }
}
