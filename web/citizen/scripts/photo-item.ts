import { make } from "./dom";
import { t } from "./texts";

/** A chosen photo as the citizen's pages list it. */
export interface PhotoItem {
  item: HTMLElement;
  view: HTMLCanvasElement;
  told: HTMLElement;
  again: HTMLButtonElement;
  remove: HTMLButtonElement;
}

export function photoItem(name: string): PhotoItem {
  const view = make("canvas", { className: "photo-view", width: 152, height: 152 });
  view.setAttribute("role", "img");
  view.setAttribute("aria-label", t("js.photos.preview", { name }));
  const told = make("p", { className: "photo-state" });
  const again = make("button", { type: "button", className: "quiet", textContent: t("js.photos.retry") });
  again.setAttribute("aria-label", t("js.photos.retry_name", { name }));
  const remove = make("button", { type: "button", className: "quiet", textContent: t("js.photos.remove") });
  remove.setAttribute("aria-label", t("js.photos.remove_name", { name }));
  const info = make("div", { className: "photo-info" }, make("p", { className: "photo-name", textContent: name }), told);
  return { item: make("li", { className: "photo" }, view, info, make("div", { className: "photo-acts" }, again, remove)), view, told, again, remove };
}
