import { call, Refused, type Grant } from "./api";
import { byId, make } from "./dom";
import { forgetPhoto, keepPhoto, photosOf, type StoredPhoto } from "./draft";
import { photoItem } from "./photo-item";
import { t } from "./texts";
import { bitmap, cover, lighter, MAX_BYTES, MOST, NotTaken, sendFile, typeOf } from "./upload";

type State = "waiting" | "uploading" | "done" | "failed";

interface Photo {
  stored: StoredPhoto;
  state: State;
  /** Why it failed, when the API said so. */
  reason: string;
  request: XMLHttpRequest | null;
  item: HTMLElement;
  progress: HTMLProgressElement;
  label: HTMLElement;
  retry: HTMLButtonElement;
}

/** The photos of a draft: chosen, shown, sent one by one, tried again, removed. */
export class Photos {
  private photos: Photo[] = [];
  private readonly list = byId("photos");
  private readonly status = byId("photos-status");
  private readonly input = byId<HTMLInputElement>("photo");

  constructor(
    private key: string,
    private readonly onPlace: (lat: number, lon: number) => void,
    private readonly onChange: () => void,
  ) {
    this.input.addEventListener("change", () => void this.add());
    window.addEventListener("online", () => void this.resume());
  }

  /** Brings back the photos of an earlier visit. */
  async restore(): Promise<number> {
    for (const stored of await photosOf(this.key)) this.show(stored, stored.uploaded ? "done" : "waiting");
    void this.resume();
    return this.photos.length;
  }

  get uploadIds(): string[] {
    return this.photos.flatMap((each) => (each.state === "done" && each.stored.grant ? [each.stored.grant.upload_id] : []));
  }

  get settled(): boolean {
    return this.photos.every((each) => each.state === "done");
  }

  get failed(): boolean {
    return this.photos.some((each) => each.state === "failed" && each.reason !== "");
  }

  /** Sends what is not sent yet and resolves when nothing more can be done now. */
  async resume(): Promise<void> {
    await Promise.all(this.photos.filter((each) => each.state === "waiting" || (each.state === "failed" && !each.reason)).map((each) => this.send(each)));
    await Promise.all(this.photos.map((each) => each.state === "uploading" && this.finished(each)));
  }

  /** Makes every photo go up again, under this key. */
  again(key: string): void {
    this.key = key;
    for (const photo of this.photos) {
      Object.assign(photo.stored, { draft: key, grant: null, uploaded: false });
      photo.reason = "";
      void keepPhoto(photo.stored);
      this.paint(photo, "waiting");
    }
    void this.resume();
  }

  async clear(key: string): Promise<void> {
    for (const photo of [...this.photos]) await this.remove(photo, false);
    this.key = key;
  }

  private finished(photo: Photo): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (photo.state === "uploading") setTimeout(look, 150);
        else resolve();
      };
      look();
    });
  }

  private async add(): Promise<void> {
    const files = [...(this.input.files ?? [])];
    this.input.value = "";
    this.complain("");
    for (const file of files) {
      const type = typeOf(file);
      if (!type.startsWith("image/")) this.complain(t("js.photos.not_image", { name: file.name }));
      else if (this.photos.length >= MOST) this.complain(t("js.photos.too_many"));
      else {
        const place = this.placeOf(file);
        const small = await lighter(file, type);
        if (small.blob.size > MAX_BYTES) {
          this.complain(t("js.photos.too_big", { name: file.name }));
          continue;
        }
        const id = crypto.randomUUID();
        const stored = { id, draft: this.key, name: file.name, type: small.type, blob: small.blob, grant: null, uploaded: false };
        const photo = this.show(stored, "waiting");
        await keepPhoto(stored);
        void this.send(photo);
        void place.then((found) => found && this.offerPlace(photo, found));
      }
    }
    this.onChange();
  }

  private async placeOf(file: File): Promise<{ lat: number; lon: number } | null> {
    try {
      const { photoPlace } = await import("./photo-place");
      return await photoPlace(file);
    } catch {
      return null;
    }
  }

  private offerPlace(photo: Photo, place: { lat: number; lon: number }): void {
    const button = make("button", { type: "button", className: "quiet photo-place", textContent: t("js.photos.use_place") });
    button.addEventListener("click", () => this.onPlace(place.lat, place.lon));
    photo.item.append(button);
  }

  private show(stored: StoredPhoto, state: State): Photo {
    const { item, view, told: label, again: retry, remove } = photoItem(stored.name);
    void bitmap(stored.blob).then((picture) => {
      if (!picture) return;
      cover(view, picture);
      picture.close();
    });
    const progress = make("progress", { max: 100, value: 0 });
    progress.setAttribute("aria-label", stored.name);
    label.before(progress);
    const photo: Photo = { stored, state, reason: "", request: null, item, progress, label, retry };
    retry.addEventListener("click", () => {
      photo.reason = "";
      remove.focus();
      void this.send(photo);
    });
    remove.addEventListener("click", () => void this.remove(photo, true));
    this.photos.push(photo);
    this.list.append(item);
    this.paint(photo, state);
    return photo;
  }

  private async remove(photo: Photo, byPerson: boolean): Promise<void> {
    this.photos = this.photos.filter((each) => each !== photo);
    photo.request?.abort();
    photo.item.remove();
    await forgetPhoto(photo.stored.id);
    if (!byPerson) return;
    this.complain("");
    this.status.textContent = t("js.photos.removed", { name: photo.stored.name });
    this.input.focus();
    this.onChange();
  }

  private paint(photo: Photo, state: State, percent = 0): void {
    photo.state = state;
    photo.progress.hidden = state !== "uploading";
    photo.progress.value = percent;
    photo.retry.hidden = state !== "failed";
    photo.label.classList.toggle("bad", state === "failed");
    photo.label.textContent =
      state === "uploading"
        ? t("js.photos.uploading", { percent })
        : state === "done"
          ? t("js.photos.done")
          : state === "waiting"
            ? t("js.photos.waiting")
            : photo.reason || t("js.photos.failed");
  }

  private async send(photo: Photo): Promise<void> {
    if (photo.state === "uploading" || photo.state === "done") return;
    if (!navigator.onLine) {
      this.paint(photo, "waiting");
      return;
    }
    this.paint(photo, "uploading");
    try {
      photo.stored.grant ??= await this.grant(photo.stored);
      await keepPhoto(photo.stored);
      await this.upload(photo, photo.stored.grant);
      photo.stored.uploaded = true;
      await keepPhoto(photo.stored);
      this.paint(photo, "done");
      this.status.textContent = `${photo.stored.name}: ${t("js.photos.done")}`;
    } catch (error) {
      photo.reason = error instanceof Refused ? (error.problem.errors?.[0]?.message ?? error.problem.detail ?? error.problem.title) : "";
      this.paint(photo, navigator.onLine ? "failed" : "waiting");
      if (navigator.onLine) this.status.textContent = `${photo.stored.name}: ${photo.label.textContent ?? ""}`;
    }
    this.onChange();
  }

  private grant(stored: StoredPhoto): Promise<Grant> {
    return call<Grant>("/api/v1/uploads", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": this.key },
      body: JSON.stringify({ filename: stored.name, content_type: stored.type, size: stored.blob.size }),
    });
  }

  private async upload(photo: Photo, grant: Grant): Promise<void> {
    try {
      await sendFile(grant, photo.stored.blob, photo.stored.name, (percent) => this.paint(photo, "uploading", percent), (request) => (photo.request = request));
    } catch (error) {
      // The grant is used up or too old; the next try asks for a new one.
      if (error instanceof NotTaken) photo.stored.grant = null;
      throw error;
    }
  }

  private complain(text: string): void {
    const error = byId("photos-error");
    error.textContent = text;
    error.hidden = text === "";
  }
}
