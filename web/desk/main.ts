import { call, Refused } from "../citizen/scripts/api";
import { byId, pageData, setBusy } from "../citizen/scripts/dom";
import { t as door } from "../citizen/scripts/texts";
import { Desk } from "./desk";
import { Login, NotLoggedIn, type Ways } from "./login";
import { language, loadTexts } from "./texts";
import type { Me } from "./types";

document.documentElement.classList.add("has-js");

const ways = pageData<Ways>();
const login = new Login(ways);
const form = byId<HTMLFormElement>("login");
const button = form.querySelector("button");
const texts = loadTexts(language());
let desk: Desk | null = null;

function show(what: "login" | "outside" | "desk"): void {
  document.documentElement.classList.toggle("inside", what === "desk");
  byId("door").hidden = what === "desk";
  byId("desk").hidden = byId("bar").hidden = what !== "desk";
  form.hidden = what !== "login";
  byId("outside").hidden = byId("leave").hidden = what !== "outside";
}

function showForm(message = ""): void {
  show("login");
  byId("login-error").textContent = message;
}

/** Logged in, but nobody's staff: what the service says of that, and the way out to try another account. */
function showOutside(error: Refused): void {
  show("outside");
  byId("outside-title").textContent = error.problem.title;
  byId("outside-text").textContent = error.problem.detail ?? "";
  byId("outside-title").focus();
}

/** The desk stays as it was under the login: what somebody was writing is there when they are back. */
function loggedOut(): void {
  login.forget();
  showForm(door("js.desk.expired"));
  byId("email").focus();
}

async function enter(): Promise<void> {
  const token = await login.token();
  if (!token) return showForm();
  try {
    const me = await call<Me>("/api/v1/desk/me", { headers: { Authorization: `Bearer ${token}` } });
    await texts;
    show("desk");
    // Somebody else at the same screen starts with a desk of their own.
    if (desk && desk.me.caller_id !== me.caller_id) {
      desk.forget();
      return location.reload();
    }
    if (desk) return desk.back();
    desk = new Desk(me, login, loggedOut);
    desk.start();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.problem.code === "login_needed") return loggedOut();
    showOutside(error);
  }
}

async function attempt(action: () => Promise<void>, wrong: string): Promise<void> {
  byId("told").textContent = "";
  byId("login-error").textContent = "";
  if (button) setBusy(button, true);
  try {
    await action();
  } catch (error) {
    if (error instanceof NotLoggedIn) showForm(door(wrong));
    else {
      byId("told").textContent = door("js.desk.unreachable");
      if (byId("desk").hidden) form.hidden = false;
    }
  } finally {
    if (button) setBusy(button, false);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (button?.getAttribute("aria-disabled")) return;
  const email = byId<HTMLInputElement>("email").value;
  if (ways.hosted) void attempt(() => login.leave(email), "js.desk.failed");
  else {
    const password = byId<HTMLInputElement>("password");
    void attempt(async () => {
      await login.withPassword(email, password.value);
      password.value = "";
      await enter();
    }, "js.desk.wrong");
  }
});

byId("leave").addEventListener("click", () => void login.logOut());
void attempt(async () => {
  await login.returned();
  await enter();
}, "js.desk.failed");
