import { html, svg, type TemplateResult } from "lit";

const PATHS: Record<string, string> = {
  inbox: "M3 13h5l1.5 3h5L16 13h5M5 5h14l2 8v6H3v-6L5 5Z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 8c1-4 4-6 8-6s7 2 8 6",
  near: "M12 3 5 21l7-4 7 4-7-18Z",
  fork: "M12 21v-7M12 14 6 8V3M12 14l6-6V3M4 5l2-2 2 2M16 5l2-2 2 2",
  more: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6 6 18",
  camera: "M4 8h3l2-3h6l2 3h3v11H4V8Zm8 9a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z",
  fault: "M14 6a4 4 0 0 0-5 5l-6 6 3 3 6-6a4 4 0 0 0 5-5l-3 3-3-3 3-3Z",
  question: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.500 1.200-1.500 2.400M12 18h.01",
  suggestion: "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.500 11c.8.6 1 1 1 2h5c0-1 .2-1.400 1-2A6 6 0 0 0 12 3Z",
  complaint: "M4 5h16v11H9l-5 4V5Zm8 3v3M12 14h.01",
  praise: "M12 20S4 15 4 9a4 4 0 0 1 8-1 4 4 0 0 1 8 1c0 6-8 11-8 11Z",
  lock: "M6 11h12v9H6v-9Zm2 0V8a4 4 0 0 1 8 0v3",
  everyone: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  group: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8c.7-3 3-5 6-5s5.300 2 6 5M16 5a3 3 0 0 1 0 6M18 14c2 .7 3 2.500 3.500 5",
  back: "M15 5l-7 7 7 7",
};

/** A drawing beside words that say the same. */
export function icon(name: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${svg`<path d=${PATHS[name] ?? PATHS["list"] ?? ""}></path>`}</svg>`;
}
