"""Answers that need not be sent again: an ETag for whatever is read as data, and 304 for whoever has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

Answer = dict[str, Any]
# Other kinds of text are pages, which are sent anew each time.
_TAGGED = ("application/json", "application/geo+json", "text/csv")


def conditional(event: Mapping[str, Any], answer: Answer) -> Answer:
    """The answer with its ETag; without a body when the caller named that one in `If-None-Match`. Source: RFC 9110."""
    headers = dict(answer.get("multiValueHeaders") or {})
    kind = next((values[0] for name, values in headers.items() if name.lower() == "content-type"), "")
    reads = event["httpMethod"] in ("GET", "HEAD") and answer["statusCode"] == HTTPStatus.OK
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
    if event["httpMethod"] not in ("GET", "HEAD") or not event["path"].startswith(("/api/", "/open311/")):
        return answer
    headers = dict(answer.get("multiValueHeaders") or {})
    more = {"Access-Control-Allow-Origin": ["*"], "Access-Control-Expose-Headers": ["Content-Language, ETag, Link"]}
    return {**answer, "multiValueHeaders": headers | more}


def _asked(event: Mapping[str, Any]) -> list[str]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return [each.strip().removeprefix("W/") for each in headers.get("if-none-match", "").split(",")]
