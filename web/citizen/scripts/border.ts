import type { Located } from "./api";
import { byId } from "./dom";
import { t } from "./texts";

const UNKNOWN = "unknown";

/** Which of two municipalities is meant: asked where the point is in doubt, and nowhere else. */
export class BorderChoice {
  private readonly box = byId("border");
  private readonly status = byId("border-status");
  private readonly radios = [...this.box.querySelectorAll<HTMLInputElement>('input[type="radio"]')];
  /** What the person has chosen, kept in the form so that a draft holds it; empty while nobody has touched it. */
  private readonly chosen = this.box.querySelector<HTMLInputElement>('input[name="border_municipality"]')!;

  constructor() {
    for (const radio of this.radios) radio.addEventListener("change", () => (this.chosen.value = radio.value));
  }

  /** The municipality that the person says it is; empty when not asked, not answered, or not known. */
  get municipality(): string {
    return this.chosen.value === UNKNOWN ? "" : this.chosen.value;
  }

  /** Asks about the place that was found if it is near a border; else takes the question and its answer back. */
  show(found: Located | null): void {
    const other = found?.neighbour;
    if (!found || !other) {
      this.box.hidden = true;
      this.chosen.value = this.status.textContent = "";
      return;
    }
    // Once the neighbour is chosen the answer is about it; the point still lies where it lay.
    const asChosen = found.routing?.municipality_method === "chosen_near_border";
    const [lies, near] = asChosen ? [other, found.municipality] : [found.municipality, other];
    if (![lies.code, near.code, UNKNOWN].includes(this.chosen.value)) this.chosen.value = "";
    const metres = Math.max(1, Math.round(found.neighbour_m ?? found.border_m ?? 0));
    const question = t("js.border.question", { metres, neighbour: near.name });
    byId("border-question").textContent = question;
    byId("border-hint").textContent = t("js.border.hint", { municipality: lies.name });
    [lies, near].forEach(({ code, name }, number) => {
      const radio = this.radios[number]!;
      radio.value = code;
      radio.nextElementSibling!.textContent = name;
    });
    const checked = this.chosen.value || lies.code;
    for (const radio of this.radios) radio.checked = radio.value === checked;
    // Said once, when the question comes: whoever nudges the pin hears of the pin.
    if (this.box.hidden) this.status.textContent = question;
    this.box.hidden = false;
  }
}
