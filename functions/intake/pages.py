"""The report form and its receipt as pages."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.intake.models import Receipt
from functions.intake.settings import ApiSettings
from synpunkt.http import FieldError
from synpunkt.http.pages import origin_of, page, tiles_of
from synpunkt.http.uploads import origin
from synpunkt.names import in_alphabetical_order
from synpunkt.responsibility import groups, notice_rules
from synpunkt.texts import text


def form_page(
    settings: ApiSettings,
    language: str,
    *,
    key: str | None = None,
    values: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    status: int = HTTPStatus.OK,
) -> Response[str]:
    """The form, empty with a fresh key, or with what was filled in and what is to be corrected."""
    return page(
        "form.html",
        language,
        status=status,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url="/?lang=en" if language == "sv" else "/?lang=sv",
        key=key or secrets.token_urlsafe(24),
        groups=_groups(language),
        municipalities=[{"code": each.code, "name": each.name} for each in in_alphabetical_order()],
        notice_rules=_notice_rules(language),
        values=defaultdict(str, values or {}),
        errors=[each.model_dump() for each in errors],
        tiles=tiles_of(settings.tile_url, settings.tile_attribution),
        also_from=[origin(settings.quarantine_bucket), *origin_of(settings.tile_url)],
    )


def receipt_page(settings: ApiSettings, language: str, receipt: Receipt) -> Response[str]:
    """The receipt of a report that was sent without JavaScript."""
    return page(
        "receipt.html",
        language,
        status=HTTPStatus.CREATED,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=None,
        receipt=receipt.model_dump(),
    )


def _groups(language: str) -> list[dict[str, Any]]:
    return [
        {
            "id": group.group,
            "name": group.name[language],
            "categories": [
                {
                    "category": each.category,
                    "name": each.name[language],
                    "kind": each.kind.value,
                    "visibility": each.visibility.value,
                    "keywords": [*each.keywords["sv"], *each.keywords["en"]],
                    "notice": each.notice,
                }
                for each in group.categories
            ],
        }
        for group in groups()
    ]


def _notice_rules(language: str) -> list[dict[str, Any]]:
    return [
        {
            "code": rule.code,
            "text": text(
                "notice.acute_fault_no_phone" if rule.code == "acute_fault" else f"notice.{rule.code}",
                language,
            ),
            "phone": rule.phone,
            "patterns": list(rule.patterns),
            "categories": list(rule.categories),
        }
        for rule in notice_rules()
    ]
