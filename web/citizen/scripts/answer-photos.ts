import { call, type Grant } from "./api";
import { byId, make } from "./dom";
import { Enclosed, type EnclosedPhoto, type UploadState } from "./enclosed";
import { t } from "./texts";

/** Lets photos go with the form that `field` stands in. They are sent when chosen; the form names them. */
export function takePhotos(field: HTMLElement): void {
  const form = field.closest("form");
  const input = field.querySelector<HTMLInputElement>("input[type=file]");
  const list = field.querySelector("ul");
  if (!form || !input || !list) throw new Error("the page and the script do not belong together");
  const error = byId(`${input.id}-error`);
  const status = field.querySelector<HTMLElement>("[role=status]");
  let waits = false;
  const key = crypto.randomUUID();
  const headers = { "Idempotency-Key": key };
  const enclosed = new Enclosed(
    (file) => call<Grant>("/api/v1/uploads", { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(file) }),
    (uploadId) => call<UploadState>(`/api/v1/uploads/${uploadId}`, { headers }),
    (name, values) => t(`js.photos.${name}`, values),
    () => paint(),
  );
  const items = new Map<EnclosedPhoto, { item: HTMLElement; told: HTMLElement; again: HTMLElement; view: HTMLCanvasElement; drawn: boolean }>();

  const complain = (text: string): void => {
    error.textContent = text;
    error.hidden = text === "";
  };
  const begin = (photo: EnclosedPhoto): void => {
    const view = make("canvas", { className: "photo-view", width: 152, height: 152 });
    view.setAttribute("role", "img");
    view.setAttribute("aria-label", t("js.photos.preview", { name: photo.name }));
    const told = make("p", { className: "photo-state" });
    const remove = make("button", { type: "button", className: "quiet", textContent: t("js.photos.remove") });
    remove.setAttribute("aria-label", t("js.photos.remove_name", { name: photo.name }));
    remove.addEventListener("click", () => {
      enclosed.remove(photo);
      input.focus();
    });
    const again = make("button", { type: "button", className: "quiet", textContent: t("js.photos.retry") });
    again.setAttribute("aria-label", t("js.photos.retry_name", { name: photo.name }));
    again.addEventListener("click", () => {
      remove.focus();
      void photo.again?.();
    });
    const item = make("li", { className: "photo" }, view, make("div", { className: "photo-info" }, make("p", { className: "photo-name", textContent: photo.name }), told), make("div", { className: "photo-acts" }, again, remove));
    items.set(photo, { item, told, again, view, drawn: false });
    list.append(item);
  };
  const paint = (): void => {
    for (const photo of enclosed.photos) if (!items.has(photo)) begin(photo);
    for (const [photo, shown] of items) {
      if (!enclosed.photos.includes(photo)) {
        shown.item.remove();
        items.delete(photo);
        continue;
      }
      if (photo.state !== "sending" && shown.told.textContent !== photo.text && status) status.textContent = `${photo.name}: ${photo.text}`;
      shown.told.textContent = photo.text;
      shown.again.hidden = photo.state !== "failed" || photo.again === null;
      shown.told.classList.toggle("bad", photo.state === "failed");
      const { picture } = photo;
      if (!picture || shown.drawn) continue;
      const edge = Math.min(picture.width, picture.height);
      shown.view.getContext("2d")?.drawImage(picture, (picture.width - edge) / 2, (picture.height - edge) / 2, edge, edge, 0, 0, 152, 152);
      shown.drawn = true;
    }
    waits = waits && !enclosed.settled;
    complain(waits ? t("js.photos.wait") : enclosed.problem);
  };

  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    void enclosed.add(files);
  });
  form.addEventListener("submit", (event) => {
    if (!enclosed.settled) {
      event.preventDefault();
      waits = true;
      return paint();
    }
    form.querySelector<HTMLInputElement>("[name=photos]")?.setAttribute("value", enclosed.ids.join(" "));
    form.querySelector<HTMLInputElement>("[name=upload_key]")?.setAttribute("value", key);
  });
}
