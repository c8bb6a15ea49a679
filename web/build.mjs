// Builds everything a browser fetches into build/web: assets, and the pages for developers. Names are stable: pages are rendered by
// functions that are deployed apart from the assets, so a name with a hash would have to be known there.
import { build } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildDocs } from "./docs/pages.mjs";

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
const { metafile } = await build({
  ...common,
  entryPoints: [
    ...["form", "case", "link", "map", "photo-place"].map((name) => ({ in: join(web, "citizen/scripts", `${name}.ts`), out: name })),
    { in: join(web, "desk/main.ts"), out: "desk" },
  ],
  format: "esm",
  splitting: true,
  chunkNames: "part-[hash]",
  metafile: true,
});

await build({
  ...common,
  entryPoints: ["citizen/styles/citizen.css", "citizen/styles/map.css", "desk/desk.css"].map((path) => ({
    in: join(web, path),
    out: basename(path, ".css"),
  })),
  loader: { ".png": "file" },
  assetNames: "[name]",
});

await cp(join(web, "citizen/public"), out, { recursive: true });
const outlines = join(web, "shared/outlines.json");
if (await stat(outlines).catch(() => null)) await cp(outlines, join(out, "outlines.json"));

await buildDocs(join(out, "..", "docs"));

const sizes = new Map();
for (const name of (await readdir(out)).sort()) {
  if (!/\.(js|css)$/.test(name)) continue;
  sizes.set(name, gzipSync(await readFile(join(out, name))).length);
  console.log(`${name.padEnd(24)} ${(sizes.get(name) / 1024).toFixed(1).padStart(7)} KB gz`);
}

// What a page's scripts lead to, now or later, with its styles.
function weight(what, scripts, styles, limit, complaint) {
  const all = new Set(styles);
  const follow = (name) => {
    if (all.has(name)) return;
    all.add(name);
    for (const each of metafile.outputs[Object.keys(metafile.outputs).find((path) => basename(path) === name)].imports) {
      if (!each.external) follow(basename(each.path));
    }
  };
  scripts.forEach(follow);
  const total = [...all].reduce((sum, name) => sum + sizes.get(name), 0);
  console.log(`${what.padEnd(24)} ${(total / 1024).toFixed(1).padStart(7)} KB gz of ${limit}`);
  if (total <= limit * 1024) return;
  console.error(complaint);
  process.exitCode = 1;
}

const tooHeavy = (limit) => `More than ${limit} KB of scripts and styles, gzipped: somebody waits for that in the rain.`;
weight("citizen's pages", ["form.js", "case.js", "link.js", "map.js", "photo-place.js"], ["citizen.css", "map.css"], 90, tooHeavy(90));
weight("desk", ["desk.js"], ["citizen.css", "map.css", "desk.css"], 200, tooHeavy(200));
