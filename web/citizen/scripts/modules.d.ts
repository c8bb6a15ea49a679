declare module "exifr/dist/mini.esm.mjs" {
  const exifr: { gps(file: Blob): Promise<unknown> };
  export default exifr;
}
