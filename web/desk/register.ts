import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "./desk";
import { t } from "./texts";
import { today } from "./words";

/** The register of what has come in, as a file for the registrar. */
export class RegisterPage {
  private problem = "";
  private busy = false;

  constructor(private readonly desk: Desk) {}

  open(): void {
    this.problem = "";
  }

  private async fetch(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.busy) return;
    const fields = new FormData(event.target as HTMLFormElement);
    const [from, to, format] = ["from", "to", "format"].map((name) => String(fields.get(name) ?? ""));
    this.busy = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        const file = await this.desk.api.file("/register", { municipality: this.desk.municipality, from, to, format });
        const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `register-${this.desk.municipality}-${from}-${to}.${format}` });
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
        this.problem = "";
        this.desk.toast({ text: t("register.done") });
      },
      (text) => (this.problem = text),
    );
    this.busy = false;
    this.desk.changed();
  }

  view(): TemplateResult {
    return html`<div class="wide-page"><h2 id="page-title" tabindex="-1">${t("me.register")}</h2><p class="lead">${t("register.lead")}</p>
      <form class="one-card" @submit=${(event: SubmitEvent) => void this.fetch(event)}>
        <div class="field"><label for="from">${t("filter.from")}</label><input type="date" id="from" name="from" required value=${today(-31)} max=${today()}></div>
        <div class="field"><label for="to">${t("filter.to")}</label><input type="date" id="to" name="to" required value=${today()} max=${today()}></div>
        <div class="field"><label for="format">${t("register.format")}</label><select id="format" name="format"><option value="csv">CSV</option><option value="json">JSON</option></select></div>
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        <div class="send-row"><button type="submit" class="button primary-small" aria-disabled=${this.busy ? "true" : nothing}>${t("register.fetch")}</button></div>
      </form></div>`;
  }
}
