import { html, type TemplateResult } from "lit";
import { call } from "../citizen/scripts/api";

interface Groups {
  groups: { group: string; name: string; categories: { category: string; name: string }[] }[];
}

let known: Groups = { groups: [] };
let asked: Promise<void> | null = null;

/** Fetches the categories once; asked again when that failed. */
export function categories(): Promise<void> {
  asked ??= call<Groups>("/api/v1/categories")
    .then((found) => void (known = found))
    .catch((error: unknown) => {
      asked = null;
      throw error;
    });
  return asked;
}

export function categoryOptions(chosen: string): TemplateResult[] {
  return known.groups.map(
    (group) => html`<optgroup label=${group.name}>${group.categories.map((each) => html`<option value=${each.category} ?selected=${each.category === chosen}>${each.name}</option>`)}</optgroup>`,
  );
}
