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
    const [from, to] = ["from", "to"].map((name) => String(fields.get(name) ?? ""));
    this.busy = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        const query = { municipality: this.desk.municipality, from, to, format: "csv", sender: fields.get("sender") === "on", limit: 500 };
        // The byte order mark tells a spreadsheet that the letters are UTF-8.
        let text = "\ufeff";
        for (let after: string | null = ""; after !== null; ) {
          const page: { text: string; next: string | null } = await this.desk.api.file("/register", { ...query, after });
          // Each page says what its columns are; once is enough.
          text += after ? page.text.slice(page.text.indexOf("\n") + 1) : page.text;
          after = page.next;
        }
        const file = new Blob([text], { type: "text/csv;charset=utf-8" });
        const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: `register-${this.desk.municipality}-${from}-${to}.csv` });
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
        ${this.desk.may("contact") ? html`<label class="tick"><input type="checkbox" id="sender" name="sender"><span>${t("register.sender")}<small>${t("register.logged")}</small></span></label>` : nothing}
        ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
        <div class="send-row"><button type="submit" class="button primary-small" aria-disabled=${this.busy ? "true" : nothing}>${t("register.fetch")}</button></div>
      </form></div>`;
  }
}
