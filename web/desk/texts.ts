import type sv from "./texts/sv.json";

type Texts = Record<keyof typeof sv, string>;
let texts: Record<string, string> = {};

/** Fetches the texts of the page's language; nothing is shown before they have come. */
export async function loadTexts(language: string): Promise<void> {
  const found: { default: Texts } = language === "en" ? await import("./texts/en.json") : await import("./texts/sv.json");
  texts = found.default;
}

/** The text for `key` with `{name}` filled in, its `.one` form for a `count` of one; the key itself when it is missing, so that nothing ever breaks. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const found = (values["count"] === 1 ? texts[`${key}.one`] : undefined) ?? texts[key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function language(): "sv" | "en" {
  return document.documentElement.lang === "en" ? "en" : "sv";
}
