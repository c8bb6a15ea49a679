import { byId, setBusy } from "./dom";
import type { Direction, PickMap, Tiles } from "./map";
import { t } from "./texts";

/** From here on the place itself is in doubt, as the server sees it, too (`synpunkt/places/place.py`). */
const POOR_M = 500;

/** Where it is: the hidden fields of the form hold it, the map only shows it. */
export class PlacePicker {
  private map: PickMap | null = null;
  private readonly lat = field("lat");
  private readonly lon = field("lon");
  private readonly accuracy = field("accuracy_m");
  private readonly method = field("method");
  private readonly municipality = byId<HTMLSelectElement>("municipality");
  private readonly status = byId("place-status");

  constructor(
    private readonly options: { assets: string; tiles: Tiles | null },
    private readonly onChange: () => void,
  ) {
    byId("gps").addEventListener("click", () => this.locate());
    byId("pin-remove").addEventListener("click", () => this.remove());
    byId("pin-center").addEventListener("click", () => void this.load().then((map) => map?.pickCentre()));
    for (const button of document.querySelectorAll<HTMLElement>("[data-nudge]")) {
      button.addEventListener("click", () => this.map?.nudge(button.dataset.nudge as Direction));
    }
    this.municipality.addEventListener("change", () => {
      if (this.municipality.value) void this.map?.showMunicipality(this.municipality.value);
      this.onChange();
    });
    // The map is heavy and far down the page: it comes when it is about to be seen.
    const element = byId("map");
    const watch = new IntersectionObserver(
      (seen) => {
        if (!seen.some((each) => each.isIntersecting)) return;
        watch.disconnect();
        void this.load();
      },
      { rootMargin: "600px" },
    );
    watch.observe(element);
    window.addEventListener("online", () => void this.load());
    this.paint();
  }

  get point(): { lat: number; lon: number } | null {
    const lat = Number.parseFloat(this.lat.value);
    const lon = Number.parseFloat(this.lon.value);
    return Number.isFinite(lat) && Number.isFinite(lon) ? { lat, lon } : null;
  }

  get accuracyMetres(): number | null {
    const metres = Number.parseFloat(this.accuracy.value);
    return Number.isFinite(metres) ? metres : null;
  }

  get methodUsed(): string {
    return this.method.value;
  }

  /** Shows what the fields say, after a draft filled them. */
  async refresh(): Promise<void> {
    this.paint();
    const { point } = this;
    if (point) (await this.load())?.place(point, this.method.value === "gps" ? this.accuracyMetres : null, 15);
  }

  /** Puts the pin where a photo says it was taken; its owner asked for it. */
  async usePhoto(lat: number, lon: number): Promise<void> {
    this.set(lat, lon, null, "photo");
    this.status.textContent = t("js.place.from_photo");
    (await this.load())?.place({ lat, lon }, null, 16);
  }

  private async load(): Promise<PickMap | null> {
    if (this.map) return this.map;
    const element = byId("map");
    try {
      const { PickMap: Made } = await import("./map");
      if (this.map) return this.map;
      // A map takes arrow keys and scrolls under the finger: screen readers need to know that it is one.
      element.setAttribute("role", "application");
      element.setAttribute("aria-label", element.dataset.label ?? "");
      element.setAttribute("aria-describedby", "map-hint");
      this.map = new Made(
        element,
        this.options,
        (point, metres) => {
          const first = this.point === null;
          this.set(point.lat, point.lon, metres, "map");
          this.status.textContent = metres > 100 ? `${t("js.place.set")} ${t("js.place.coarse")}` : first ? t("js.place.set") : "";
        },
        (direction, metres) => (this.status.textContent = t(`js.place.moved_${direction}`, { metres })),
      );
      const { point } = this;
      if (point) this.map.place(point, this.method.value === "gps" ? this.accuracyMetres : null, 15);
      else if (this.municipality.value) void this.map.showMunicipality(this.municipality.value);
      return this.map;
    } catch {
      this.status.textContent = t("js.map.failed");
      return null;
    }
  }

  private set(lat: number, lon: number, accuracy: number | null, method: string): void {
    // Six decimals are a hand's breadth; more would only pretend.
    this.lat.value = lat.toFixed(6);
    this.lon.value = lon.toFixed(6);
    this.accuracy.value = accuracy === null ? "" : String(Math.round(accuracy));
    this.method.value = method;
    this.paint();
    this.onChange();
  }

  private remove(): void {
    for (const each of [this.lat, this.lon, this.accuracy, this.method]) each.value = "";
    this.map?.clear();
    this.status.textContent = t("js.place.removed");
    this.paint();
    byId("pin-center").focus();
    this.onChange();
  }

  private paint(): void {
    const pinned = this.point !== null;
    byId("nudge").hidden = !pinned;
    byId("pin-remove").hidden = !pinned;
    // A point decides the municipality; two answers to one question would only raise doubts.
    byId("municipality-field").hidden = pinned;
  }

  private locate(): void {
    const button = byId("gps");
    if (button.getAttribute("aria-disabled")) return;
    if (!("geolocation" in navigator)) {
      this.status.textContent = t("js.place.unavailable");
      return;
    }
    setBusy(button, true);
    this.status.textContent = t("js.place.locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setBusy(button, false);
        this.set(coords.latitude, coords.longitude, coords.accuracy, "gps");
        const metres = Math.max(1, Math.round(coords.accuracy));
        this.status.textContent = t(metres > POOR_M ? "js.place.found_poorly" : "js.place.found", { metres });
        const zoom = coords.accuracy > 2000 ? 11 : coords.accuracy > 300 ? 14 : 17;
        void this.load().then((map) => map?.place({ lat: coords.latitude, lon: coords.longitude }, coords.accuracy, zoom));
      },
      (error) => {
        setBusy(button, false);
        this.status.textContent = t(error.code === error.PERMISSION_DENIED ? "js.place.denied" : "js.place.unavailable");
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  }
}

function field(name: string): HTMLInputElement {
  const found = document.querySelector<HTMLInputElement>(`input[name="${name}"]`);
  if (!found) throw new Error(`no field ${name}`);
  return found;
}
