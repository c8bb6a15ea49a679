import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { icon } from "./icons";
import { t } from "./texts";

/** A part of the photo, each measure from 0 to 1. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const STEP = 0.02;
const LEAST = 0.02;

/** Boxes over what nobody may see in a photo: drawn with mouse or finger, or moved and sized with arrow keys. */
export class Masking {
  boxes: Box[] = [];
  private chosen = -1;
  private from: { x: number; y: number } | null = null;
  private readonly photo = new Image();
  private canvas: HTMLCanvasElement | null = null;
  private failed = false;

  constructor(
    url: string,
    private readonly changed: () => void,
    private readonly focus: (selector: string) => void,
  ) {
    this.photo.onload = () => this.fit();
    this.photo.onerror = () => {
      this.failed = true;
      changed();
    };
    this.photo.src = url;
  }

  private readonly shown = (element: Element | undefined): void => {
    this.canvas = (element as HTMLCanvasElement | undefined) ?? null;
    this.fit();
  };

  private fit(): void {
    if (!this.canvas || !this.photo.naturalWidth) return;
    this.canvas.width = this.photo.naturalWidth;
    this.canvas.height = this.photo.naturalHeight;
    this.draw();
  }

  private draw(): void {
    const { canvas } = this;
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return;
    pen.drawImage(this.photo, 0, 0);
    this.boxes.forEach((box, index) => {
      const at = [box.x * canvas.width, box.y * canvas.height, box.width * canvas.width, box.height * canvas.height] as const;
      pen.fillStyle = "#111";
      pen.fillRect(...at);
      pen.lineWidth = Math.max(2, canvas.width / 250);
      pen.strokeStyle = index === this.chosen ? "#f5b82e" : "#fff";
      pen.strokeRect(...at);
    });
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const around = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { x: within((event.clientX - around.left) / around.width), y: within((event.clientY - around.top) / around.height) };
  }

  private pressed(event: PointerEvent): void {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.from = this.at(event);
    this.boxes = [...this.boxes, { ...this.from, width: 0, height: 0 }];
    this.chosen = this.boxes.length - 1;
  }

  private moved(event: PointerEvent): void {
    if (!this.from) return;
    const to = this.at(event);
    const box = { x: Math.min(this.from.x, to.x), y: Math.min(this.from.y, to.y), width: Math.abs(to.x - this.from.x), height: Math.abs(to.y - this.from.y) };
    this.boxes = [...this.boxes.slice(0, -1), box];
    this.draw();
  }

  private released(): void {
    this.from = null;
    // A slip of the finger is no box.
    this.boxes = this.boxes.filter((box) => box.width >= LEAST / 2 && box.height >= LEAST / 2);
    this.chosen = this.boxes.length - 1;
    this.draw();
    this.changed();
  }

  private add(): void {
    this.boxes = [...this.boxes, { x: 0.4, y: 0.4, width: 0.2, height: 0.2 }];
    this.choose(this.boxes.length - 1);
    this.focus(`#mask-box-${this.chosen}`);
  }

  private choose(index: number): void {
    this.chosen = index;
    this.draw();
    this.changed();
  }

  private drop(index: number): void {
    this.boxes = this.boxes.filter((_, each) => each !== index);
    this.choose(Math.min(index, this.boxes.length - 1));
    this.focus(this.chosen < 0 ? "#mask-add" : `#mask-box-${this.chosen}`);
  }

  private key(event: KeyboardEvent, index: number): void {
    const box = this.boxes[index];
    const way = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] } as Record<string, [number, number]>)[event.key];
    if (!box || !way) return;
    event.preventDefault();
    const [x, y] = [way[0] * STEP, way[1] * STEP];
    const next = event.shiftKey
      ? { ...box, width: Math.min(1 - box.x, Math.max(LEAST, box.width + x)), height: Math.min(1 - box.y, Math.max(LEAST, box.height + y)) }
      : { ...box, x: Math.min(1 - box.width, Math.max(0, box.x + x)), y: Math.min(1 - box.height, Math.max(0, box.y + y)) };
    this.boxes = this.boxes.map((each, at) => (at === index ? next : each));
    this.choose(index);
  }

  view(): TemplateResult {
    const percent = (part: number): number => Math.round(part * 100);
    return html`<p id="mask-hint">${t("mask.hint")}</p>
      ${this.failed ? html`<p class="problem" role="alert">${t("mask.no_photo")}</p>` : nothing}
      <canvas class="mask" role="img" aria-label=${t("mask.canvas", { count: this.boxes.length })} ${ref(this.shown)}
        @pointerdown=${(event: PointerEvent) => this.pressed(event)} @pointermove=${(event: PointerEvent) => this.moved(event)} @pointerup=${() => this.released()} @pointercancel=${() => this.released()}></canvas>
      <button type="button" class="button small" id="mask-add" @click=${() => this.add()}>${t("mask.add")}</button>
      <ul class="mask-boxes">${this.boxes.map(
        (box, index) => html`<li><button type="button" id="mask-box-${index}" class="button small ${index === this.chosen ? "chosen-box" : ""}" aria-describedby="mask-hint" @focus=${() => this.choose(index)} @keydown=${(event: KeyboardEvent) => this.key(event, index)}>
          ${t("mask.box", { number: index + 1, x: percent(box.x), y: percent(box.y), width: percent(box.width), height: percent(box.height) })}</button>
          <button type="button" class="quiet small" aria-label=${t("mask.drop", { number: index + 1 })} @click=${() => this.drop(index)}>${icon("close")}</button></li>`,
      )}</ul>`;
  }
}

function within(part: number): number {
  return Math.min(1, Math.max(0, part));
}
