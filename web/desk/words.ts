import { language, t } from "./texts";

const DAY = 86_400_000;
const SWEDEN = "Europe/Stockholm";

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(language() === "sv" ? "sv-SE" : "en-GB", { timeZone: SWEDEN, ...options });
}

/** Today in Sweden, or the day so many days from now, as `2026-11-22`. */
export function today(later = 0): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: SWEDEN }).format(new Date(Date.now() + later * DAY));
}

function daysSince(iso: string): number {
  const then = new Intl.DateTimeFormat("sv-SE", { timeZone: SWEDEN }).format(new Date(iso));
  return Math.round((Date.parse(today()) - Date.parse(then)) / DAY);
}

export function clock(iso: string): string {
  return format({ hour: "2-digit", minute: "2-digit" }).format(new Date(iso)).replace(":", language() === "sv" ? "." : ":");
}

/** How long ago, in the words people use. */
export function age(iso: string): string {
  const days = daysSince(iso);
  if (days <= 0) return t("age.today", { time: clock(iso) });
  if (days === 1) return t("age.yesterday");
  if (days < 14) return t("age.days", { days });
  if (days < 60) return t("age.weeks", { weeks: Math.floor(days / 7) });
  return t("age.months", { months: Math.floor(days / 30) });
}

/** A day, with its year when it is another one. */
export function day(iso: string): string {
  const date = new Date(iso.length === 10 ? `${iso}T12:00:00Z` : iso);
  const other = iso.slice(0, 4) !== today().slice(0, 4);
  return format({ day: "numeric", month: "long", ...(other ? { year: "numeric" } : {}) }).format(date);
}

export function moment(iso: string): string {
  const days = daysSince(iso);
  if (days === 0) return t("when.today", { time: clock(iso) });
  if (days === 1) return t("when.yesterday", { time: clock(iso) });
  return t("when.day", { day: day(iso), time: clock(iso) });
}

/** By when something was promised, in the words people use. */
export function due(iso: string): string {
  const days = -daysSince(iso);
  if (days === -1) return t("due.over_yesterday");
  if (days < 0) return t("due.over", { age: age(iso) });
  if (Date.parse(iso) < Date.now()) return t("due.over_today", { time: clock(iso) });
  if (days === 0) return t("due.today", { time: clock(iso) });
  return days === 1 ? t("due.tomorrow") : t("due.day", { day: day(iso) });
}

export function distance(metres: number): string {
  if (metres < 950) return t("distance.metres", { metres: Math.max(10, Math.round(metres / 10) * 10) });
  const km = metres / 1000;
  return t("distance.km", { km: (km < 10 ? km.toFixed(1) : String(Math.round(km))).replace(".", language() === "sv" ? "," : ".") });
}

/** Metres between two points on the globe. */
export function metresBetween(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const radians = Math.PI / 180;
  const x = (b.lon - a.lon) * radians * Math.cos(((a.lat + b.lat) / 2) * radians);
  return Math.hypot(x, (b.lat - a.lat) * radians) * 6_371_000;
}
