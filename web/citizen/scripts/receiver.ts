import { call, Refused, type Located } from "./api";
import { byId, make } from "./dom";
import { t } from "./texts";

/** Where it is and what it is about, as far as that decides who receives it. `municipality`: its name. */
export interface Question {
  point: { lat: number; lon: number } | null;
  accuracy: number | null;
  category: string;
  chosenNearBorder: string;
  municipality: string;
}

/** Says who will receive the report, before it is sent, with every doubt there is. */
export class Receiver {
  private readonly box = byId("receiver");
  private readonly empty = this.box.innerHTML;
  private asked = "";
  private running: AbortController | null = null;

  constructor(private readonly onFound: (found: Located | null) => void) {}

  async update({ point, accuracy, category, chosenNearBorder, municipality }: Question): Promise<void> {
    const query = new URLSearchParams(point ? { lat: String(point.lat), lon: String(point.lon) } : {});
    if (accuracy) query.set("accuracy_m", String(accuracy));
    if (category) query.set("category", category);
    if (chosenNearBorder) query.set("municipality", chosenNearBorder);
    const question = point ? String(query) : `-${municipality}`;
    if (question === this.asked) return;
    this.asked = question;
    this.running?.abort();
    byId("receiver-title").textContent = t("js.receiver.title");
    if (!point) {
      this.onFound(null);
      if (municipality) this.say(t("js.receiver.by_municipality", { municipality }));
      else this.box.innerHTML = this.empty;
      return;
    }
    if (!navigator.onLine) {
      this.asked = "";
      this.say(t("js.receiver.offline"));
      return;
    }
    this.running = new AbortController();
    if (!this.box.querySelector(".receiver-name")) this.say(t("js.receiver.searching"));
    try {
      this.show(await call<Located>(`/api/v1/locate?${query}`, { signal: this.running.signal }));
    } catch (error) {
      if (error instanceof DOMException) return;
      if (error instanceof Refused) this.onFound(null);
      this.asked = "";
      this.say(error instanceof Refused ? (error.problem.detail ?? error.problem.title) : t(navigator.onLine ? "js.receiver.failed" : "js.receiver.offline"), error instanceof Refused);
    }
  }

  private say(text: string, flagged = false): void {
    this.box.replaceChildren(make("p", { textContent: text, className: flagged ? "flag" : "" }));
  }

  private show(found: Located): void {
    this.onFound(found);
    const name = make("p", { className: "receiver-name" });
    if (found.body) name.append(make("strong", { textContent: found.body.name }), make("br"), t("js.receiver.by_rule", { municipality: found.municipality.name }));
    else if (found.department) name.append(make("strong", { textContent: found.department.name }), make("br"));
    if (!found.body) name.append(found.municipality.name);
    this.box.replaceChildren(name);
    byId("receiver-title").textContent = t(found.claimed ? "js.receiver.title" : "js.receiver.belongs");
    const sentence = found.routing?.sentence;
    const add = (text: string, className: string): void => void this.box.append(make("p", { textContent: text, className }));
    if (sentence) add(sentence, "hint");
    // The sentence may say it already; twice would make a small doubt sound large.
    const neighbour = found.neighbour?.name;
    if (neighbour && !sentence?.includes(neighbour)) add(t("js.receiver.border", { neighbour, metres: Math.max(1, Math.round(found.neighbour_m ?? found.border_m ?? 0)) }), "flag");
    if (!found.claimed) add(t("js.receiver.unclaimed", { municipality: found.municipality.name }), "flag");
  }
}
