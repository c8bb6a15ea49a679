import { call, Refused, Unreachable, type Problem, type Receipt } from "./api";
import { BorderChoice } from "./border";
import { CategoryPicker, type Category, type Group } from "./category";
import { byId, debounce, pageData, setBusy } from "./dom";
import { dropDraft, loadDraft, saveDraft, type Draft } from "./draft";
import type { Tiles } from "./map";
import { Notices, type NoticeRule } from "./notices";
import { Photos } from "./photos";
import { PlacePicker } from "./place";
import { Receiver } from "./receiver";
import { t } from "./texts";

interface Page {
  lang: string;
  assets: string;
  groups: Group[];
  notices: NoticeRule[];
  tiles: Tiles | null;
}

const page = pageData<Page>();
const form = byId<HTMLFormElement>("report");
const fields = byId("fields");
const description = byId<HTMLTextAreaElement>("description");
const sendButton = byId("send");

const NAMES = [
  "description", "category", "kind", "lat", "lon", "accuracy_m", "method", "place_text", "municipality", "border_municipality",
  "email", "phone", "name", "contact_by", "share_contact", "publish",
] as const;
type Name = (typeof NAMES)[number];

/** Where on the page each field of the API is. */
const PLACES: Record<string, string> = {
  description: "description", category: "category-search", kind: "kind", municipality: "municipality",
  location: "place-title", "location.lat": "place-title", "location.lon": "place-title", lat: "place-title", lon: "place-title",
  "location.text": "place_text", "reporter.email": "email", "reporter.phone": "phone", "reporter.name": "name",
  email: "email", phone: "phone", name: "name", photos: "photo",
};
/** Codes that are about the place though they name no field. */
const PHOTO_CODES = ["upload_unknown", "upload_used", "too_many_uploads"];
const PLACE_CODES = ["outside_sweden", "swapped_coordinates", "place_missing", "unknown_municipality"];
const RETRY_SECONDS = [4, 8, 15, 30, 60];

function value(name: Name): string {
  const element = form.elements.namedItem(name);
  if (element instanceof RadioNodeList) return element.value;
  if (element instanceof HTMLInputElement && element.type === "checkbox") return element.checked ? element.value : "";
  return (element as HTMLInputElement | null)?.value ?? "";
}

function setValue(name: Name, text: string): void {
  const element = form.elements.namedItem(name);
  if (element instanceof RadioNodeList) element.value = text;
  else if (element instanceof HTMLInputElement && element.type === "checkbox") element.checked = text === element.value;
  else if (element) (element as HTMLInputElement).value = text;
}

const keyField = form.elements.namedItem("idempotency_key") as HTMLInputElement;
// A page that the server sent back with errors carries what was typed: it is newer than any draft.
const redisplayed = !byId("errors").hidden;
const kept = redisplayed ? null : loadDraft();
// Not the field's value: a browser that goes back may put the last visit's key into it.
const draft: Draft = kept ?? { version: 1, key: form.dataset.key ?? keyField.value, savedAt: Date.now(), fields: {}, waiting: false, body: null };
keyField.value = draft.key;

document.documentElement.classList.add("has-js");
form.noValidate = true;
// Without scripts the municipality is the only way to say where; here the map is another.
byId<HTMLSelectElement>("municipality").required = false;

const notices = new Notices(page.notices);
const border = new BorderChoice();
const receiver = new Receiver((found) => border.show(found));
let kindByPerson = false;

const picker = new CategoryPicker(page.groups, (category) => {
  paintCategory(category);
  changed();
});
const place = new PlacePicker({ assets: page.assets, tiles: page.tiles }, () => {
  if (place.point || value("municipality")) clearError("municipality");
  changed();
});
const photos = new Photos(draft.key, (lat, lon) => void place.usePhoto(lat, lon), () => {
  save();
  if (draft.waiting) void trySending();
});

function paintCategory(category: Category | null): void {
  if (category && !kindByPerson) setValue("kind", category.kind);
  const isPrivate = category?.visibility === "private";
  byId("publish-field").hidden = isPrivate;
  byId("visibility").textContent = isPrivate
    ? t("js.visibility.private")
    : value("publish") === "no"
      ? t("js.visibility.hidden")
      : category?.visibility === "public"
        ? t("js.visibility.public")
        : visibilityText;
}
const visibilityText = byId("visibility").textContent ?? "";

// Sent or started over: nothing of it may be kept any more, not by a save that was on its way either.
let leaving = false;

function save(): void {
  if (leaving) return;
  draft.fields = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
  saveDraft(draft);
}
const saveSoon = debounce(400, save);

const lookSoon = debounce(350, () => {
  notices.update(description.value, value("category"));
  if (!picker.chosen) picker.offerFor(description.value);
});
const receiveSoon = debounce(300, () => {
  const select = byId<HTMLSelectElement>("municipality");
  void receiver.update({
    point: place.point,
    accuracy: place.accuracyMetres,
    category: value("category"),
    chosenNearBorder: border.municipality,
    municipality: select.value ? (select.selectedOptions[0]?.textContent?.trim() ?? "") : "",
  });
});

function changed(): void {
  saveSoon();
  lookSoon();
  receiveSoon();
}

function paintContact(): void {
  const both = value("email").trim() !== "" && value("phone").trim() !== "";
  byId("contact_by").hidden = !both;
  byId("share-contact").hidden = !["email", "phone", "name"].some((name) => value(name as Name).trim() !== "");
  if (both && !value("contact_by")) setValue("contact_by", "email");
}

form.addEventListener("input", (event) => {
  const { name } = event.target as HTMLInputElement;
  if (name === "kind") kindByPerson = true;
  if (name === "email" || name === "phone" || name === "name") paintContact();
  if (name === "publish") paintCategory(picker.chosen);
  if (name in PLACES) clearError(name);
  changed();
});

// ---- errors ----

interface Complaint {
  field: string;
  message: string;
}

function clearError(field: string): void {
  const text = document.getElementById(`${field}-error`);
  if (text) {
    text.textContent = "";
    text.hidden = true;
  }
  document.getElementById(field)?.removeAttribute("aria-invalid");
}

function showErrors(complaints: Complaint[]): void {
  for (const text of form.querySelectorAll<HTMLElement>(".error")) {
    text.textContent = "";
    if (text.id !== "form-error") text.hidden = true;
  }
  for (const element of form.querySelectorAll("[aria-invalid]")) element.removeAttribute("aria-invalid");
  const summary = byId("errors");
  summary.hidden = complaints.length === 0;
  byId("errors-list").replaceChildren(
    ...complaints.map(({ field, message }) => {
      const target = document.getElementById(PLACES[field] ?? field);
      const item = document.createElement("li");
      if (target && !target.hidden) {
        const link = document.createElement("a");
        link.href = `#${target.id}`;
        link.textContent = message;
        link.addEventListener("click", (event) => {
          event.preventDefault();
          target.focus();
        });
        item.append(link);
      } else item.textContent = message;
      const id = PLACES[field] === "place-title" ? "municipality" : (PLACES[field] ?? field).replace(/^category-search$/, "category").replace(/^photo$/, "photos");
      const own = document.getElementById(`${id}-error`);
      if (own) {
        own.textContent = message;
        own.hidden = false;
      }
      document.getElementById(id)?.setAttribute("aria-invalid", "true");
      return item;
    }),
  );
  if (complaints.length) {
    document.title = `${t("js.error.summary")} – ${document.title.split(" – ").slice(-2).join(" – ")}`;
    summary.focus();
    summary.scrollIntoView({ block: "start" });
  }
}

function check(): Complaint[] {
  const found: Complaint[] = [];
  const text = description.value.trim();
  if (!text) found.push({ field: "description", message: t("js.error.description") });
  else if (text.length > 20_000) found.push({ field: "description", message: t("js.error.description_long") });
  if (!place.point && !value("municipality")) found.push({ field: "municipality", message: t("js.error.place") });
  const email = byId<HTMLInputElement>("email");
  if (email.value.trim() && !email.validity.valid) found.push({ field: "email", message: t("js.error.email") });
  if (value("phone").trim() && value("phone").replace(/\D/g, "").length < 6) found.push({ field: "phone", message: t("js.error.phone") });
  if (photos.failed) found.push({ field: "photos", message: t("js.error.photos") });
  return found;
}

function refused(problem: Problem): void {
  const code = problem.code ?? "";
  if (code === "idempotency_conflict") {
    // Something else went under this key: what stands here now is a report of its own, if its writer says so.
    draft.key = keyField.value = crypto.randomUUID();
    photos.again(draft.key);
    save();
    return showErrors([{ field: "form", message: t("js.error.conflict") }]);
  }
  if (PHOTO_CODES.includes(code)) photos.again(draft.key);
  const list = (problem.errors ?? []).map((each) => ({ ...each, field: each.field.replace(/^body\./, "") }));
  if (!list.length) list.push({ field: PLACE_CODES.includes(code) ? "location" : PHOTO_CODES.includes(code) ? "photos" : "form", message: problem.detail ?? problem.title });
  showErrors(list);
}

// ---- sending ----

function body(): string {
  const { point } = place;
  const municipality = point ? border.municipality : value("municipality");
  const text = value("place_text").trim();
  const accuracy = place.accuracyMetres;
  const location = point
    ? { ...point, ...(accuracy ? { accuracy_m: accuracy } : {}), method: place.methodUsed || "map", ...(text ? { text } : {}) }
    : text
      ? { method: "text", text }
      : undefined;
  const email = value("email").trim();
  const phone = value("phone").trim();
  const name = value("name").trim();
  const by = email && phone ? value("contact_by") || "email" : email ? "email" : phone ? "sms" : "none";
  const reporter = email || phone || name
    ? { ...(name ? { name } : {}), ...(email ? { email } : {}), ...(phone ? { phone } : {}), language: page.lang, contact_by: by, ...(value("share_contact") === "yes" ? { share_contact: true } : {}) }
    : { language: page.lang };
  return JSON.stringify({
    ...(value("kind") ? { kind: value("kind") } : {}),
    ...(value("category") ? { category: value("category") } : {}),
    description: description.value.trim(),
    ...(location ? { location } : {}),
    ...(municipality ? { municipality } : {}),
    reporter,
    ...(photos.uploadIds.length ? { photos: photos.uploadIds } : {}),
    ...(value("publish") === "no" ? { publish: false } : {}),
    channel: "web",
  });
}

let sending = false;
let tries = 0;
let timer = 0;

function wait(text: string): void {
  draft.waiting = true;
  save();
  byId("outbox").hidden = false;
  byId("outbox-text").textContent = draft.body ? `${text} ${t("js.send.locked")}` : text;
  // A try whose outcome is unknown may have arrived: what it said can no longer change.
  fields.inert = draft.body !== null;
}

function stopWaiting(): void {
  draft.waiting = false;
  draft.body = null;
  fields.inert = false;
  tries = 0;
  byId("outbox").hidden = true;
  save();
}

async function trySending(): Promise<void> {
  if (sending) return;
  clearTimeout(timer);
  if (!navigator.onLine) return wait(t("js.send.waiting"));
  sending = true;
  setBusy(sendButton, true);
  const status = byId("send-status");
  try {
    if (draft.body === null) {
      if (!photos.settled) status.textContent = t("js.send.uploading");
      await photos.resume();
      if (!navigator.onLine) return wait(t("js.send.waiting"));
      if (photos.failed) {
        stopWaiting();
        return showErrors(check());
      }
      if (!photos.settled) throw new Unreachable("photos");
      draft.body = body();
      save();
    }
    status.textContent = t("js.send.sending");
    const receipt = await call<Receipt>("/api/v1/reports", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": draft.key },
      body: draft.body,
    });
    arrived(receipt);
  } catch (error) {
    if (error instanceof Refused) {
      stopWaiting();
      refused(error.problem);
    } else if (error instanceof Unreachable) {
      wait(t(navigator.onLine ? "js.send.retrying" : "js.send.waiting"));
      timer = window.setTimeout(() => void trySending(), (RETRY_SECONDS[Math.min(tries++, RETRY_SECONDS.length - 1)] ?? 60) * 1000);
    } else throw error;
  } finally {
    sending = false;
    setBusy(sendButton, false);
    status.textContent = "";
  }
}

function arrived(receipt: Receipt): void {
  leaving = true;
  dropDraft();
  try {
    sessionStorage.setItem(`synpunkt.new.${receipt.reference}`, JSON.stringify(receipt.notices));
  } catch {
    /* only the thank-you panel is lost */
  }
  void photos.clear("").finally(() => {
    location.assign(`/c/${encodeURIComponent(receipt.reference)}?new=1&lang=${page.lang}#t=${encodeURIComponent(receipt.token)}`);
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (sending || leaving) return;
  if (draft.body === null) {
    const complaints = check();
    showErrors(complaints);
    if (complaints.length) return;
  }
  void trySending();
});
byId("send-now").addEventListener("click", () => void trySending());

byId("start-over").addEventListener("click", () => {
  leaving = true;
  dropDraft();
  void photos.clear("").finally(() => {
    form.reset();
    location.reload();
  });
});

// ---- network ----

function net(): void {
  byId("net").textContent = navigator.onLine ? "" : t("js.offline");
}
window.addEventListener("offline", net);
window.addEventListener("online", () => {
  byId("net").textContent = t("js.online");
  setTimeout(net, 5000);
  receiveSoon();
  if (draft.waiting) void trySending();
});
window.addEventListener("pagehide", save);

// Back from the case to this page as it was left: it has sent its report and needs a new key.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && leaving) location.reload();
});

// ---- start ----

for (const name of NAMES) if (kept && kept.fields[name] !== undefined) setValue(name, kept.fields[name]);
kindByPerson = value("kind") !== "";
picker.choose(value("category"), false);
paintContact();
void place.refresh();
void photos.restore().then((count) => {
  const written = kept !== null && (count > 0 || ["description", "place_text", "lat", "category"].some((name) => kept.fields[name]));
  byId("restored").hidden = !written || draft.waiting;
  if (draft.waiting) {
    wait(t(navigator.onLine ? "js.send.retrying" : "js.send.waiting"));
    void trySending();
  }
});
net();
if (redisplayed) byId("errors").focus();
