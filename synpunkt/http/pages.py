"""HTML for people: templates and texts of the citizen's pages, rendered with everything escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aws_lambda_powertools.event_handler import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from synpunkt.clock import SWEDEN
from synpunkt.http.problem import ProblemModel

_WEB = Path(__file__).parents[2] / "web" / "citizen"
_MONTHS = {
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "en": "January February March April May June July August September October November December",
}


def page(
    template: str,
    language: str,
    *,
    status: int = 200,
    also_from: Sequence[str] = (),
    **context: Any,
) -> Response[str]:
    """The page as an answer. Never cached by others: pages hold keys and what only one person may read.

    `also_from`: other origins the page may post photos to or show map tiles from.
    """

    def translate(key: str, **values: object) -> str:
        return page_texts(language)[key].format(**values)

    html = (
        _environment()
        .get_template(template)
        .render(lang=language, t=translate, assets="/assets", texts=page_texts(language), **context)
    )
    return Response(
        status_code=status,
        content_type="text/html; charset=utf-8",
        body=html,
        headers={
            "Cache-Control": "no-store",
            "Content-Language": language,
            "Content-Security-Policy": _policy(also_from),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )


def origin_of(address: str) -> list[str]:
    """The origin of an address in a list, or nothing: what `also_from` takes."""
    parts = urlsplit(address)
    return [f"{parts.scheme}://{parts.netloc}".replace("{s}", "*")] if parts.netloc else []


def tiles_of(url: str, attribution: str) -> dict[str, str] | None:
    """The map tiles for a page; `None` where the stage has none and the map draws outlines alone."""
    return {"url": url, "attribution": attribution} if url else None


def _policy(also_from: Sequence[str]) -> str:
    others = "".join(f" {origin}" for origin in also_from)
    return (
        f"default-src 'self'; img-src 'self' data: blob:{others}; connect-src 'self'{others}; "
        f"form-action 'self'{others}; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def problem_page(problem: ProblemModel, language: str) -> Response[str]:
    """The problem as a page, for a browser that asked for one."""
    shown = {"title": problem.title, "detail": problem.detail}
    return page(
        "problem.html", language, status=problem.status, problem=shown, public_url="", stage="", other_lang_url=None
    )


@cache
def page_texts(language: str) -> Mapping[str, str]:
    """The texts of the pages in one language."""
    texts: dict[str, str] = json.loads((_WEB / "texts" / f"{language}.json").read_text("utf-8"))
    return texts


def localtime(iso: str, language: str) -> str:
    """`21 november 2026 kl. 14.05`, Swedish time."""
    moment = datetime.fromisoformat(iso).astimezone(SWEDEN)
    day = f"{moment.day} {_MONTHS[language].split()[moment.month - 1]} {moment.year}"
    return f"{day} kl. {moment:%H.%M}" if language == "sv" else f"{day}, {moment:%H:%M}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_WEB / "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["localtime"] = localtime
    return environment
