import { Unreachable, type Grant } from "./api";
import { make } from "./dom";

export const MOST = 5;
export const MAX_BYTES = 15 * 1024 * 1024;
/** Larger than any rendition the service makes; a phone's original is five to ten times as heavy to send. */
const SEND_EDGE = 2560;
const SHRINK_ABOVE = 1_500_000;

/** The storage answered, and did not take the file. */
export class NotTaken extends Unreachable {}

const TYPES: Record<string, string> = {
  jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", webp: "image/webp", heic: "image/heic", heif: "image/heif",
};

/** The type of a chosen file, by its name where the browser gives none; empty for what it cannot be. */
export function typeOf(file: File): string {
  // Some browsers give HEIC files no type at all.
  return file.type || TYPES[file.name.split(".").pop()?.toLowerCase() ?? ""] || "";
}

/** The picture in a file; `null` for what this browser cannot show. */
export async function bitmap(blob: Blob): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(blob);
  } catch {
    return null;
  }
}

/** Fills a canvas with a picture, its middle. A canvas and not an <img>: the pages' policy allows no blob addresses. */
export function cover(canvas: HTMLCanvasElement, picture: ImageBitmap): void {
  const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  canvas.getContext("2d")?.drawImage(picture, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
}

/** A smaller copy of a heavy photo, upright and without metadata; the photo itself when that is not possible. */
export async function lighter(file: File, type: string): Promise<{ blob: Blob; type: string }> {
  if (file.size < SHRINK_ABOVE || !["image/jpeg", "image/webp", "image/png"].includes(type)) return { blob: file, type };
  const picture = await bitmap(file);
  if (!picture) return { blob: file, type };
  const scale = Math.min(1, SEND_EDGE / Math.max(picture.width, picture.height));
  const canvas = make("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  const pen = canvas.getContext("2d");
  if (!pen) return { blob: file, type };
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  return small && small.size < file.size ? { blob: small, type: "image/jpeg" } : { blob: file, type };
}

/** Sends a file to where its grant says. Throws `NotTaken` when a new grant is needed, `Unreachable` otherwise. */
export function sendFile(grant: Grant, blob: Blob, name: string, progress: (percent: number) => void, begun: (request: XMLHttpRequest) => void = () => undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [field, value] of Object.entries(grant.fields)) form.append(field, value);
    // Last: the storage ignores every field that comes after the file.
    form.append("file", blob, name);
    const request = new XMLHttpRequest();
    begun(request);
    request.open("POST", grant.url);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(Math.round((event.loaded / event.total) * 100));
    };
    request.onload = () => ([200, 201, 204].includes(request.status) ? resolve() : reject(new NotTaken(`HTTP ${request.status}`)));
    request.onerror = () => reject(new Unreachable("upload"));
    request.onabort = () => reject(new Unreachable("aborted"));
    request.send(form);
  });
}
