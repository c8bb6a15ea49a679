import { html, nothing, type TemplateResult } from "lit";
import { Refused } from "./api";
import type { Desk, Route } from "./desk";
import { shownOnce } from "./shown_once";
import { stateText, type Subscription } from "./subscriptions";
import { t } from "./texts";
import { moment } from "./words";

interface Attempt {
  attempt_id: string;
  at: string;
  outcome: "delivered" | "failed" | "given_up";
  type: string;
  event_id: string;
  case_id: string | null;
  sequence: number | null;
  attempt: number;
  status: number | null;
  error: string | null;
  duration_ms: number;
}
interface Page {
  deliveries: Attempt[];
  next: string | null;
}
interface Checked {
  at: string;
  passed: boolean;
  findings: { check: string; ok: boolean | null; text: string; status: number | null; duration_ms: number | null }[];
}
// What is asked for is done within seconds; then the log tells it.
const LOOKS = [1500, 3000, 6000, 12_000];

/** One subscription: every attempt to reach it, and what can be done about it. */
export class SubscriptionPage {
  private id = "";
  private it: Subscription | null = null;
  private attempts: Attempt[] = [];
  private next: string | null = null;
  private checked: Checked | null = null;
  private secret: string | null = null;
  private problem = "";

  constructor(private readonly desk: Desk) {}

  private get path(): string {
    return `/subscriptions/${this.id}`;
  }

  private get tells(): boolean {
    return this.it?.kind !== "sns";
  }

  open(route: Route): void {
    if (this.id !== route.id) {
      this.it = this.checked = this.secret = null;
      this.attempts = [];
    }
    this.id = route.id;
    void this.load();
  }

  private async load(): Promise<void> {
    await this.desk.trying(
      async () => {
        const id = this.id;
        const it = await this.desk.api.get<Subscription>(this.path, this.desk.here);
        const page = it.kind === "sns" ? { deliveries: [], next: null } : await this.desk.api.get<Page>(`${this.path}/deliveries`, this.desk.here);
        if (id !== this.id) return;
        this.it = it;
        this.attempts = page.deliveries;
        this.next = page.next;
        this.problem = "";
      },
      (text) => (this.problem = text),
    );
  }

  private async more(): Promise<void> {
    await this.desk.trying(
      async () => {
        const page = await this.desk.api.get<Page>(`${this.path}/deliveries`, { ...this.desk.here, before: this.next });
        this.attempts = [...this.attempts, ...page.deliveries];
        this.next = page.next;
      },
      (text) => (this.problem = text),
    );
  }

  /** Asks for something that is done in a moment, and looks at the log until it has been. */
  private async ask(what: string, body: object, said: string): Promise<void> {
    let asked = false;
    await this.desk.trying(
      async () => {
        await this.desk.api.post(`${this.path}/${what}`, body, this.desk.here);
        asked = true;
        this.desk.toast({ text: said });
      },
      (text) => this.desk.toast({ text, bad: true }),
    );
    if (!asked) return;
    const id = this.id;
    const since = Date.now();
    for (const wait of LOOKS) {
      await new Promise((done) => setTimeout(done, wait));
      if (this.id !== id || this.desk.route.name !== "subscription") return;
      await this.load();
      if (what === "conformance" && (await this.look(since))) return;
    }
  }

  /** What the check found, once there is a report that is newer than the asking. */
  private async look(since: number): Promise<boolean> {
    let found: Checked | null = null;
    await this.desk.trying(
      async () => {
        found = await this.desk.api.get<Checked>(`${this.path}/conformance`, this.desk.here);
      },
      (text, error) => {
        // At first there is none yet.
        if (!(error instanceof Refused) || error.problem.status !== 404) this.problem = text;
      },
    );
    return this.shows(found, since);
  }

  /** Clocks differ by seconds: an old report is older than that. */
  private shows(found: Checked | null, since: number): boolean {
    if (!found || Date.parse(found.at) < since - 10_000) return false;
    this.checked = found;
    this.desk.focus("#checked-title");
    return true;
  }

  private async change(patch: object, said: string): Promise<void> {
    await this.desk.trying(
      async () => {
        this.it = await this.desk.api.patch<Subscription>(this.path, patch, this.desk.here);
        this.desk.toast({ text: said });
      },
      (text) => this.desk.toast({ text, bad: true }),
    );
  }

  private async rotate(): Promise<void> {
    await this.desk.trying(
      async () => {
        this.secret = (await this.desk.api.post<{ secret: string }>(`${this.path}/secret`, {}, this.desk.here)).secret;
        this.desk.focus("#made-title");
      },
      (text) => this.desk.toast({ text, bad: true }),
    );
  }

  private remove(it: Subscription): void {
    this.desk.dialogs.ask({
      title: t("subscription.remove_title", { name: it.name }),
      body: () => html`<p>${t("subscription.remove_text")}</p>`,
      send: t("subscription.remove"),
      run: async () => {
        let done = false;
        await this.desk.trying(async () => {
          await this.desk.api.delete(this.path, this.desk.here);
          done = true;
          this.desk.toast({ text: t("subscription.removed", { name: it.name }) });
          this.desk.open("subscriptions");
        }, this.desk.dialogs.fail);
        return done;
      },
    });
  }

  private replay(): void {
    this.desk.dialogs.ask({
      title: t("subscription.replay"),
      body: () => html`<p>${t("subscription.replay_text")}</p>
        <div class="field"><label for="from">${t("subscription.from")}</label><input type="datetime-local" id="from" name="from" required></div>
        <div class="field"><label for="to">${t("subscription.to")}</label><input type="datetime-local" id="to" name="to"></div>`,
      send: t("subscription.replay_send"),
      run: async (fields) => {
        const [from, to] = [fields.get("from"), fields.get("to")].map((each) => (each ? new Date(String(each)).toISOString() : null));
        let done = false;
        await this.desk.trying(async () => {
          await this.desk.api.post(`${this.path}/replay`, { from, ...(to ? { to } : {}) }, this.desk.here);
          done = true;
          this.desk.toast({ text: t("subscription.replaying") });
        }, this.desk.dialogs.fail);
        return done;
      },
    });
  }

  view(): TemplateResult {
    const { it } = this;
    return html`<div class="wide-page" aria-busy=${it === null && !this.problem}>
      <p><a href="#/subscriptions">${t("me.subscriptions")}</a></p>
      <h2 id="page-title" tabindex="-1">${it?.name ?? t("subscription.one")}</h2>
      ${this.problem ? html`<p class="problem" role="alert">${this.problem}</p>` : nothing}
      ${it ? this.whole(it) : nothing}</div>`;
  }

  private whole(it: Subscription): TemplateResult {
    const webhook = it.kind === "webhook";
    return html`${this.secret ? shownOnce(this.desk, t("subscription.secret", { name: it.name }), this.secret, () => (this.secret = null)) : nothing}
      <dl class="facts"><dt>${t("subscription.how")}</dt><dd>${t(`subscription.kind.${it.kind}`)}</dd>
        <dt>${t("subscription.where")}</dt><dd class="written">${it.queue ?? it.target}</dd>
        <dt>${t("subscription.state")}</dt><dd id="subscription-state">${stateText(it)}</dd>
        ${it.left_alone_until ? html`<dt>${t("subscription.left_alone")}</dt><dd>${moment(it.left_alone_until)}</dd>` : nothing}
        <dt>${t("subscription.departments")}</dt><dd>${it.filter.departments.map((each) => this.desk.department(each)).join(", ") || t("staff.whole")}</dd></dl>
      <div class="quick">
        ${it.state === "active" && this.tells ? html`<button type="button" class="button small" id="send-test" @click=${() => void this.ask("test", {}, t("subscription.testing"))}>${t("subscription.test")}</button>` : nothing}
        ${webhook ? html`<button type="button" class="button small" id="check" @click=${() => void this.ask("conformance", {}, t("subscription.checking"))}>${t("subscription.check")}</button>` : nothing}
        ${this.tells ? html`<button type="button" class="button small" @click=${() => this.replay()}>${t("subscription.replay")}</button>` : nothing}
        ${it.state === "unverified" || it.state === "disabled" ? html`<button type="button" class="button small" @click=${() => void this.ask("verify", {}, t("subscription.verifying"))}>${t("subscription.verify")}</button>` : nothing}
        ${it.state === "active" ? html`<button type="button" class="button small" @click=${() => void this.change({ paused: true }, t("subscription.paused_now"))}>${t("subscription.pause")}</button>` : nothing}
        ${it.state === "paused" ? html`<button type="button" class="button small" @click=${() => void this.change({ paused: false }, t("subscription.resumed_now"))}>${t("subscription.resume")}</button>` : nothing}
        ${webhook ? html`<button type="button" class="button small" @click=${() => void this.rotate()}>${t("subscription.rotate")}</button>` : nothing}
        <button type="button" class="quiet small" @click=${() => this.remove(it)}>${t("subscription.remove")}</button></div>
      ${this.checked ? report(this.checked) : nothing}
      ${this.tells ? this.log() : html`<p class="hint">${t("subscription.no_log")}</p>`}`;
  }

  private log(): TemplateResult {
    return html`<h3>${t("subscription.log")}</h3><p class="hint">${t("subscription.log_hint")}</p>
      ${this.attempts.length ? html`<ul class="cards" id="log">${this.attempts.map((each) => this.attempt(each))}</ul>` : html`<p class="empty">${t("subscription.no_attempts")}</p>`}
      <div class="quick"><button type="button" class="button small" @click=${() => void this.load()}>${t("subscription.look_again")}</button>
      ${this.next ? html`<button type="button" class="button small" @click=${() => void this.more()}>${t("subscription.more")}</button>` : nothing}</div>`;
  }

  private attempt(each: Attempt): TemplateResult {
    const again = (): void => void this.ask("replay", { event_id: each.event_id }, t("subscription.replaying"));
    return html`<li class="one-card" data-event=${each.event_id}><p><span class="badge ${each.outcome === "delivered" ? "" : "high"}">${t(`subscription.outcome.${each.outcome}`)}</span> <b>${each.type}</b>${each.case_id ? html` <a href="#/case/${each.case_id}">${t("subscription.case", { sequence: each.sequence ?? "" })}</a>` : nothing}</p>
      <p class="row-facts"><span>${moment(each.at)}</span><span>${t("subscription.attempt", { number: each.attempt })}</span>${each.status ? html`<span>HTTP ${each.status}</span>` : nothing}${each.error ? html`<span>${each.error}</span>` : nothing}<span>${each.duration_ms} ms</span></p>
      ${each.case_id ? html`<div class="quick"><button type="button" class="quiet small" aria-label=${t("subscription.again_label", { type: each.type, when: moment(each.at) })} @click=${again}>${t("subscription.again")}</button></div>` : nothing}</li>`;
  }
}

function report({ at, passed, findings }: Checked): TemplateResult {
  const mark = (ok: boolean | null): string => t(ok === null ? "subscription.not_tried" : ok ? "subscription.right" : "subscription.wrong");
  return html`<section class="one-card" aria-labelledby="checked-title"><h3 id="checked-title" tabindex="-1">${t(passed ? "subscription.passed" : "subscription.not_passed")}</h3><p class="row-facts"><span>${moment(at)}</span></p>
    <ul class="dotted">${findings.map(({ ok, text, status, duration_ms }) => html`<li><span class="badge ${ok === false ? "high" : ""}">${mark(ok)}</span> ${text}${status ? html` <span class="hint">HTTP ${status}, ${duration_ms} ms</span>` : nothing}</li>`)}</ul></section>`;
}
