"""Where a reader's token may come from: the header, the page's own cookie, or the form on the page."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from synpunkt.http import Api
from synpunkt.identity import normalise_reference

_PREFIX = "case_"


def bearer_token(api: Api) -> str | None:
    """The token of `Authorization: Bearer …`."""
    scheme, _, token = (api.header("authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def cookie_name(reference: str) -> str:
    """The cookie that holds the token of one case."""
    return _PREFIX + (normalise_reference(reference) or "").replace("-", "")


def cookie_token(api: Api, reference: str) -> str | None:
    """The token that the page of this case has kept."""
    try:
        cookies = SimpleCookie(api.header("cookie") or "")
    except CookieError:
        return None
    found = cookies.get(cookie_name(reference))
    return found.value if found else None


def posted_token(api: Api) -> str:
    """The token from the form on the case page; whole private links are understood, too."""
    try:
        fields = parse_qs(api.current_event.decoded_body or "", max_num_fields=10)
    except ValueError:
        return ""
    return fields.get("token", [""])[-1].strip().rpartition("#t=")[2]
