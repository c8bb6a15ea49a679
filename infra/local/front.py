"""The same-origin front, CloudFront's stand-in: static files, the API behind it, and the outbox."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from synpunkt.http.open311 import FORMATS, to_xml
from synpunkt.http.problem import Problem
from synpunkt.texts import best_language

from .layout import WEB
from .outbox import Outbox

API_PATHS = ("/report", "/c", "/work", "/claim", "/desk", "/api", "/open311")
PAGES = Path(__file__).parent / "pages"
# What the desk's page asks the user pool for where it has no pages of its own; anything else stays behind the front.
LOGIN_PATH = "/_dev/login"
LOGIN_TARGET = "AWSCognitoIdentityProviderService.InitiateAuth"
VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# The gateway's own answer to an address it does not know; in the cloud a gateway response puts it right.
_NO_SUCH_ROUTE = (403, "Missing Authentication Token")
# The emulator starts a process for each call at once; more than this starve each other on a small machine, so the
# others wait their turn here.
AT_ONCE = 8
# CloudFront takes no longer address than this, and neither does the client here take one of any length.
LONGEST_ADDRESS = 8192
# The gateway's own answers, in the words of infra/app.yaml: the emulator's would be in words of its own.
TOO_LARGE, FAILED, TOO_SLOW = "REQUEST_TOO_LARGE", "DEFAULT_5XX", "INTEGRATION_TIMEOUT"
_SAYS = {
    TOO_LARGE: (413, "too_large", "The request is too large; photos go one by one, by way of /api/v1/uploads."),
    FAILED: (502, "unavailable", "Something went wrong with us; please try again."),
    TOO_SLOW: (504, "timeout", "The answer took too long; please try again with the same Idempotency-Key."),
}
# A function is called with six megabytes at most, and a body reaches it in base64.
LARGEST_BODY = 6 * 1024 * 1024 * 3 // 4
_HOP_BY_HOP = {
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "keep-alive",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}


def make_front(public_url: str, apis: Mapping[str, str], emulator_url: str, outbox: Outbox) -> Starlette:
    """The application to serve.

    `apis`: what a path begins with → the base address of its API at the emulator; the first that fits counts.
    `emulator_url`: where browsers post photos.
    """
    pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True)
    client = httpx.AsyncClient(timeout=60, follow_redirects=False, limits=httpx.Limits(max_connections=100))

    turns = asyncio.Semaphore(AT_ONCE)

    async def api(request: Request) -> Response:
        async with turns:
            base = next(each for prefix, each in apis.items() if request.url.path.startswith(prefix))
            return await _forwarded(client, base, public_url, request)

    async def login(request: Request) -> Response:
        return await _login(client, emulator_url, request)

    async def outbox_json(request: Request) -> Response:
        return JSONResponse({"messages": await run_in_threadpool(outbox.messages)})

    async def outbox_page(request: Request) -> Response:
        messages = await run_in_threadpool(outbox.messages)
        return HTMLResponse(pages.get_template("outbox.html").render(messages=messages[::-1]))

    async def outbox_style(request: Request) -> Response:
        return FileResponse(PAGES / "outbox.css")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> Any:
        yield
        await client.aclose()

    routes = [
        Route("/_dev/outbox", outbox_page),
        Route("/_dev/outbox.json", outbox_json),
        Route("/_dev/outbox.css", outbox_style),
        Route(LOGIN_PATH, login, methods=["POST"]),
        Route("/", api, methods=VERBS),
        *(Route(path, api, methods=VERBS) for path in API_PATHS),
        *(Route(path + "/{rest:path}", api, methods=VERBS) for path in API_PATHS),
        Route("/{path:path}", _static),
    ]
    middleware = [Middleware(AddedHeaders, headers=security_headers(emulator_url))]
    return Starlette(routes=routes, lifespan=lifespan, middleware=middleware)


class AddedHeaders:
    """Gives every answer the headers it does not set itself."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the call on."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    present.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)


def security_headers(emulator_url: str) -> dict[str, str]:
    """The headers the edge adds to every answer; photos are posted straight to the bucket's address."""
    policy = {
        "default-src": "'self'",
        "img-src": f"'self' data: blob: {emulator_url}",
        "connect-src": f"'self' {emulator_url}",
        "form-action": f"'self' {emulator_url}",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


async def _forwarded(client: httpx.AsyncClient, api_url: str, public_url: str, request: Request) -> Response:
    # As bytes: what somebody else's cookie holds need not be ASCII.
    skipped = {name.encode() for name in _HOP_BY_HOP | {"host"}}
    headers = [(name, value) for name, value in request.headers.raw if name not in skipped]
    scheme, _, host = public_url.partition("://")
    peer = request.client.host if request.client else "127.0.0.1"
    forwarded = {"x-forwarded-for": peer, "x-forwarded-proto": scheme, "x-forwarded-host": host}
    headers += [(name.encode(), value.encode()) for name, value in forwarded.items()]
    path = request.scope["raw_path"].decode("ascii")
    query = request.scope["query_string"].decode("ascii")
    target = path + (f"?{query}" if query else "")
    if len(target) > LONGEST_ADDRESS:
        return _too_long(request)
    accept = request.headers.get("accept", "")
    body = await request.body()
    if len(body) > LARGEST_BODY:
        return gateways_own(TOO_LARGE, request.url.path, accept)
    try:
        answer = await client.request(request.method, httpx.URL(api_url + target), headers=headers, content=body)
    except httpx.HTTPError as error:
        name = TOO_SLOW if isinstance(error, httpx.TimeoutException) else FAILED
        return gateways_own(name, request.url.path, accept)
    message = _message_of(answer)
    if (answer.status_code, message) == _NO_SUCH_ROUTE:
        return _nothing_here(request)
    if answer.status_code >= 500 and message is not None:
        # No room of ours answers like that: the emulator tells that a function did not run to its end.
        return gateways_own(TOO_SLOW if "timed out" in message else FAILED, request.url.path, accept)
    response = Response(answer.content, answer.status_code)
    del response.headers["content-length"]
    for name, value in answer.headers.multi_items():
        if name not in _HOP_BY_HOP:
            response.headers.append(name, value)
    if request.method != "HEAD":
        response.headers["content-length"] = str(len(answer.content))
    return response


async def _login(client: httpx.AsyncClient, emulator_url: str, request: Request) -> Response:
    if request.headers.get("x-amz-target") != LOGIN_TARGET:
        return problem(403, "not_allowed", request)
    headers = {"x-amz-target": LOGIN_TARGET, "content-type": "application/x-amz-json-1.1"}
    try:
        answer = await client.post(emulator_url, headers=headers, content=await request.body())
    except httpx.HTTPError:
        return problem(502, "internal_error", request)
    return Response(
        answer.content, answer.status_code, {"Cache-Control": "no-store"}, media_type="application/x-amz-json-1.1"
    )


def _nothing_here(request: Request) -> Response:
    if not request.url.path.startswith(("/api", "/open311")):
        return no_page()
    return problem(404, "not_found", request)


def gateways_own(name: str, path: str, accept: str = "") -> Response:
    """One of the gateway's own answers: as a problem, and to clients of Open311 in their own shape."""
    status, code, title = _SAYS[name]
    if path.startswith("/open311"):
        # Of what fails in one of many ways, the gateway's words there have to name one status.
        return _as_open311(503 if name == FAILED else status, title, xml="xml" in accept)
    problem = {"type": "about:blank", "title": title, "code": code, **({"status": status} if name != FAILED else {})}
    return JSONResponse(problem, status, media_type="application/problem+json")


def _as_open311(status: int, description: str, *, xml: bool) -> Response:
    errors = [{"code": status, "description": description}]
    if xml:
        return Response(to_xml("errors", errors), status, media_type=FORMATS["xml"])
    return JSONResponse(errors, status)


def _too_long(request: Request) -> Response:
    """414; to clients of Open311 in their own shape."""
    status, code = HTTPStatus.REQUEST_URI_TOO_LONG, "address_too_long"
    path = request.url.path
    if not path.startswith("/open311"):
        return problem(status, code, request)
    told = Problem(status, code).model(best_language(request.headers.get("accept-language"))).detail
    return _as_open311(status, told, xml=path.endswith(".xml"))


def problem(status: int, code: str, request: Request) -> Response:
    """An RFC 9457 problem in the caller's language, as the gateway's own responses are in the cloud."""
    language = best_language(request.headers.get("accept-language"))
    content = Problem(HTTPStatus(status), code).model(language).model_dump(exclude_defaults=True)
    return JSONResponse(content, status, media_type="application/problem+json")


def _message_of(answer: httpx.Response) -> str | None:
    if not answer.headers.get("content-type", "").startswith("application/json"):
        return None
    try:
        told = answer.json()
    except ValueError:
        return None
    message = told.get("message") if isinstance(told, dict) else None
    return message if isinstance(message, str) else None


def _file_at(path: str) -> Path | None:
    try:
        file = (WEB / path).resolve()
        if file.is_dir() and path.endswith("/"):
            file /= "index.html"
        inside = file.is_relative_to(WEB.resolve()) and not path.startswith("pages/")
        return file if inside and file.is_file() else None
    except (OSError, ValueError):
        # A name no file can have.
        return None


def no_page() -> Response:
    """What a browser gets where there is nothing."""
    return HTMLResponse(
        "<!doctype html><html lang=sv><title>404</title><p>Sidan finns inte. <a href='/'>Till startsidan</a>", 404
    )


async def _static(request: Request) -> Response:
    path = request.path_params["path"]
    file = _file_at(path)
    if file is None:
        # As a folder's page is asked for by people who type.
        return RedirectResponse(f"/{path}/", 308) if _file_at(f"{path}/") else no_page()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return FileResponse(file, media_type=media_type, headers={"Cache-Control": "no-cache"})
