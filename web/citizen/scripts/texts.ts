const element = document.getElementById("texts");
const texts = JSON.parse(element?.textContent ?? "{}") as Record<string, string>;

/** The text for `key` with `{name}` filled in; the key itself when it is missing, so that nothing ever breaks. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
