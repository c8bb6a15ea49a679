import { gps } from "exifr/dist/mini.esm.mjs";

/** Where the photo says it was taken. Read on the device and kept there unless its owner asks to use it. */
export async function photoPlace(file: Blob): Promise<{ lat: number; lon: number } | null> {
  try {
    const found = (await gps(file)) as { latitude: number; longitude: number } | undefined;
    if (!found || !Number.isFinite(found.latitude) || !Number.isFinite(found.longitude)) return null;
    return { lat: found.latitude, lon: found.longitude };
  } catch {
    return null;
  }
}
