import { byId, debounce, make } from "./dom";
import { t } from "./texts";
import { fit, wordsOf } from "./words";

export interface Category {
  category: string;
  name: string;
  kind: string;
  visibility: string;
  keywords?: string[];
}

export interface Group {
  id: string;
  name: string;
  categories: Category[];
}

interface Entry {
  category: Category;
  group: string;
  name: string[];
  words: string[];
  groupName: string[];
}

/** The categories that fit what was typed, best first. Every typed word has to fit something. */
export function find(entries: Entry[], typed: string[]): Entry[] {
  const scored = entries.map((entry) => {
    let score = 0;
    for (const word of typed) {
      const inName = Math.max(0, ...entry.name.map((known) => fit(word, known)));
      const inWords = Math.max(0, ...entry.words.map((known) => fit(word, known)));
      const inGroup = Math.max(0, ...entry.groupName.map((known) => fit(word, known)));
      const best = Math.max(inName * 1.1, inWords, inGroup * 0.5);
      if (!best) return { entry, score: 0 };
      score += best;
    }
    return { entry, score };
  });
  return scored.filter((each) => each.score > 0).sort((a, b) => b.score - a.score).map((each) => each.entry);
}

/** The categories that a description hints at: whole words and beginnings only, since nobody asked for a guess. */
export function suggest(entries: Entry[], description: string): Entry[] {
  const typed = wordsOf(description).filter((word) => word.length >= 4);
  const scored = entries.map((entry) => {
    const known = [...entry.name, ...entry.words].filter((word) => word.length >= 4);
    const hits = typed.filter((word) => known.some((each) => word.startsWith(each) || (word.length >= 5 && each.startsWith(word))));
    return { entry, score: new Set(hits).size };
  });
  return scored.filter((each) => each.score > 0).sort((a, b) => b.score - a.score).slice(0, 3).map((each) => each.entry);
}

/**
 * The category chooser: a search field and plain lists of buttons. Buttons, because every screen reader and every
 * thumb knows them, and moving through the list never chooses anything by accident as arrow keys on radios do.
 */
export class CategoryPicker {
  private readonly entries: Entry[];
  private readonly select = byId<HTMLSelectElement>("category");
  private readonly search = byId<HTMLInputElement>("category-search");
  private readonly hits = byId("category-hits");

  constructor(
    groups: Group[],
    private readonly onChange: (category: Category | null, byPerson: boolean) => void,
  ) {
    this.entries = groups.flatMap((group) =>
      group.categories.map((category) => ({
        category,
        group: group.name,
        name: wordsOf(category.name),
        words: wordsOf((category.keywords ?? []).join(" ")),
        groupName: wordsOf(group.name),
      })),
    );
    const area = byId("category-groups");
    for (const group of groups) {
      const list = make("ul", { className: "choices" });
      for (const entry of this.entries.filter((each) => group.categories.includes(each.category))) {
        list.append(make("li", {}, this.button(entry, false)));
      }
      area.append(make("details", { className: "group" }, make("summary", { textContent: group.name }), list));
    }
    byId("category-unknown").addEventListener("click", () => this.choose("", true));
    byId("category-change").addEventListener("click", () => {
      this.show(false);
      this.search.focus();
    });
    const run = debounce(150, () => this.runSearch());
    this.search.addEventListener("input", run);
    this.search.addEventListener("keydown", (event) => {
      const first = this.hits.querySelector<HTMLButtonElement>("button");
      if (event.key === "Enter") {
        // Enter here means "search", never "send the report".
        event.preventDefault();
        this.runSearch();
        this.hits.querySelector<HTMLButtonElement>("button")?.focus();
      } else if (event.key === "ArrowDown" && first) {
        event.preventDefault();
        first.focus();
      } else if (event.key === "Escape" && this.search.value) {
        event.preventDefault();
        this.search.value = "";
        this.runSearch();
      }
    });
    this.hits.addEventListener("keydown", (event) => this.walk(event));
  }

  get chosen(): Category | null {
    return this.entries.find((each) => each.category.category === this.select.value)?.category ?? null;
  }

  /** Chooses by id; an empty id is "I don't know", which is an answer too when a person gives it. */
  choose(id: string, byPerson: boolean): void {
    this.select.value = id;
    if (this.select.selectedIndex < 0) this.select.value = "";
    const name = this.chosen?.name ?? byId("category-unknown").querySelector("span")?.textContent ?? "";
    byId("category-name").textContent = name;
    this.show(Boolean(id) || byPerson);
    if (byPerson) {
      byId("category-change").focus();
      byId("category-count").textContent = t("js.category.chosen", { name });
    }
    this.onChange(this.chosen, byPerson);
  }

  offerFor(description: string): void {
    const found = suggest(this.entries, description);
    const list = byId("category-suggestions");
    list.replaceChildren(...found.map((entry) => make("li", {}, this.button(entry, false))));
    byId("category-suggested").hidden = found.length === 0;
  }

  private show(chosen: boolean): void {
    byId("category-chosen").hidden = !chosen;
    byId("category-search-area").hidden = chosen;
    if (!chosen) byId("category-count").textContent = "";
  }

  private button(entry: Entry, withGroup: boolean): HTMLButtonElement {
    const button = make("button", { type: "button", className: "choice" }, make("span", { textContent: entry.category.name }));
    if (withGroup) button.append(make("small", { textContent: entry.group }));
    button.dataset.category = entry.category.category;
    button.addEventListener("click", () => this.choose(entry.category.category, true));
    return button;
  }

  private runSearch(): void {
    const typed = wordsOf(this.search.value);
    const searching = typed.length > 0;
    const found = searching ? find(this.entries, typed).slice(0, 8) : [];
    this.hits.replaceChildren(...found.map((entry) => make("li", {}, this.button(entry, true))));
    this.hits.hidden = found.length === 0;
    byId("category-groups").hidden = searching;
    byId("category-count").textContent = !searching
      ? ""
      : found.length === 0
        ? t("js.category.none")
        : found.length === 1
          ? t("js.category.one")
          : t("js.category.results", { n: found.length });
  }

  private walk(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const buttons = [...this.hits.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    event.preventDefault();
    const next = buttons[at + (event.key === "ArrowDown" ? 1 : -1)];
    (next ?? (event.key === "ArrowUp" ? this.search : buttons[at]))?.focus();
  }
}
