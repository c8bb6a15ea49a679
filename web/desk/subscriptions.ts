import { html, nothing, type TemplateResult } from "lit";
import type { Desk } from "./desk";
import { shownOnce } from "./shown_once";
import { t } from "./texts";
import { moment } from "./words";

export interface Subscription {
  subscription_id: string;
  name: string;
  kind: string;
  target: string;
  queue: string | null;
  filter: { types: string[]; categories: string[]; kinds: string[]; departments: string[] };
  state: "unverified" | "active" | "paused" | "disabled";
  failing_since: string | null;
  left_alone_until: string | null;
}

const KINDS = ["webhook", "sqs", "eventbridge", "sns"];

/** How a subscription is getting on, in words. */
export function stateText(it: Subscription): string {
  if (it.state === "active" && it.failing_since) return t("subscription.failing", { when: moment(it.failing_since) });
  return t(`subscription.${it.state}`);
}

/** For a municipality's admins: where its events are sent, and how that goes. */
export class SubscriptionsPage {
  private found: Subscription[] | null = null;
  private made: { name: string; secret: string } | null = null;
  private kind = KINDS[0] ?? "";
  private problem = "";
  private formProblem = "";

  constructor(private readonly desk: Desk) {}

  open(): void {
    this.made = null;
    void this.load();
  }

  private async load(): Promise<void> {
    await this.desk.trying(
      async () => {
        this.found = (await this.desk.api.get<{ subscriptions: Subscription[] }>("/subscriptions", this.desk.here)).subscriptions;
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
  }

  private async make(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const fields = new FormData(form);
    const body = { name: fields.get("name"), kind: this.kind, target: fields.get("target"), filter: { departments: fields.getAll("departments") } };
    await this.desk.trying(
      async () => {
        const made = await this.desk.api.post<Subscription & { secret: string | null }>("/subscriptions", body, this.desk.here);
        this.made = made.secret ? { name: made.name, secret: made.secret } : null;
        this.formProblem = "";
        form.reset();
        this.desk.toast({ text: t("subscription.made_now", { name: made.name }) });
        await this.load();
        this.desk.focus(this.made ? "#made-title" : "#page-title");
      },
      (text) => (this.formProblem = text),
    );
  }

  view(): TemplateResult {
    const { found, made } = this;
    return html`<div class="wide-page" aria-busy=${found === null && !this.problem}>
      <h2 id="page-title" tabindex="-1">${t("me.subscriptions")}</h2><p class="lead">${t("subscription.lead")} <a href="/docs/events/">${t("keys.docs")}</a></p>
      ${made ? shownOnce(this.desk, t("subscription.secret", { name: made.name }), made.secret, () => (this.made = null)) : nothing}
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${found && !found.length ? html`<p class="empty">${t("subscription.none")}</p>` : nothing}
      <ul class="cards">${(found ?? []).map(
        (it) => html`<li class="one-card" data-subscription=${it.subscription_id}><h3><a href="#/subscription/${it.subscription_id}">${it.name}</a> <span class="badge ${it.state === "disabled" || it.failing_since ? "high" : ""}">${stateText(it)}</span></h3>
          <p class="row-facts"><span>${t(`subscription.kind.${it.kind}`)}</span><span class="written">${it.queue ?? it.target}</span></p></li>`,
      )}</ul>
      ${this.form()}</div>`;
  }

  private form(): TemplateResult {
    const choose = (event: Event): void => {
      this.kind = (event.target as HTMLSelectElement).value;
      this.desk.changed();
    };
    return html`<section class="one-card" aria-labelledby="make-title"><h3 id="make-title">${t("subscription.make")}</h3>
      <form class="two-columns" @submit=${(event: SubmitEvent) => void this.make(event)}>
        <div class="field"><label for="subscription-name">${t("subscription.name")}</label><input type="text" id="subscription-name" name="name" required maxlength="80" autocomplete="off"></div>
        <div class="field"><label for="subscription-kind">${t("subscription.how")}</label><select id="subscription-kind" @change=${choose}>${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${t(`subscription.kind.${kind}`)}</option>`)}</select></div>
        <div class="field"><label for="subscription-target">${t(`subscription.target.${this.kind}`)}</label><input type="text" id="subscription-target" name="target" required maxlength="500" autocomplete="off" spellcheck="false"></div>
        <fieldset class="field"><legend>${t("subscription.departments")}</legend>${this.desk.colleagues.departments.map((each) => html`<label class="tick"><input type="checkbox" name="departments" value=${each.id}><span>${each.name}</span></label>`)}</fieldset>
        ${this.formProblem ? html`<p class="problem" role="alert">${this.formProblem}</p>` : nothing}
        <div class="send-row"><button type="submit" class="button primary-small" id="make-subscription">${t("subscription.make_send")}</button></div></form></section>`;
  }
}
