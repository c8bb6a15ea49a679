// The pages for developers under /docs/: what docs/ says to those who connect a system, and every route there is.
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";
import anchor from "markdown-it-anchor";
import { reference } from "./reference.mjs";
import { escape } from "./words.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
// What somebody who connects a system reads, in the order in which they need it.
const PAGES = { events: "docs/events.md", catalogue: "events/README.md", api: "docs/api.md", open311: "docs/open311.md", bridge: "docs/bridge.md", "open-data": "docs/open-data.md", staff: "docs/staff.md", changelog: "CHANGELOG.md" };
const EXAMPLES = "docs/examples";
// The pages are the same files on every stack, whichever port it listens on; so they say whose address theirs is.
const MINE = "http://127.0.0.1:8000";
const WHOSE = `<p class="whose">Commands are for a stack on your own machine, <code>make run</code>: <code>${MINE}</code>, unless <code>PORT</code> named another port.</p>`;
const TOLD = {
  events: "Fetch what happens to your cases, or have it sent to you: webhooks, queues, your own bus.",
  catalogue: "Each event with what it tells.",
  api: "What all routes have in common: keys, errors, lists, versions.",
  open311: "GeoReport v2 for the whole country, reading and writing.",
  bridge: "An app of your own between Synpunkt and your back office.",
  "open-data": "Public cases of the whole country, as lists, as changes, as files.",
  staff: "Who may do what, and how an admin makes keys for systems.",
  changelog: "What has changed, by who notices.",
  reference: "Each route with its parameters, bodies and answers.",
};

/** Writes them into a folder; the names of the pages are their addresses. */
export async function buildDocs(out) {
  await mkdir(out, { recursive: true });
  const read = (path) => readFile(join(root, path), "utf-8");
  const made = await Promise.all(Object.entries(PAGES).map(async ([name, path]) => ({ name, ...rendered(await read(path), path) })));
  made.find(({ name }) => name === "catalogue").title = "Every event";
  const openapi = JSON.parse(await read("functions/cases/openapi.json"));
  made.push({ name: "reference", title: "Every route", html: reference(openapi) });
  for (const page of made) await put(out, page.name, shell(page, made));
  await put(out, ".", shell({ name: "", title: "For developers", html: front(made) }, made));
  for (const each of await readdir(join(root, EXAMPLES))) {
    if (each.endsWith(".py")) await cp(join(root, EXAMPLES, each), join(out, "examples", each));
  }
  await cp(join(root, "events/asyncapi.json"), join(out, "asyncapi.json"));
  await cp(join(dirname(fileURLToPath(import.meta.url)), "docs.css"), join(out, "docs.css"));
}

async function put(out, name, html) {
  await mkdir(join(out, name), { recursive: true });
  await writeFile(join(out, name, "index.html"), html);
}

function rendered(text, path) {
  const md = new MarkdownIt({ html: false, linkify: false }).use(anchor, { level: [2, 3], slugify });
  const title = /^# (.+)$/m.exec(text)?.[1] ?? "";
  const tokens = md.parse(text.replace(/^# .+\n/, ""), {});
  tokens.forEach((token) => follow(token.children ?? [], path));
  const html = md.renderer.render(tokens, md.options, {});
  // A heading with nothing in it is none. A wide table is looked through sideways, also with the keys.
  return { title, html: (text.includes(MINE) ? WHOSE : "") + html.replaceAll("<th></th>", "<td></td>").replaceAll("<table>", '<div class="wide" tabindex="0"><table>').replaceAll("</table>", "</table></div>").replaceAll("<pre>", '<pre tabindex="0">') };
}

/** A heading's name in addresses, as the links in the documents have it. */
function slugify(heading) {
  return heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
}

/** Links between pages lead to pages, those to examples to their files; those to files that are not here are only words. */
function follow(tokens, path) {
  let dropped = false;
  for (const token of tokens) {
    if (token.type === "link_open") {
      const href = token.attrGet("href");
      if (/^(https?:|#)/.test(href)) continue;
      const [file, fragment] = href.split("#");
      const there = join(dirname(path), file);
      const name = Object.keys(PAGES).find((each) => PAGES[each] === there);
      if (dirname(there) === EXAMPLES) token.attrSet("href", `/docs/examples/${basename(there)}`);
      else if (name) token.attrSet("href", `/docs/${name}/${fragment ? `#${fragment}` : ""}`);
      else dropped = true;
    }
    if (dropped && token.type.startsWith("link_")) {
      dropped = token.type === "link_open";
      Object.assign(token, { type: "text", content: "" });
    }
  }
}

function front(made) {
  const cards = made.map(({ name, title }) => `<li><a href="/docs/${name}/">${escape(title)}</a><p>${TOLD[name]}</p></li>`).join("");
  return `<p class="lead">Connect a system of yours: post a report and fetch its first event, with two commands.</p><ul class="cards">${cards}</ul>
<h2>For tools</h2><ul><li><a href="/api/v1/openapi.json">openapi.json</a>: every route (OpenAPI 3.1)</li><li><a href="/docs/asyncapi.json">asyncapi.json</a>: every event (AsyncAPI 3.0)</li><li><a href="/open311/v2/discovery.json">discovery.json</a>: Open311</li></ul>`;
}

function shell(page, made) {
  const links = made.map(({ name, title }) => `<li><a href="/docs/${name}/"${name === page.name ? ' aria-current="page"' : ""}>${escape(title)}</a></li>`).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)} – Synpunkt</title><link rel="icon" href="/assets/favicon.svg"><link rel="stylesheet" href="/docs/docs.css"></head>
<body><a class="skip" href="#main">To the text</a>
<header><a href="/docs/">Synpunkt for developers</a></header>
<nav aria-label="Pages"><ul>${links}</ul></nav>
<main id="main"><h1>${escape(page.title)}</h1>${page.html}</main></body></html>
`;
}
