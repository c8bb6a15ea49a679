import { byId, copy, make, pageData } from "./dom";
import type { Tiles } from "./map";
import { noticeBox } from "./notices";
import { t } from "./texts";

document.documentElement.classList.add("has-js");

/** The token out of whatever was pasted: the whole private link or just its end. */
function tokenOf(text: string): string {
  return text.trim().replace(/^.*#t=/, "");
}

const tokenForm = document.getElementById("token-form") as HTMLFormElement | null;
const tokenField = document.getElementById("token") as HTMLInputElement | null;
const reference = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const TOKEN = `synpunkt.token.${reference}`;

function remember(name: string, value: string): void {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    /* only a convenience is lost */
  }
}

function recall(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Hands the token of a private link to the server for a cookie, and takes it out of the address at once. */
function openPrivateLink(): boolean {
  const token = /^#t=(.+)$/.exec(location.hash)?.[1];
  if (!token) return false;
  const clean = decodeURIComponent(token);
  history.replaceState(null, "", location.pathname + location.search);
  remember(TOKEN, clean);
  const form = make("form", { method: "post", action: location.pathname + location.search, hidden: true }, make("input", { type: "hidden", name: "token", value: clean }));
  document.body.append(form);
  form.submit();
  return true;
}

tokenForm?.addEventListener("submit", () => {
  if (!tokenField) return;
  tokenField.value = tokenOf(tokenField.value);
  remember(TOKEN, tokenField.value);
});

// A private link opened while the case is already on screen changes only the fragment.
window.addEventListener("hashchange", openPrivateLink);

const casePage = document.getElementById("case");
if (!openPrivateLink() && casePage) start(casePage);

function start(root: HTMLElement): void {
  const page = pageData<{ assets: string; tiles: Tiles | null }>();
  const token = "mine" in root.dataset ? recall(TOKEN) : null;
  const publicLink = location.origin + location.pathname;

  // ---- thanks ----
  const fresh = recall(`synpunkt.new.${reference}`);
  const thanks = byId("thanks");
  if (fresh !== null || new URLSearchParams(location.search).has("new")) {
    const notices = JSON.parse(fresh ?? "[]") as { code: string; text: string; phone?: string | null }[];
    // "Not there yet" has a card of its own below, with the text to send.
    byId("thanks-notices").append(...notices.filter((each) => each.code !== "unclaimed").map(noticeBox));
    thanks.hidden = false;
    byId("thanks-title").focus();
    const url = new URL(location.href);
    url.searchParams.delete("new");
    history.replaceState(null, "", url.pathname + url.search);
    sessionStorage.removeItem(`synpunkt.new.${reference}`);
  }
  byId("thanks-close").addEventListener("click", () => {
    thanks.hidden = true;
    byId("main").focus();
  });

  // ---- copy and share ----
  const share = document.getElementById("share");
  if (share) share.hidden = !("share" in navigator);
  share?.addEventListener("click", () => void navigator.share({ title: document.title, url: publicLink }).catch(() => undefined));
  for (const button of document.querySelectorAll<HTMLElement>('[data-copy="private"]')) button.hidden = token === null;
  const hint = document.getElementById("private-hint");
  if (hint) hint.hidden = token === null;
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    const ready = document.getElementById("ready") as HTMLTextAreaElement | null;
    const text = { private: `${publicLink}#t=${encodeURIComponent(token ?? "")}`, public: publicLink, ready: ready?.value ?? "" }[button.dataset.copy ?? ""];
    void copy(text ?? "").then((done) => {
      const words = t(done ? "js.copy.done" : "js.copy.failed");
      byId("announce").textContent = words;
      if (!button.dataset.label) button.dataset.label = button.textContent ?? "";
      if (done) button.textContent = words;
      setTimeout(() => (button.textContent = button.dataset.label ?? ""), 2500);
    });
  });

  // ---- photos ----
  const fields = document.querySelectorAll<HTMLElement>("[data-photos]");
  if (fields.length) void import("./answer-photos").then(({ takePhotos }) => fields.forEach(takePhotos));

  // ---- map ----
  const map = document.getElementById("map");
  if (map) {
    const { lat, lon, accuracy } = map.dataset;
    void import("./map")
      .then(({ showPlace }) => {
        map.setAttribute("role", "application");
        map.setAttribute("aria-label", map.dataset.label ?? "");
        showPlace(map, { lat: Number(lat), lon: Number(lon) }, accuracy ? Number(accuracy) : null, page);
      })
      // The coordinates stand below in words.
      .catch(() => map.parentElement?.remove());
  }

  // ---- news ----
  // A new case moves within seconds, then rests for days: look often at first, then leave the network alone.
  const pauses = [2, 3, 5, 8, 13, 20, 30, 60, 60, 120, 120];
  const look = (turn: number): void => {
    const pause = pauses[turn];
    if (pause === undefined) return;
    setTimeout(() => {
      if (document.hidden || !navigator.onLine) return look(turn);
      void refresh(root).finally(() => look(turn + 1));
    }, pause * 1000);
  };
  look(0);
}

/** Fetches this page again and puts in the parts that changed, leaving focus and open details where they were. */
async function refresh(root: HTMLElement): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
  } catch {
    return;
  }
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("case");
  if (!next || next.dataset.updated === root.dataset.updated) return;
  for (const part of root.querySelectorAll<HTMLElement>("[data-live]")) {
    const fresh = next.querySelector<HTMLElement>(`[data-live="${part.dataset.live}"]`);
    if (!fresh || part.contains(document.activeElement)) continue;
    const open = part.querySelector("details")?.open ?? false;
    const details = fresh.querySelector("details");
    if (details) details.open = open;
    if (part.innerHTML !== fresh.innerHTML) part.replaceWith(document.adoptNode(fresh));
  }
  const { status = "", updated = "" } = next.dataset;
  if (status !== root.dataset.status) byId("announce").textContent = t("js.case.updated", { status });
  root.dataset.updated = updated;
  root.dataset.status = status;
}
