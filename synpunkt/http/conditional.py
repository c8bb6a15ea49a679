"""Answers that need not be sent again: an ETag for whatever is read as data, and 304 for whoever has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

Answer = dict[str, Any]
# Other kinds of text are pages, which are sent anew each time.
_TAGGED = ("application/json", "application/geo+json", "text/csv", "text/xml")
_ANYWHERE = ("/api/", "/open311/")
_READS = ("GET", "HEAD")
_EXPOSED = "Content-Language, ETag, Link, Retry-After, X-Next-End-Date, X-Next-Start-Date, X-Start-Date"


def conditional(event: Mapping[str, Any], answer: Answer) -> Answer:
    """The answer with its ETag; without a body when the caller named that one in `If-None-Match`. Source: RFC 9110."""
    headers = dict(answer.get("multiValueHeaders") or {})
    kind = next((values[0] for name, values in headers.items() if name.lower() == "content-type"), "")
    reads = event["httpMethod"] in _READS and answer["statusCode"] == HTTPStatus.OK
    if not reads or not kind.startswith(_TAGGED) or answer.get("isBase64Encoded"):
        return answer
    # Weak: the same content, whatever a proxy does to its bytes.
    tag = f'"{hashlib.sha256(answer["body"].encode()).hexdigest()[:32]}"'
    told = {**answer, "multiValueHeaders": headers | {"ETag": [f"W/{tag}"]}}
    if tag not in _asked(event):
        return told
    return {**told, "statusCode": HTTPStatus.NOT_MODIFIED.value, "body": ""}


def readable_anywhere(event: Mapping[str, Any], answer: Answer) -> Answer:
    """The answer for scripts of any site to read: what everybody may read, asked for without a login or a cookie."""
    if event["httpMethod"] not in _READS or not event["path"].startswith(_ANYWHERE):
        return answer
    headers = dict(answer.get("multiValueHeaders") or {})
    more = {"Access-Control-Allow-Origin": ["*"], "Access-Control-Expose-Headers": [_EXPOSED]}
    return {**answer, "multiValueHeaders": headers | more}


def may_read_anywhere(event: Mapping[str, Any]) -> Answer | None:
    """The answer to a browser that asks first whether a script may read so, naming what it has; `None` for all else.

    No other header may be sent along: neither keys nor tokens belong in other sites' scripts.
    """
    if event["httpMethod"] != "OPTIONS" or not event["path"].startswith(_ANYWHERE):
        return None
    if _header(event, "access-control-request-method") not in _READS:
        return None
    headers = {
        "Access-Control-Allow-Origin": ["*"],
        "Access-Control-Allow-Methods": [", ".join(_READS)],
        "Access-Control-Allow-Headers": ["If-None-Match"],
        "Access-Control-Max-Age": ["86400"],
    }
    return {
        "statusCode": HTTPStatus.NO_CONTENT.value,
        "multiValueHeaders": headers,
        "body": "",
        "isBase64Encoded": False,
    }


def _asked(event: Mapping[str, Any]) -> list[str]:
    return [each.strip().removeprefix("W/") for each in _header(event, "if-none-match").split(",")]


def _header(event: Mapping[str, Any], wanted: str) -> str:
    return next((value for name, value in (event.get("headers") or {}).items() if name.lower() == wanted), "")
