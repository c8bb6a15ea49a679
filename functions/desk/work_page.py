"""The page of a hand-over, and the pages that say that its link opens nothing any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions.desk.errands import Errand, LinkState
from functions.desk.privacy_models import Contact
from functions.desk.settings import DoorSettings
from functions.desk.views import desk_case
from synpunkt.http.incoming import MAX_REASON
from synpunkt.http.pages import page
from synpunkt.identity import TokenMaker
from synpunkt.letters import private_link
from synpunkt.lifecycle import Case, EventType, HandOver, goes_along
from synpunkt.names import alphabetical
from synpunkt.places import municipalities
from synpunkt.stores.registry import RegistryStore
from synpunkt.story import giver_name, handed_over_by, holder_name, story


def work_page(
    settings: DoorSettings,
    language: str,
    errand: Errand,
    *,
    joined: RegistryStore,
    mistakes: Mapping[str, str],
    values: Mapping[str, str],
    tokens: TokenMaker,
    contact: Contact | None = None,
    asked_contact: bool = False,
) -> Response[str]:
    """The case, and what can be answered. `mistakes`: what to correct, by field.

    `contact`: who reported it, when that was asked for and may be told.
    """
    file = errand.file
    case, entry = file.case, handed_over_by(file)
    reason = file.text_at(entry.sequence, "reason") if entry else None
    return page(
        "work.html",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if mistakes else HTTPStatus.OK,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=f"/work/{case.reference}?lang={'en' if language == 'sv' else 'sv'}",
        case=desk_case(file, language).model_dump(mode="json"),
        photos=[photo.upload_id for photo in file.photos if goes_along(photo)],
        before=giver_name(entry, file, language) if entry else "",
        by_rule=entry is not None and entry.type is EventType.CASE_ROUTED,
        why=(case.routing or {}).get("sentences", {}).get(language),
        came_back=entry is not None and entry.type is EventType.HAND_OVER_RETURNED,
        reason=reason.full if reason else None,
        giver=holder_name(file, case.came_from[-1], language) if case.came_from else "",
        accepted=case.hand_over is HandOver.ACCEPTED,
        municipalities=_choices(joined, case),
        max_reason=MAX_REASON,
        mistakes=defaultdict(str, mistakes),
        values=defaultdict(str, values),
        contact=contact,
        asked_contact=asked_contact,
        work_link=_work_link(settings, tokens, case),
    )


def closed_page(settings: DoorSettings, language: str, errand: Errand) -> Response[str]:
    """The link was right once. What ended it is told, and nothing more of the case."""
    lines = story(errand.file, language)
    moves = (EventType.CASE_HANDED_OVER, EventType.HAND_OVER_RETURNED, EventType.CASE_ROUTED, EventType.CASE_REFERRED)
    ended = next((each for each in lines if each.entry.sequence > errand.round and each.entry.type in moves), None)
    expired = errand.state is LinkState.EXPIRED
    return page(
        "work_closed.html",
        language,
        status=HTTPStatus.GONE if expired else HTTPStatus.OK,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=None,
        reference=errand.file.case.reference,
        expired=expired,
        ended=ended.label if ended else None,
    )


def locked_page(settings: DoorSettings, language: str, reference: str, *, tried: bool = False) -> Response[str]:
    """A form to paste the link into; the same for a case that is not, and for a link that is not ours."""
    return page(
        "work_locked.html",
        language,
        status=HTTPStatus.NOT_FOUND if tried else HTTPStatus.OK,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=None,
        reference=reference[:20],
        tried=tried,
    )


def _choices(registry: RegistryStore, case: Case) -> list[dict[str, str]]:
    """The municipalities that have joined, but for the one that has the case itself."""
    known = {each.code: each.name for each in municipalities()}
    codes = [code for code in registry.joined(list(known)) if case.body or code != case.municipality]
    return [{"code": code, "name": known[code]} for code in sorted(codes, key=lambda code: alphabetical(known[code]))]


def _work_link(settings: DoorSettings, tokens: TokenMaker, case: Case) -> str | None:
    """The page of the case itself, for a municipality that has accepted; it opens for as long as they have it."""
    if case.body or case.hand_over is not HandOver.ACCEPTED:
        return None
    token = tokens.work_token(case.case_id, case.token_version, case.round)
    return private_link(settings.public_url, case.reference, token)
