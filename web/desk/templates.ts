import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { categories, categoryOptions } from "./categories";
import type { Desk } from "./desk";
import { language, t } from "./texts";
import type { Template } from "./types";

const VARIABLES = ["reference", "category", "place", "municipality", "department", "date"];

/** The municipality's own ready-made answers. */
export class TemplatesPage {
  private templates: Template[] = [];
  private editing: Template | null = null;
  private loaded = false;
  private problem = "";
  private formProblem = "";

  constructor(private readonly desk: Desk) {}

  open(): void {
    this.editing = null;
    void this.load();
    void this.desk.trying(categories, (text) => (this.problem = text));
  }

  private async load(): Promise<void> {
    await this.desk.trying(
      async () => {
        this.templates = (await this.desk.api.get<{ templates: Template[] }>("/templates", this.desk.here)).templates;
        this.loaded = true;
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
  }

  private edit(template: Template | null): void {
    this.editing = template ?? { template_id: crypto.randomUUID(), name: "", text: "", language: language(), categories: [], statuses: [] };
    this.formProblem = "";
    this.desk.focus("#template-name");
  }

  private async save(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { editing } = this;
    if (!editing) return;
    await this.desk.trying(
      async () => {
        const { template_id, name, text, categories, statuses, language } = editing;
        await this.desk.api.put(`/templates/${template_id}`, { name, text, language, categories, statuses }, this.desk.here);
        this.editing = null;
        this.desk.toast({ text: t("templates.saved") });
        await this.load();
        this.desk.focus("#page-title");
      },
      (text) => (this.formProblem = text),
    );
  }

  private remove(template: Template): void {
    this.desk.dialogs.ask({
      title: t("templates.remove_title", { name: template.name }),
      body: () => html`<p>${t("templates.remove_text")}</p>`,
      send: t("templates.remove"),
      run: async () => {
        let done = false;
        await this.desk.trying(async () => {
          await this.desk.api.delete(`/templates/${template.template_id}`, this.desk.here);
          done = true;
          this.desk.toast({ text: t("templates.removed", { name: template.name }) });
          await this.load();
        }, this.desk.dialogs.fail);
        return done;
      },
    });
  }

  view(): TemplateResult {
    return html`<div class="wide-page"><h2 id="page-title" tabindex="-1">${t("me.templates")}</h2><p class="lead">${t("templates.lead")}</p>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${this.loaded && !this.templates.length && !this.editing ? html`<p class="empty">${t("templates.none_yet")}</p>` : nothing}
      <ul class="cards">${this.templates.map(
        (each) => html`<li class="one-card"><h3>${each.name}</h3><p class="written">${each.text}</p>
          ${this.desk.may("assign") ? html`<div class="quick"><button type="button" class="button small" @click=${() => this.edit(each)}>${t("templates.edit")}</button><button type="button" class="quiet small" @click=${() => this.remove(each)}>${t("templates.remove")}</button></div>` : nothing}</li>`,
      )}</ul>
      ${this.editing ? this.form(this.editing) : !this.desk.may("assign") ? nothing : html`<button type="button" class="button secondary" id="new-template" @click=${() => this.edit(null)}>${t("templates.new")}</button>`}</div>`;
  }

  /** What is filled in by itself, put where the cursor stands. */
  private put(it: Template, name: string): void {
    const area = document.querySelector<HTMLTextAreaElement>("#template-text");
    if (!area) return;
    area.setRangeText(`{${name}}`, area.selectionStart, area.selectionEnd, "end");
    it.text = area.value;
    area.focus();
  }

  private form(it: Template): TemplateResult {
    return html`<form class="one-card" @submit=${(event: SubmitEvent) => void this.save(event)}>
      <div class="field"><label for="template-name">${t("templates.name")}</label><input type="text" id="template-name" required maxlength="80" .value=${live(it.name)} @input=${(event: Event) => (it.name = (event.target as HTMLInputElement).value)}></div>
      <div class="field"><label for="template-category">${t("filter.category")}</label><select id="template-category" @change=${(event: Event) => (it.categories = [(event.target as HTMLSelectElement).value].filter(Boolean))}><option value="">${t("filter.any")}</option>${categoryOptions(it.categories[0] ?? "")}</select></div>
      <div class="field"><label for="template-language">${t("contact.language")}</label><select id="template-language" @change=${(event: Event) => (it.language = (event.target as HTMLSelectElement).value)}>${["sv", "en"].map((each) => html`<option value=${each} ?selected=${it.language === each}>${t(`language.${each}`)}</option>`)}</select></div>
      <div class="field"><label for="template-text">${t("templates.text")}</label><p class="hint" id="template-hint">${t("templates.variables")}</p>
        <div class="quick">${VARIABLES.map((name) => html`<button type="button" class="button small" id="put-${name}" @click=${() => this.put(it, name)}>${t(`variable.${name}`)}</button>`)}</div><textarea id="template-text" required rows="5" maxlength="2000" aria-describedby="template-hint" .value=${live(it.text)} @input=${(event: Event) => (it.text = (event.target as HTMLTextAreaElement).value)}></textarea></div>
      ${this.formProblem ? html`<p class="problem" role="alert">${this.formProblem}</p>` : nothing}
      <div class="send-row"><button type="submit" class="button primary-small">${t("staff.save")}</button><button type="button" class="quiet small" @click=${() => { this.editing = null; this.desk.focus("#page-title"); }}>${t("box.cancel")}</button></div></form>`;
  }
}
