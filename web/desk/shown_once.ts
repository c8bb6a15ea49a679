import { html, type TemplateResult } from "lit";
import { copy } from "../citizen/scripts/dom";
import type { Desk } from "./desk";
import { t } from "./texts";

/** A secret that is shown this once: what it opens, a way to copy it, and a button for having kept it. */
export function shownOnce(desk: Desk, title: string, secret: string, kept: () => void): TemplateResult {
  const copying = async (): Promise<void> => {
    const done = await copy(secret);
    desk.toast({ text: t(done ? "keys.copied" : "keys.not_copied"), bad: !done });
  };
  return html`<section class="made" aria-labelledby="made-title"><h3 id="made-title" tabindex="-1">${title}</h3><p>${t("keys.once")}</p>
    <p><code id="made-key">${secret}</code></p><div class="quick"><button type="button" class="button small" @click=${() => void copying()}>${t("keys.copy")}</button>
    <button type="button" class="quiet small" @click=${() => { kept(); desk.changed(); }}>${t("keys.kept")}</button></div></section>`;
}
