import { html, nothing, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { Desk } from "./desk";
import { shownOnce } from "./shown_once";
import { t } from "./texts";
import type { KeyRow } from "./types";
import { day } from "./words";

const SCOPES = ["read", "write", "contact", "registry"];

/** For a municipality's admins: the keys its systems call with. A new key is shown once. */
export class KeysPage {
  private keys: KeyRow[] = [];
  private made: { name: string; key: string } | null = null;
  private replacing: KeyRow | null = null;
  private problem = "";
  private formProblem = "";
  private loading = false;

  constructor(private readonly desk: Desk) {}

  open(): void {
    this.made = null;
    this.replacing = null;
    void this.load();
  }

  private async load(): Promise<void> {
    this.loading = true;
    await this.desk.trying(
      async () => {
        const { keys } = await this.desk.api.get<{ keys: KeyRow[] }>("/keys", this.desk.here);
        // Those that no longer open anything come last.
        this.keys = [...keys.filter((each) => !each.revoked_at), ...keys.filter((each) => each.revoked_at)];
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
    this.loading = false;
    this.desk.changed();
  }

  private async make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const fields = new FormData(form);
    const body = { name: fields.get("name"), scopes: fields.getAll("scopes"), test: fields.get("test") === "on", ...(this.replacing ? { replaces: this.replacing.key_id } : {}) };
    await this.desk.trying(
      async () => {
        const made = await this.desk.api.post<KeyRow & { key: string }>("/keys", body, this.desk.here);
        this.made = { name: made.name, key: made.key };
        this.replacing = null;
        this.formProblem = "";
        form.reset();
        await this.load();
        this.desk.focus("#made-title");
      },
      (text) => (this.formProblem = text),
    );
  }

  private revoke(key: KeyRow): void {
    this.desk.dialogs.ask({
      title: t("keys.revoke_title", { name: key.name }),
      body: () => html`<p>${t("keys.revoke_text")}</p>`,
      send: t("keys.revoke"),
      run: async () => {
        let done = false;
        await this.desk.trying(async () => {
          await this.desk.api.delete(`/keys/${key.key_id}`, this.desk.here);
          done = true;
          this.desk.toast({ text: t("keys.revoked_now", { name: key.name }) });
          await this.load();
        }, this.desk.dialogs.fail);
        return done;
      },
    });
  }

  view(): TemplateResult {
    const { made, replacing } = this;
    return html`<div class="wide-page" aria-busy=${this.loading}>
      <h2 id="page-title" tabindex="-1">${t("keys.title")}</h2><p class="lead">${t("keys.lead")} <a href="/docs/">${t("keys.docs")}</a></p>
      ${made ? shownOnce(this.desk, t("keys.made", { name: made.name }), made.key, () => (this.made = null)) : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${!this.keys.length && !this.loading && !this.problem ? html`<p class="empty">${t("keys.none")}</p>` : nothing}
      <ul class="cards">${this.keys.map(
        (key) => html`<li class="one-card ${key.revoked_at ? "suspended" : ""}" data-key=${key.key_id}><h3>${key.name}${key.test ? html` <span class="badge">${t("keys.test")}</span>` : nothing}${key.revoked_at ? html` <span class="badge">${t("keys.revoked", { day: day(key.revoked_at) })}</span>` : nothing}</h3>
          <p class="row-facts"><span>${key.scopes.map((scope) => t(`scope.${scope}`)).join(", ")}</span>${key.created_at ? html`<span>${t("keys.created", { day: day(key.created_at) })}</span>` : nothing}</p>
          ${key.revoked_at ? nothing : html`<div class="quick"><button type="button" class="button small" @click=${() => { this.replacing = key; this.desk.focus("#key-name"); }}>${t("keys.replace")}</button><button type="button" class="button small" @click=${() => this.revoke(key)}>${t("keys.revoke")}</button></div>`}</li>`,
      )}</ul>
      <section class="one-card" aria-labelledby="make-title"><h3 id="make-title">${t(replacing ? "keys.replacing" : "keys.make", { name: replacing?.name ?? "" })}</h3>
        ${replacing ? html`<p>${t("keys.replacing_text")} <button type="button" class="quiet small" @click=${() => { this.replacing = null; this.desk.changed(); }}>${t("box.cancel")}</button></p>` : nothing}
        ${keyed(replacing?.key_id, html`<form class="two-columns" @submit=${(event: SubmitEvent) => void this.make(event)}>
          <div class="field"><label for="key-name">${t("keys.name")}</label><input type="text" id="key-name" name="name" required maxlength="80" autocomplete="off" value=${replacing?.name ?? ""}></div>
          <fieldset class="field"><legend>${t("keys.scopes")}</legend>${SCOPES.map((scope) => html`<label class="tick"><input type="checkbox" name="scopes" id="scope-${scope}" value=${scope} ?checked=${replacing?.scopes.includes(scope) ?? scope === "read"}><span>${t(`scope.${scope}`)}</span></label>`)}</fieldset>
          <label class="tick"><input type="checkbox" name="test" ?checked=${replacing?.test ?? false}> ${t("keys.test_hint")}</label>
          ${this.formProblem ? html`<p class="problem" role="alert">${this.formProblem}</p>` : nothing}
          <div class="send-row"><button type="submit" class="button primary-small" id="make-key">${t(replacing ? "keys.replace" : "keys.make_send")}</button></div></form>`)}</section>
    </div>`;
  }
}
