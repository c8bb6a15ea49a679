import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import type { Grant } from "../citizen/scripts/api";
import { Enclosed, type EnclosedPhoto, type UploadState } from "../citizen/scripts/enclosed";
import { cover } from "../citizen/scripts/upload";
import type { Desk } from "./desk";
import { icon } from "./icons";
import { t } from "./texts";

/** Photos for what is said about one case. */
export function photosFor(desk: Desk, caseId: string): Enclosed {
  return new Enclosed(
    (file) => desk.api.post<Grant>(`/cases/${caseId}/uploads`, file),
    (uploadId) => desk.api.get<UploadState>(`/cases/${caseId}/uploads/${uploadId}`),
    (key, values) => t(`attach.${key}`, values),
    () => desk.changed(),
  );
}

/** Choosing them, and how far each has come. `id`: of the field, unique on the page; `waits`: somebody has tried to send. */
export function photosView(enclosed: Enclosed, id: string, waits = false): TemplateResult {
  const problem = waits && !enclosed.settled ? t("missing.photos") : enclosed.problem;
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = "";
    void enclosed.add(files);
  };
  return html`<div class="attach">
    ${enclosed.photos.length ? html`<ul class="attached">${repeat(enclosed.photos, (each) => each.id, (each) => one(enclosed, each, id))}</ul>` : nothing}
    <input class="file" type="file" id=${id} accept="image/*,.heic,.heif" multiple aria-describedby=${problem ? `${id}-error` : nothing} @change=${chosen}>
    <label class="button small" for=${id}>${icon("camera")}${t("attach.add")}</label>
    ${problem ? html`<p class="error" id="${id}-error" role="alert">${problem}</p>` : nothing}
  </div>`;
}

function one(enclosed: Enclosed, photo: EnclosedPhoto, id: string): TemplateResult {
  const remove = (): void => {
    enclosed.remove(photo);
    document.getElementById(id)?.focus();
  };
  return html`<li class=${photo.state}>
    <canvas width="96" height="72" role="img" aria-label=${photo.name} ${ref((element) => draw(element, photo.picture))}></canvas>
    <span class="attach-state" aria-live=${photo.state === "sending" ? "off" : "polite"}>${photo.text}</span>
    ${photo.state === "failed" && photo.again ? html`<button type="button" class="quiet small" aria-label=${t("attach.retry_name", { name: photo.name })} @click=${() => void photo.again?.()}>${t("again")}</button>` : nothing}
    <button type="button" class="quiet small" aria-label=${t("attach.remove_name", { name: photo.name })} @click=${remove}>${t("attach.remove")}</button></li>`;
}

function draw(canvas: Element | undefined, picture: ImageBitmap | null): void {
  if (canvas instanceof HTMLCanvasElement && picture?.width) cover(canvas, picture);
}
