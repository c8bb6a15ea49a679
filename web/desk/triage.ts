import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "./desk";
import { t } from "./texts";
import type { TriageRow } from "./types";
import { age, due } from "./words";

/** For our own operators: what nobody could be given, and how it gets further. */
export class TriagePage {
  private rows: TriageRow[] = [];
  private next: string | null = null;
  private owner = "";
  private overdue = false;
  private loading = false;
  private problem = "";
  private correcting = "";
  private readonly problems = new Map<string, string>();

  constructor(private readonly desk: Desk) {}

  open(): void {
    void this.load();
  }

  private async load(after = ""): Promise<void> {
    this.loading = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        const found = await this.desk.api.get<{ cases: TriageRow[]; next: string | null }>("/triage", { after, owner: this.owner, overdue: this.overdue });
        this.rows = after ? [...this.rows, ...found.cases] : found.cases;
        this.next = found.next;
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
    this.loading = false;
    this.desk.changed();
  }

  private async act(row: TriageRow, path: "take" | "resend" | "correct", body: object): Promise<void> {
    await this.desk.trying(
      async () => {
        await this.desk.api.post(`/triage/${row.case_id}/${path}`, body);
        this.problems.delete(row.case_id);
        this.correcting = "";
        this.desk.toast({ text: t(`triage.done.${path}`, { reference: row.reference }) });
        await this.load();
        // The button is gone, and the whole case with it when it has been sent on.
        const there = this.rows.some((each) => each.case_id === row.case_id);
        this.desk.focus(there ? `[data-case="${row.case_id}"] h3 a` : "#page-title");
      },
      (text) => this.problems.set(row.case_id, text),
    );
  }

  private correct(row: TriageRow): void {
    this.correcting = this.correcting === row.case_id ? "" : row.case_id;
    if (this.correcting) this.desk.focus(`#correct-${row.case_id}`);
    else this.desk.changed();
  }

  view(): TemplateResult {
    return html`<div class="wide-page" aria-busy=${this.loading}>
      <h2 id="page-title" tabindex="-1">${t("nav.triage")}</h2><p class="lead">${t("triage.lead")}</p>
      <div class="narrow-by">
        <div class="field"><label for="owner">${t("triage.owner")}</label><select id="owner" @change=${(event: Event) => { this.owner = (event.target as HTMLSelectElement).value; void this.load(); }}>
          ${["", "me", "nobody"].map((each) => html`<option value=${each}>${t(`triage.owner.${each || "all"}`)}</option>`)}</select></div>
        <label class="tick"><input type="checkbox" .checked=${this.overdue} @change=${(event: Event) => { this.overdue = (event.target as HTMLInputElement).checked; void this.load(); }}> ${t("triage.overdue")}</label>
      </div>
      ${this.problem ? html`<div class="problem" role="alert"><p>${this.problem}</p><button type="button" class="button small" @click=${() => void this.load()}>${t("again")}</button></div>` : nothing}
      ${!this.rows.length && !this.loading && !this.problem ? html`<p class="empty">${t("triage.none")}</p>` : nothing}
      <ul class="cards">${this.rows.map((row) => this.row(row))}</ul>
      ${this.next ? html`<button type="button" class="button secondary more" @click=${() => void this.load(this.next ?? "")}>${t("list.more")}</button>` : nothing}
    </div>`;
  }

  private row(row: TriageRow): TemplateResult {
    const { me, facts } = this.desk;
    const problem = this.problems.get(row.case_id);
    return html`<li class="one-card" data-case=${row.case_id}>
      <h3><a href="#/case/${row.case_id}">${row.category_name}</a> <span class="reference">${row.reference}</span></h3>
      <p>${row.reason_text}</p>
      <p class="row-facts"><span>${row.municipality.name}</span><span>${row.kind_name}</span><span>${age(row.created_at)}</span><span class=${row.overdue ? "over" : "due"}>${due(row.due)}</span>
        <span>${row.owner === me.caller_id ? t("triage.yours") : row.owner ? t("triage.taken") : t("case.nobody")}</span></p>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
      <div class="quick">
        ${row.owner === me.caller_id ? nothing : html`<button type="button" class="button small" @click=${() => void this.act(row, "take", {})}>${t("triage.take")}</button>`}
        <button type="button" class="button small" @click=${() => void this.act(row, "resend", {})}>${t("triage.resend")}</button>
        <button type="button" class="button small" aria-expanded=${this.correcting === row.case_id} @click=${() => this.correct(row)}>${t("triage.correct")}</button>
      </div>
      ${this.correcting === row.case_id
        ? html`<form class="inline" @submit=${(event: SubmitEvent) => { event.preventDefault(); void this.act(row, "correct", { municipality: new FormData(event.target as HTMLFormElement).get("municipality") }); }}>
            <div class="field"><label for="correct-${row.case_id}">${t("triage.correct_to")}</label><select id="correct-${row.case_id}" name="municipality" required><option value="">${t("hand_over.none")}</option>${facts.municipalities.map((each) => html`<option value=${each.code}>${each.name}</option>`)}</select></div>
            <button type="submit" class="button small primary-small">${t("triage.correct_send")}</button></form>`
        : nothing}
    </li>`;
  }
}
