import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Desk } from "./desk";
import { t } from "./texts";
import type { Notices } from "./types";

// From what everybody may to what few may.
const MAY = "read write contact assign bulk hand_over refer correct registry staff keys operator".split(" ");
const NOTICES = ["assigned", "answered", "digest"] as const;

/** Who one is here, what one is told by mail, and the way to everything that is not cases. */
export class MePage {
  private notices: Notices | null = null;
  private problem = "";

  constructor(private readonly desk: Desk) {}

  open(): void {
    this.notices = null;
    if (this.desk.municipality) void this.load();
  }

  private async load(): Promise<void> {
    await this.desk.trying(
      async () => {
        this.notices = await this.desk.api.get<Notices>("/me/notices");
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
  }

  private async set(name: keyof Notices, on: boolean): Promise<void> {
    const { notices } = this;
    if (!notices) return;
    await this.desk.trying(
      async () => {
        this.notices = await this.desk.api.put<Notices>("/me/notices", { ...notices, [name]: on });
        this.problem = "";
        this.desk.say(t("notices.saved"));
      },
      (text) => {
        this.problem = text;
        this.notices = { ...notices };
      },
    );
  }

  view(): TemplateResult {
    const { me, keyboard, dialogs, field } = this.desk;
    const to = (path: string): TemplateResult => html`<li><a href="#/${path}">${t(`me.${path}`)}</a></li>`;
    return html`<div class="wide-page">
      <h2 id="page-title" tabindex="-1">${t("nav.more")}</h2>
      <nav aria-label=${t("nav.more")}><ul class="ways">
        ${this.desk.municipality ? html`${to("field")}${to("templates")}${to("statuses")}` : nothing}
        ${this.desk.may("correct") ? to("register") : nothing}
        ${this.desk.may("staff") ? to("staff") : nothing}${this.desk.may("keys") ? html`${to("keys")}${to("subscriptions")}` : nothing}
      </ul></nav>
      ${this.desk.municipality
        ? html`<section class="one-card" aria-labelledby="notices-title"><h3 id="notices-title">${t("notices.title")}</h3>
            ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
            ${this.notices ? NOTICES.map((name) => html`<label class="tick"><input type="checkbox" id="notice-${name}" .checked=${live(this.notices?.[name] ?? false)} @change=${(event: Event) => void this.set(name, (event.target as HTMLInputElement).checked)}> ${t(`notices.${name}`)}</label>`) : nothing}
          </section>`
        : nothing}
      <section class="one-card" aria-labelledby="keyboard-title"><h3 id="keyboard-title">${t("help.title")}</h3>
        <label class="tick"><input type="checkbox" .checked=${live(keyboard.on)} @change=${(event: Event) => (keyboard.on = (event.target as HTMLInputElement).checked)}> ${t("help.on")}</label>
        <button type="button" class="button small" id="help" @click=${() => dialogs.help()}>${t("help.show")}</button></section>
      <section class="one-card" id="inside" aria-labelledby="inside-title"><h3 id="inside-title">${t("me.who")}</h3>
        <dl class="facts"><dt>${t("me.name")}</dt><dd id="name">${me.name}</dd>
          <dt>${t("me.municipality")}</dt><dd id="municipality">${me.municipality_names.join(", ") || t("nav.nation")}</dd>
          <dt>${t("staff.roles")}</dt><dd id="roles">${me.roles.map((role) => t(`role.${role}`)).join(", ")}</dd>
          <dt>${t("staff.departments")}</dt><dd id="departments">${me.departments.map((id) => this.desk.department(id)).join(", ") || t("staff.whole")}</dd>
          ${me.covers_for.length ? html`<dt>${t("me.covers")}</dt><dd>${me.covers_for.map((id) => this.desk.person(id)).join(", ")}</dd>` : nothing}</dl>
        <h4>${t("me.may")}</h4><ul class="dotted" id="may">${MAY.filter((scope) => me.scopes.includes(scope)).map((scope) => html`<li>${t(`scope.${scope}`)}</li>`)}</ul>
        ${field.kept.length ? html`<p class="problem">${t("me.unsent", { count: field.kept.length })}</p>` : nothing}
        <button type="button" class="button secondary" id="logout" @click=${() => void this.desk.logOut()}>${t("me.logout")}</button></section>
    </div>`;
  }
}
