/** The element with that id. Throws when the page and the script do not belong together. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`no #${id}`);
  return element as T;
}

/** A new element with properties and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<Omit<HTMLElementTagNameMap[K], "style">> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** What the server put into the page as JSON. */
export function pageData<T>(): T {
  return JSON.parse(byId("page").textContent ?? "{}") as T;
}

/** Runs `action` once calls have paused for `delay` milliseconds. */
export function debounce(delay: number, action: () => void): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(action, delay);
  };
}

/** Marks a button as busy without taking focus from it, which `disabled` would. */
export function setBusy(button: HTMLElement, busy: boolean): void {
  if (busy) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A warning with a number to call, as the API and the page's own rules give it. */
export interface Notice {
  code: string;
  text: string;
  phone?: string | null;
}
