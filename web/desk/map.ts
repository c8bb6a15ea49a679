import * as L from "leaflet";
import { PlaceMap, type Point, type Tiles } from "../citizen/scripts/map";
import type { Row } from "./types";

interface Told {
  pointed(caseId: string): void;
  chosen(caseId: string): void;
}

/** The cases of the list on a map. The list says all the map does, so the marks are for the mouse alone. */
export class CasesMap extends PlaceMap {
  private readonly marks = new Map<string, L.Marker>();
  private pointedAt = "";

  constructor(
    element: HTMLElement,
    options: { assets: string; tiles: Tiles | null },
    private readonly told: Told,
  ) {
    super(element, { ...options, wheel: true });
  }

  /** The municipality first, and then as near as its cases allow. */
  begin(municipality: string, rows: Row[]): void {
    void this.showMunicipality(municipality);
    this.show(rows);
  }

  show(rows: Row[]): void {
    const there = new Set<string>();
    const first = !this.marks.size;
    for (const row of rows) {
      if (row.lat === null || row.lon === null) continue;
      there.add(row.case_id);
      const known = this.marks.get(row.case_id);
      if (known) known.setLatLng([row.lat, row.lon]);
      else this.marks.set(row.case_id, this.mark(row, { lat: row.lat, lon: row.lon }));
    }
    for (const [caseId, mark] of this.marks) {
      if (there.has(caseId)) continue;
      mark.remove();
      this.marks.delete(caseId);
    }
    if (first && this.marks.size) void this.shown.then(() => this.fit());
  }

  /** Marks the case that is pointed at in the list. */
  point(caseId: string): void {
    this.marks.get(this.pointedAt)?.getElement()?.classList.remove("pointed");
    this.pointedAt = caseId;
    const mark = this.marks.get(caseId);
    mark?.getElement()?.classList.add("pointed");
    mark?.setZIndexOffset(1000);
  }

  /** Brings the case into view. */
  choose(caseId: string): void {
    const mark = this.marks.get(caseId);
    if (mark && !this.map.getBounds().contains(mark.getLatLng())) this.map.panTo(mark.getLatLng());
    this.point(caseId);
  }

  private fit(): void {
    const points = [...this.marks.values()].map((mark) => mark.getLatLng());
    if (points.length && !this.gone) this.map.fitBounds(L.latLngBounds(points), { padding: [50, 50], maxZoom: 14, animate: false });
  }

  private mark(row: Row, point: Point): L.Marker {
    const icon = L.divIcon({ className: `mark ${row.attention}`, iconSize: [22, 22] });
    const mark = L.marker([point.lat, point.lon], { icon, keyboard: false }).addTo(this.map);
    mark.on("mouseover", () => this.told.pointed(row.case_id));
    mark.on("mouseout", () => this.told.pointed(""));
    mark.on("click", () => this.told.chosen(row.case_id));
    // Leaflet calls every mark a button; these cannot be reached by keyboard and say nothing the list does not.
    mark.getElement()?.removeAttribute("role");
    mark.getElement()?.setAttribute("aria-hidden", "true");
    const label = document.createElement("span");
    label.textContent = `${row.category_name} · ${row.reference}`;
    mark.bindTooltip(label, { direction: "top", offset: [0, -10] });
    return mark;
  }
}
