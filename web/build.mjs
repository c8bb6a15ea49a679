// Builds everything a browser fetches into build/web/assets. Names are stable: pages are rendered by
// functions that are deployed apart from the assets, so a name with a hash would have to be known there.
import { build } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const web = dirname(fileURLToPath(import.meta.url));
const out = join(web, "..", "build", "web", "assets");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const common = {
  bundle: true,
  minify: true,
  legalComments: "linked",
  target: ["es2022", "safari16"],
  outdir: out,
  logLevel: "warning",
};

// The map and the photo reader are entry points of their own and are imported when they are needed:
// on a poor connection one can write and send before the map has come.
await build({
  ...common,
  entryPoints: ["form", "case", "link", "map", "photo-place", "desk"].map((name) =>
    join(web, "citizen/scripts", `${name}.ts`),
  ),
  format: "esm",
  splitting: true,
  chunkNames: "part-[hash]",
});

await build({
  ...common,
  entryPoints: [join(web, "citizen/styles/citizen.css"), join(web, "citizen/styles/map.css")],
  loader: { ".png": "file" },
  assetNames: "[name]",
});

await cp(join(web, "citizen/public"), out, { recursive: true });
const outlines = join(web, "shared/outlines.json");
if (await stat(outlines).catch(() => null)) await cp(outlines, join(out, "outlines.json"));

let total = 0;
for (const name of (await readdir(out)).sort()) {
  if (!/\.(js|css)$/.test(name)) continue;
  const size = gzipSync(await readFile(join(out, name))).length;
  total += size;
  console.log(`${name.padEnd(24)} ${(size / 1024).toFixed(1).padStart(7)} KB gz`);
}
console.log(`${"scripts and styles".padEnd(24)} ${(total / 1024).toFixed(1).padStart(7)} KB gz`);
if (total > 90 * 1024) {
  console.error("Scripts and styles weigh more than 90 KB gzipped: somebody waits for that in the rain.");
  process.exit(1);
}
