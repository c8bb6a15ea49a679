// Every route of an OpenAPI document as HTML: what it takes, and what it answers.
import { escape, prose } from "./words.mjs";

/** The routes by their tags, in the order of the document. */
export function reference(openapi) {
  const groups = new Map();
  for (const [path, methods] of Object.entries(openapi.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "Other";
      groups.set(tag, [...(groups.get(tag) ?? []), route(openapi, method, path, operation)]);
    }
  }
  const links = [...groups.keys()].map((tag) => `<li><a href="#${slug(tag)}">${escape(tag)}</a></li>`).join("");
  const parts = [...groups].map(([tag, routes]) => `<section><h2 id="${slug(tag)}">${escape(tag)}</h2>${routes.join("")}</section>`);
  return `<ul class="ways">${links}</ul>${parts.join("")}`;
}

function route(openapi, method, path, { summary, description, parameters = [], requestBody, responses }) {
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => body(openapi, `Body, <code>${escape(type)}</code>`, schema));
  const answers = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const [type, { schema } = {}] = Object.entries(content).find(([each]) => !each.startsWith("application/problem")) ?? [];
    return type && schema ? body(openapi, `Answers ${status}, <code>${escape(type)}</code>`, schema) : `<h4>Answers ${status}</h4><p>${prose(description)}</p>`;
  });
  return `<details><summary><h3><span class="verb">${method.toUpperCase()}</span> <code>${escape(path)}</code></h3> ${prose(summary)}</summary>
<p>${prose(description)}</p>${parameters.length ? `<h4>Parameters</h4>${fields(parameters.map((each) => ({ ...each, from: each.in })))}` : ""}${bodies.join("")}${answers.join("")}</details>`;
}

function body(openapi, title, schema) {
  const found = resolved(openapi, schema.type === "array" ? schema.items : schema);
  const required = new Set(found.required ?? []);
  const properties = Object.entries(found.properties ?? {}).map(([name, each]) => ({ name, schema: each, description: each.description, required: required.has(name) }));
  return `<h4>${title}</h4>${found.description ? `<p>${prose(found.description)}</p>` : ""}${properties.length ? fields(properties) : `<p><code>${escape(kind(schema))}</code></p>`}`;
}

function fields(rows) {
  const cells = rows.map(({ name, from, schema, description, required }) => `<tr><th scope="row"><code>${escape(name)}</code></th><td><code>${escape(kind(schema))}</code></td><td>${[required ? "required" : "", from ? `in ${from}` : ""].filter(Boolean).join(", ")}</td><td>${prose(description)}</td></tr>`);
  return `<div class="wide" tabindex="0"><table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Needed</th><th scope="col">What</th></tr></thead><tbody>${cells.join("")}</tbody></table></div>`;
}

function resolved(openapi, schema = {}) {
  return schema.$ref ? resolved(openapi, openapi.components.schemas[schema.$ref.split("/").at(-1)]) : schema;
}

/** A type in a few words. */
function kind(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.enum) return schema.enum.join(" | ");
  if ("const" in schema) return String(schema.const);
  if (schema.anyOf) return schema.anyOf.filter((each) => each.type !== "null").map(kind).join(" | ");
  if (schema.type === "array") return `list of ${kind(schema.items)}`;
  return [schema.type ?? "anything", schema.pattern ?? schema.format].filter(Boolean).join(" ");
}

function slug(text) {
  return text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}
