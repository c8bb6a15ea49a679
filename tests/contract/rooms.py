"""The HTTP rooms as one WSGI application, so that tools which speak HTTP can try them in process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from tests.component.world import World

_ROUTING = ("/api/v1/locate", "/api/v1/categories", "/api/v1/municipalities")
_REGISTRY = ("/registry", "/evidence", "/invitations")
_ROOMS = (
    ("/api/v1/reports", "intake"),
    ("/api/v1/uploads", "intake"),
    ("/api/v1/municipality/sandbox/cases", "intake"),
    ("/api/v1/municipality/sandbox/outbox", "deliver"),
    ("/api/v1/sandboxes", "desk.registry_api"),
    ("/api/v1/desk/claims", "desk.registry_api"),
    ("/api/v1/claims", "desk.registry_api"),
    ("/api/v1/invitations", "desk.registry_api"),
    ("/api/v1/desk/me/", "desk"),
    *((f"/api/v1/desk/{part}", "desk.staff_api") for part in ("login", "me", "staff", "keys", "subscriptions")),
    ("/api/v1/desk/", "desk"),
    *((path, "route") for path in _ROUTING),
    ("/api/v1/events", "deliver"),
    ("/api/v1/open/", "insight"),
    ("/api/v1/municipality/", "desk"),
)
_POSTED = (("requests", "intake"), ("servicerequestupdates", "desk"))


def application(world: World) -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """A WSGI application that hands each request to the room that owns its path."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        room = next((room for prefix, room in _ROOMS if path.startswith(prefix)), "cases")
        if environ["REQUEST_METHOD"] == "POST" and path.startswith("/open311/v2/"):
            # As the gateway sends it: what is posted goes to those who keep it, and everything else to the readers.
            room = next((room for prefix, room in _POSTED if path.startswith(f"/open311/v2/{prefix}.")), "cases")
        if (
            room == "desk"
            and path.startswith("/api/v1/desk/municipalities/")
            and any(each in path for each in _REGISTRY)
        ):
            room = "desk.registry_api"
        if room == "desk" and path.endswith(("/contact", "/contact-reads", "/preview", "/register")):
            room = "desk.contact_api"
        if room == "desk" and path.startswith("/api/v1/municipality/") and not path.endswith("/updates"):
            room = "desk.contact_api"
        headers = {
            name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else None
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        answer = world.call(room, environ["REQUEST_METHOD"], path, body=body, headers=headers, query=query)
        start_response(f"{int(answer.status)} x", list(answer.headers.items()))
        return [answer.content]

    return app
