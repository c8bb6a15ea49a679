"""Where a reader's token may come from: the header, the page's own cookie, or the form on the page."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from synpunkt.http.app import Api
from synpunkt.identity import normalise_reference

_COOKIE_SECONDS = 1800


def bearer_token(api: Api) -> str | None:
    """The token of `Authorization: Bearer …`."""
    scheme, _, token = (api.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def cookie_token(api: Api, page: str, reference: str) -> str | None:
    """The token that the page of this case has kept; `page`: its sort, `case` or `work`."""
    try:
        cookies = SimpleCookie(api.header("cookie") or "")
    except CookieError:
        return None
    found = cookies.get(_cookie_name(page, reference))
    return found.value if found else None


def posted_fields(api: Api) -> dict[str, str]:
    """The last value of each field of a small form; nothing when it cannot be read."""
    try:
        fields = parse_qs(api.current_event.decoded_body or "", max_num_fields=10)
    except ValueError:
        return {}
    return {name: values[-1].strip() for name, values in fields.items()}


def posted_token(api: Api) -> str:
    """The token from the form on the page; whole private links are understood, too."""
    return posted_fields(api).get("token", "").rpartition("#t=")[2]


def keep_token(
    page: str, path: str, reference: str, token: str, *, secure: bool, query: Mapping[str, str] | None = None
) -> Response[str]:
    """Back to the page at `path`, with the token in a cookie that only this page sends and no script reads."""
    suffix = "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    cookie = Cookie(
        name=_cookie_name(page, reference),
        value=token,
        path=path,
        max_age=_COOKIE_SECONDS,
        http_only=True,
        secure=secure,
        same_site=SameSite.STRICT_MODE,
    )
    return see_other(path + suffix, cookie)


def see_other(address: str, *cookies: Cookie) -> Response[str]:
    """On to another page of ours, so that going back or reloading sends nothing twice."""
    return Response(
        status_code=HTTPStatus.SEE_OTHER,
        content_type="text/plain",
        body="",
        headers={"Location": address, "Cache-Control": "no-store"},
        cookies=list(cookies),
    )


def _cookie_name(page: str, reference: str) -> str:
    return f"{page}_" + (normalise_reference(reference) or "").replace("-", "")
