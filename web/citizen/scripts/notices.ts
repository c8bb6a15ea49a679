import { byId, make, type Notice } from "./dom";
import { t } from "./texts";

export interface NoticeRule extends Notice {
  patterns: string[];
  categories: string[];
}

/** JavaScript's `\b` takes å, ä and ö for punctuation: the rules are written for one that does not. */
function pattern(source: string): RegExp | null {
  const boundary = "(?:(?<![\\p{L}\\p{N}_])(?=[\\p{L}\\p{N}_])|(?<=[\\p{L}\\p{N}_])(?![\\p{L}\\p{N}_]))";
  try {
    return new RegExp(source.replaceAll("\\b", boundary), "iu");
  } catch {
    return null;
  }
}

export function noticeBox(notice: Notice): HTMLElement {
  const box = make("div", { className: "notice" }, make("p", { textContent: notice.text }));
  if (notice.phone) {
    const number = notice.phone.replace(/[^+\d]/g, "");
    box.append(make("a", { className: "button call", href: `tel:${number}`, textContent: t("js.notices.call", { phone: notice.phone }) }));
  }
  return box;
}

/** Shows what somebody should know before sending. A guess by words, so it never stands in the way. */
export class Notices {
  private readonly rules: { rule: NoticeRule; patterns: RegExp[] }[];
  private shown = "";

  constructor(rules: NoticeRule[]) {
    this.rules = rules.map((rule) => ({ rule, patterns: rule.patterns.map(pattern).filter((each) => each !== null) }));
  }

  update(description: string, category: string): void {
    const found = this.rules.filter(
      ({ rule, patterns }) => (category !== "" && rule.categories.includes(category)) || patterns.some((each) => each.test(description)),
    );
    const now = found.map(({ rule }) => rule.code).join(" ");
    // A live region that is filled again with the same words would be read again while somebody types.
    if (now === this.shown) return;
    this.shown = now;
    byId("notices").replaceChildren(...found.map(({ rule }) => noticeBox(rule)));
  }
}
