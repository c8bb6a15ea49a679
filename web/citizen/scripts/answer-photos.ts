import { call, type Grant } from "./api";
import { byId } from "./dom";
import { Enclosed, type EnclosedPhoto, type UploadState } from "./enclosed";
import { photoItem, type PhotoItem } from "./photo-item";
import { t } from "./texts";
import { cover } from "./upload";

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
  const items = new Map<EnclosedPhoto, PhotoItem & { drawn: boolean }>();

  const complain = (text: string): void => {
    error.textContent = text;
    error.hidden = text === "";
  };
  const begin = (photo: EnclosedPhoto): void => {
    const shown = photoItem(photo.name);
    shown.remove.addEventListener("click", () => {
      enclosed.remove(photo);
      input.focus();
    });
    shown.again.addEventListener("click", () => {
      shown.remove.focus();
      void photo.again?.();
    });
    items.set(photo, { ...shown, drawn: false });
    list.append(shown.item);
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
      cover(shown.view, picture);
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
