import * as L from "leaflet";
import type { Feature, FeatureCollection, MultiPolygon, Polygon } from "geojson";
import { t } from "./texts";

export interface Tiles {
  url: string;
  attribution: string;
}

export interface Point {
  lat: number;
  lon: number;
}

type Outline = Feature<Polygon | MultiPolygon, { code: string; name: string }>;

const SWEDEN = L.latLngBounds([55.2, 10.6], [69.1, 24.2]);
const NAMES_FROM_ZOOM = 8;
const CLOSE_ZOOM = 11;
/** Outlines are simplified by hundreds of metres: nearer than this their line would be on the wrong side of things. */
const OUTLINES_TO_ZOOM = 14;
const OUTLINE_DEGREES = 0.005;
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

function icon(): L.DivIcon {
  return L.divIcon({
    className: "pin",
    html: '<svg viewBox="0 0 40 50" aria-hidden="true" focusable="false"><path class="pin-body" d="M20 48C8 35 2 28 2 20a18 18 0 0 1 36 0c0 8-6 15-18 28Z"/><circle class="pin-eye" cx="20" cy="20" r="7"/></svg>',
    iconSize: [40, 50],
    iconAnchor: [20, 48],
  });
}

/** A grid that is drawn and not fetched: it shows that the map moves, and how far, where no picture is to be had. */
class Grid extends L.GridLayer {
  override createTile(): HTMLElement {
    const tile = document.createElement("div");
    tile.className = "grid-tile";
    return tile;
  }
}

let outlines: Promise<FeatureCollection | null> | undefined;

function loadOutlines(assets: string): Promise<FeatureCollection | null> {
  outlines ??= fetch(`${assets}/outlines.json`)
    .then((answer) => (answer.ok ? (answer.json() as Promise<FeatureCollection>) : null))
    .catch(() => null);
  return outlines;
}

/** Whether the outline holds the point. Outlines are simplified: good enough for a caption, not for a decision. */
function holds(geometry: Polygon | MultiPolygon, lon: number, lat: number): boolean {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.some((rings) => {
    let inside = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [x1 = 0, y1 = 0] = ring[i] ?? [];
        const [x2 = 0, y2 = 0] = ring[j] ?? [];
        if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) inside = !inside;
      }
    }
    return inside;
  });
}

/** The map with borders and grid, or with tiles where a tile service is set up. */
export class PlaceMap {
  readonly map: L.Map;
  private readonly shapes = new Map<string, L.GeoJSON>();
  private readonly names = L.layerGroup();
  private readonly where = Object.assign(document.createElement("div"), { className: "where" });
  private readonly ready: Promise<void>;
  protected gone = false;
  /** Settled when the map shows what it was last asked to. */
  protected shown: Promise<void> = Promise.resolve();

  constructor(element: HTMLElement, options: { assets: string; tiles: Tiles | null; wheel: boolean }) {
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      minZoom: 3,
      maxZoom: 18,
      scrollWheelZoom: options.wheel,
      fadeAnimation: !still,
      zoomAnimation: !still,
      markerZoomAnimation: !still,
      inertia: !still,
      zoomSnap: 0.5,
    });
    this.map.fitBounds(SWEDEN);
    L.control.zoom({ zoomInTitle: t("js.map.zoom_in"), zoomOutTitle: t("js.map.zoom_out") }).addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    const credit = L.control.attribution({ prefix: false }).addTo(this.map);
    if (options.tiles) L.tileLayer(options.tiles.url, { attribution: options.tiles.attribution }).addTo(this.map);
    else new Grid().addTo(this.map);
    this.ready = loadOutlines(options.assets).then((found) => {
      if (!found || this.gone) return;
      credit.addAttribution(t("js.map.outlines"));
      for (const each of found.features) this.addOutline(each as Outline, options.tiles !== null);
      const where = new L.Control({ position: "topright" });
      where.onAdd = () => this.where;
      where.addTo(this.map);
      const paint = (): void => this.paint(found.features as Outline[]);
      this.map.on("moveend", paint);
      paint();
    });
  }

  move(point: Point, zoom = this.map.getZoom()): void {
    this.map.setView([point.lat, point.lon], zoom, { animate: !still });
  }

  /** Shows a whole municipality, once its outline has come. A jump: who comes by keyboard acts on it at once. */
  showMunicipality(code: string): Promise<void> {
    this.shown = this.ready.then(() => {
      const shape = this.shapes.get(code);
      if (shape && !this.gone) this.map.fitBounds(shape.getBounds(), { animate: false });
    });
    return this.shown;
  }

  /** Takes the map away; what it still waits for comes to nothing. */
  remove(): void {
    this.gone = true;
    this.map.remove();
  }

  private addOutline(outline: Outline, tiled: boolean): void {
    const shape = L.geoJSON(outline, { style: { className: "outline", fill: !tiled }, interactive: false }).addTo(this.map);
    this.shapes.set(outline.properties.code, shape);
    const name = document.createElement("span");
    name.textContent = outline.properties.name;
    const label = L.divIcon({ className: "outline-name", html: name });
    L.marker(shape.getBounds().getCenter(), { icon: label, interactive: false, keyboard: false }).addTo(this.names);
  }

  private paint(all: Outline[]): void {
    const zoom = this.map.getZoom();
    this.map.getContainer().classList.toggle("far", zoom < 8);
    if (zoom >= NAMES_FROM_ZOOM && zoom < CLOSE_ZOOM) this.names.addTo(this.map);
    else this.names.remove();
    this.map.getContainer().classList.toggle("near", zoom > OUTLINES_TO_ZOOM);
    // Close up no border is in sight, so the corner says where one is; near an outline, each that it may be.
    const { lat, lng } = this.map.getCenter();
    const around = [0, -1, 1].flatMap((east) => [0, -1, 1].map((north) => [lng + 2 * east * OUTLINE_DEGREES, lat + north * OUTLINE_DEGREES] as const));
    const here = zoom < CLOSE_ZOOM ? [] : all.filter((each) => around.some(([lon, up]) => holds(each.geometry, lon, up)));
    this.where.textContent = here.map((each) => each.properties.name).join(" / ");
  }
}

/** A map to look at: one pin, where the case is. */
export function showPlace(element: HTMLElement, point: Point, accuracy: number | null, options: { assets: string; tiles: Tiles | null }): PlaceMap {
  const place = new PlaceMap(element, { ...options, wheel: false });
  const marker = L.marker([point.lat, point.lon], { icon: icon(), keyboard: false, interactive: false }).addTo(place.map);
  marker.getElement()?.setAttribute("role", "img");
  marker.getElement()?.setAttribute("aria-label", t("js.map.pin"));
  if (accuracy) L.circle([point.lat, point.lon], { radius: accuracy, className: "accuracy", interactive: false }).addTo(place.map);
  place.move(point, accuracy && accuracy > 500 ? 12 : 14);
  return place;
}

export type Direction = "north" | "south" | "west" | "east";

/** A map to point on: tap, drag, arrow keys on the pin, or the middle of the map. */
export class PickMap extends PlaceMap {
  private pin: L.Marker | null = null;
  private circle: L.Circle | null = null;

  constructor(
    element: HTMLElement,
    options: { assets: string; tiles: Tiles | null },
    private readonly onPick: (point: Point, accuracy: number) => void,
    private readonly onMoved: (direction: Direction, metres: number) => void,
  ) {
    super(element, { ...options, wheel: false });
    this.map.on("click", (event: L.LeafletMouseEvent) => this.pick(event.latlng));
    // A wheel over the map scrolls the page until somebody has shown that the map is meant.
    this.map.on("focus", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur", () => this.map.scrollWheelZoom.disable());
  }

  /** Puts the pin somewhere without telling anyone, as when a draft or the device gave the place. */
  place(point: Point, accuracy: number | null, zoom: number | null): void {
    this.setPin(L.latLng(point.lat, point.lon));
    this.circle?.remove();
    this.circle = accuracy ? L.circle([point.lat, point.lon], { radius: accuracy, className: "accuracy", interactive: false }).addTo(this.map) : null;
    if (zoom !== null) this.move(point, Math.max(zoom, this.map.getZoom()));
  }

  clear(): void {
    this.pin?.remove();
    this.circle?.remove();
    this.pin = this.circle = null;
  }

  async pickCentre(): Promise<void> {
    await this.shown;
    this.pick(this.map.getCenter(), false);
  }

  nudge(direction: Direction, steps = 1): void {
    if (!this.pin) return;
    const from = this.pin.getLatLng();
    const pixels = 8 * steps;
    const move: Record<Direction, [number, number]> = { north: [0, -pixels], south: [0, pixels], west: [-pixels, 0], east: [pixels, 0] };
    const to = this.map.unproject(this.map.project(from).add(move[direction]));
    this.settle(to);
    this.map.panInside(to, { padding: [50, 60], animate: !still });
    this.onMoved(direction, Math.max(1, Math.round(this.map.distance(from, to))));
  }

  private pick(at: L.LatLng, closer = true): void {
    this.settle(at);
    // A thumb on the whole of Sweden means "about there": come closer, so that the next tap can say where exactly.
    if (closer && this.map.getZoom() < 13) this.map.setView(at, Math.min(15, this.map.getZoom() + 3.5), { animate: !still });
  }

  private settle(at: L.LatLng): void {
    this.circle?.remove();
    this.circle = null;
    this.setPin(at);
    this.onPick({ lat: at.lat, lon: at.lng }, this.precision(at));
  }

  /** Metres that a finger covers here: half a 44-pixel target, rounded up to something honest. */
  private precision(at: L.LatLng): number {
    const here = this.map.project(at);
    return Math.ceil(this.map.distance(at, this.map.unproject(here.add([11, 0]))));
  }

  private setPin(at: L.LatLng): void {
    if (this.pin) {
      this.pin.setLatLng(at);
      return;
    }
    this.pin = L.marker(at, { icon: icon(), draggable: true, autoPan: true }).addTo(this.map);
    this.pin.on("dragend", () => this.pin && this.settle(this.pin.getLatLng()));
    const element = this.pin.getElement();
    if (!element) return;
    element.setAttribute("aria-label", t("js.place.pin"));
    element.addEventListener("keydown", (event) => {
      const directions: Record<string, Direction> = { ArrowUp: "north", ArrowDown: "south", ArrowLeft: "west", ArrowRight: "east" };
      const direction = directions[event.key];
      if (!direction) return;
      // The map would take the arrow keys to pan itself.
      event.preventDefault();
      event.stopPropagation();
      this.nudge(direction, event.shiftKey ? 8 : 1);
    });
  }
}
