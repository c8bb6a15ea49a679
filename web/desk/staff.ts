import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "./desk";
import { t } from "./texts";
import type { StaffChange, StaffRow } from "./types";
import { day, moment, today } from "./words";

const ROLES = ["handler", "lead", "registrar", "admin"];

/** For a municipality's admins: who works here, with which roles, and who stands in for whom. */
export class StaffPage {
  private people: StaffRow[] = [];
  private changes: StaffChange[] | null = null;
  private problem = "";
  private formProblem = "";
  private editing = "";
  private loading = false;

  constructor(private readonly desk: Desk) {}

  open(): void {
    this.editing = "";
    this.changes = null;
    void this.load();
  }

  private async load(): Promise<void> {
    this.loading = true;
    this.desk.changed();
    await this.desk.trying(
      async () => {
        this.people = (await this.desk.api.get<{ staff: StaffRow[] }>("/staff", this.desk.here)).staff;
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
    this.loading = false;
    this.desk.changed();
  }

  private async fetchChanges(open: boolean): Promise<void> {
    if (!open) return;
    await this.desk.trying(
      async () => {
        this.changes = (await this.desk.api.get<{ changes: StaffChange[] }>("/staff/history", this.desk.here)).changes;
      },
      (text) => (this.problem = text),
    );
  }

  private async invite(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const fields = new FormData(form);
    const body = { email: text(fields, "email"), name: text(fields, "name"), roles: fields.getAll("roles"), departments: fields.getAll("departments") };
    await this.desk.trying(
      async () => {
        const made = await this.desk.api.post<StaffRow & { mailed: boolean }>("/staff", body, this.desk.here);
        form.reset();
        this.formProblem = "";
        this.desk.toast({ text: t(made.mailed ? "staff.invited" : "staff.invited_unmailed", { name: made.name }), bad: !made.mailed });
        await this.load();
      },
      (said) => (this.formProblem = said),
    );
  }

  private async change(one: StaffRow, patch: object): Promise<void> {
    await this.desk.trying(
      async () => {
        const changed = await this.desk.api.patch<StaffRow>(`/staff/${one.staff_id}`, patch, this.desk.here);
        this.people = this.people.map((each) => (each.staff_id === changed.staff_id ? changed : each));
        this.formProblem = "";
        this.editing = "";
        this.desk.toast({ text: t("staff.changed", { name: changed.name }) });
        this.desk.focus(`#edit-${changed.staff_id}`);
      },
      (said) => (this.formProblem = said),
    );
  }

  private save(event: SubmitEvent, one: StaffRow): void {
    event.preventDefault();
    const fields = new FormData(event.target as HTMLFormElement);
    const [by, until] = [text(fields, "by"), text(fields, "until")];
    if (!by !== !until) {
      this.formProblem = t("staff.cover_both");
      return this.desk.focus(by ? `#until-${one.staff_id}` : `#by-${one.staff_id}`);
    }
    const cover = by ? { by, until } : null;
    void this.change(one, { name: text(fields, "name"), roles: fields.getAll("roles"), departments: fields.getAll("departments"), cover });
  }

  view(): TemplateResult {
    return html`<div class="wide-page" aria-busy=${this.loading}>
      <h2 id="page-title" tabindex="-1">${t("staff.title")}</h2>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      <ul class="cards">${this.people.map((each) => this.person(each))}</ul>
      <section class="one-card" aria-labelledby="invite-title"><h3 id="invite-title">${t("staff.invite")}</h3><p class="hint">${t("staff.invite_hint")}</p>
        <form class="two-columns" @submit=${(event: SubmitEvent) => void this.invite(event)}>
          <div class="field"><label for="invite-email">${t("staff.email")}</label><input type="email" id="invite-email" name="email" required autocomplete="off"></div>
          <div class="field"><label for="invite-name">${t("staff.name")}</label><input type="text" id="invite-name" name="name" required maxlength="80" autocomplete="off"></div>
          ${this.roles("invite", ["handler"])}${this.departments("invite", [])}
          ${this.formProblem && !this.editing ? html`<p class="problem" role="alert">${this.formProblem}</p>` : nothing}
          <div class="send-row"><button type="submit" class="button primary-small" id="invite-send">${t("staff.invite_send")}</button></div>
        </form></section>
      <details class="why one-card" @toggle=${(event: Event) => void this.fetchChanges((event.target as HTMLDetailsElement).open)}><summary>${t("staff.history")}</summary>
        <ul>${(this.changes ?? []).map((each) => html`<li>${moment(each.at)}: ${t(`staff.what.${each.what}`)}, ${this.about(each)}${each.by_name ? html` – ${each.by_name}` : nothing}${this.fields(each)}</li>`)}</ul></details>
    </div>`;
  }

  private about(change: StaffChange): string {
    return this.people.find((each) => each.staff_id === change.about)?.name ?? change.about;
  }

  private fields(change: StaffChange): TemplateResult | typeof nothing {
    const names = Object.keys(change.changes).filter((name) => change.what === "staff_changed" && name !== "name");
    return names.length ? html` <span class="hint">(${names.map((name) => t(`staff.field.${name}`)).join(", ")})</span>` : nothing;
  }

  private roles(where: string, chosen: string[]): TemplateResult {
    return html`<fieldset class="field"><legend>${t("staff.roles")}</legend>${ROLES.map((role) => html`<label class="tick"><input type="checkbox" name="roles" id="${where}-${role}" value=${role} ?checked=${chosen.includes(role)}><span>${t(`role.${role}`)}<small>${t(`role.${role}.may`)}</small></span></label>`)}</fieldset>`;
  }

  private departments(where: string, chosen: string[]): TemplateResult {
    const known = this.desk.colleagues.departments;
    const all = [...known, ...chosen.filter((id) => !known.some((each) => each.id === id)).map((id) => ({ id, name: id }))];
    return html`<fieldset class="field"><legend>${t("staff.departments")}</legend><p class="hint">${t("staff.departments_hint")}</p>
      ${this.desk.colleaguesProblem ? html`<p class="error">${this.desk.colleaguesProblem}</p>` : nothing}
      ${all.map((each) => html`<label class="tick"><input type="checkbox" name="departments" id="${where}-in-${each.id}" value=${each.id} ?checked=${chosen.includes(each.id)}><span>${each.name}</span></label>`)}</fieldset>`;
  }

  private person(one: StaffRow): TemplateResult {
    const open = this.editing === one.staff_id;
    return html`<li class="one-card ${one.suspended ? "suspended" : ""}" data-staff=${one.staff_id}>
      <h3>${one.name}${one.suspended ? html` <span class="badge">${t("staff.suspended")}</span>` : nothing}</h3>
      <p class="row-facts"><span>${one.email}</span><span>${one.roles.map((role) => t(`role.${role}`)).join(", ")}</span><span>${one.departments.map((id) => this.desk.department(id)).join(", ") || t("staff.whole")}</span><span>${t(`staff.login.${one.login}`)}</span></p>
      ${one.cover ? html`<p>${t("staff.covered", { name: this.people.find((each) => each.staff_id === one.cover?.by)?.name ?? "", day: day(one.cover.until) })}</p>` : nothing}
      <div class="quick"><button type="button" class="button small" id="edit-${one.staff_id}" aria-expanded=${open} @click=${() => { this.editing = open ? "" : one.staff_id; this.formProblem = ""; this.desk.changed(); }}>${t("staff.edit")}</button>
        <button type="button" class="button small" @click=${() => { this.editing = one.staff_id; void this.change(one, { suspended: !one.suspended }); }}>${t(one.suspended ? "staff.let_back" : "staff.suspend")}</button></div>
      ${open ? this.form(one) : nothing}</li>`;
  }

  private form(one: StaffRow): TemplateResult {
    const others = this.people.filter((each) => each.staff_id !== one.staff_id && !each.suspended);
    return html`<form class="two-columns" @submit=${(event: SubmitEvent) => this.save(event, one)}>
      <div class="field"><label for="name-${one.staff_id}">${t("staff.name")}</label><input type="text" id="name-${one.staff_id}" name="name" required maxlength="80" value=${one.name}></div>
      ${this.roles(one.staff_id, one.roles)}${this.departments(one.staff_id, one.departments)}
      <fieldset class="field"><legend>${t("staff.cover")}</legend>
        <div class="field"><label for="by-${one.staff_id}">${t("staff.cover_by")}</label><select id="by-${one.staff_id}" name="by"><option value="">${t("staff.cover_none")}</option>${others.map((each) => html`<option value=${each.staff_id} ?selected=${one.cover?.by === each.staff_id}>${each.name}</option>`)}</select></div>
        <div class="field"><label for="until-${one.staff_id}">${t("staff.cover_until")}</label><input type="date" id="until-${one.staff_id}" name="until" min=${today()} value=${one.cover?.until ?? ""}></div></fieldset>
      ${this.formProblem ? html`<p class="problem" role="alert">${this.formProblem}</p>` : nothing}
      <div class="send-row"><button type="submit" class="button primary-small">${t("staff.save")}</button></div></form>`;
  }
}

function text(fields: FormData, name: string): string {
  return fields.get(name)?.toString().trim() ?? "";
}
