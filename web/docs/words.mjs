// Text into HTML.
export function escape(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** What stands in a docstring: names of fields in backquotes. */
export function prose(text) {
  return escape(text ?? "").replaceAll(/`([^`]+)`/g, "<code>$1</code>");
}
