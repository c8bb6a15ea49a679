/** Takes the token of a mail's link from the address, so that only the button is left to press. */
const paste = document.getElementById("link-paste");
const field = document.getElementById("link") as HTMLInputElement | null;
const token = /^#t=(.+)$/.exec(location.hash)?.[1];

if (token && field && paste) {
  field.value = decodeURIComponent(token);
  paste.hidden = true;
  // The other language needs it, too; in the address it need not stay.
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a.language")) link.hash = location.hash;
  history.replaceState(null, "", location.pathname + location.search);
}

export {};
