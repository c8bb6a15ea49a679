import { call, Refused } from "./api";
import { byId, make, pageData, setBusy } from "./dom";
import { Login, NotLoggedIn, type Ways } from "./login";
import { t } from "./texts";

interface Me {
  name: string;
  municipality_names: string[];
  scopes: string[];
  roles: string[];
  departments: string[];
}

document.documentElement.classList.add("has-js");

const ways = pageData<Ways>();
const login = new Login(ways);
const form = byId<HTMLFormElement>("login");
const button = form.querySelector("button");
const outside = { login_needed: "js.desk.expired" } as Record<string, string>;
// From what everybody may to what few may.
const MAY = "read write contact assign bulk hand_over refer correct registry staff keys operator".split(" ");

function showForm(message = ""): void {
  byId("inside").hidden = true;
  byId("outside").hidden = true;
  byId("logout").hidden = true;
  form.hidden = false;
  byId("login-error").textContent = message;
}

function showInside(me: Me): void {
  form.hidden = true;
  byId("name").textContent = me.name;
  byId("municipality").textContent = me.municipality_names.join(", ") || t("js.desk.nation");
  byId("roles").textContent = me.roles.map((role) => t(`js.desk.role.${role}`)).join(", ");
  byId("departments").textContent = me.departments.join(", ") || t("js.desk.all_departments");
  byId("may").replaceChildren(...MAY.filter((scope) => me.scopes.includes(scope)).map((scope) => make("li", {}, t(`js.desk.may.${scope}`))));
  byId("inside").hidden = false;
  byId("logout").hidden = false;
  byId("inside-title").focus();
}

/** Logged in, but nobody's staff: what the service says of that, and the way out to try another account. */
function showOutside(error: Refused): void {
  form.hidden = true;
  byId("outside-title").textContent = error.problem.title;
  byId("outside-text").textContent = error.problem.detail ?? "";
  byId("outside").hidden = false;
  byId("logout").hidden = false;
  byId("outside-title").focus();
}

async function enter(): Promise<void> {
  const token = await login.token();
  if (!token) return showForm();
  try {
    showInside(await call<Me>("/api/v1/desk/me", { headers: { Authorization: `Bearer ${token}` } }));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const expired = outside[error.problem.code ?? ""];
    if (!expired) return showOutside(error);
    login.forget();
    showForm(t(expired));
  }
}

async function attempt(action: () => Promise<void>, wrong: string): Promise<void> {
  byId("told").textContent = "";
  byId("login-error").textContent = "";
  if (button) setBusy(button, true);
  try {
    await action();
  } catch (error) {
    if (error instanceof NotLoggedIn) showForm(t(wrong));
    else {
      byId("told").textContent = t("js.desk.unreachable");
      if (byId("inside").hidden) form.hidden = false;
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

byId("logout").addEventListener("click", () => void login.logOut());
void attempt(async () => {
  await login.returned();
  await enter();
}, "js.desk.failed");
