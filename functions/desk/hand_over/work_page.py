"""The page where those who got a case by mail answer, and the pages that say that its link opens nothing any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions.desk.cases.views import desk_case
from functions.desk.hand_over.errands import Errand, LinkState, doer_of
from functions.desk.privacy.privacy_models import Contact
from functions.desk.settings import DoorSettings
from synpunkt.http.incoming import MAX_REASON
from synpunkt.http.pages import page
from synpunkt.identity import TokenMaker
from synpunkt.letters import private_link
from synpunkt.lifecycle import Case, EventType, HandOver, goes_along, may_happen
from synpunkt.names import alphabetical
from synpunkt.places import municipalities
from synpunkt.sandbox import real_of
from synpunkt.stores.registry import RegistryStore
from synpunkt.story import giver_name, handed_over_by, holder_name, story

# A department is called what its own people call it, whatever language somebody reads in.
WORK_LANGUAGE = "sv"


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
    units = units_of(joined, case, language)
    return page(
        "work.html",
        language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if mistakes else HTTPStatus.OK,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=f"/work/{case.reference}?lang={'en' if language == 'sv' else 'sv'}",
        case=desk_case(file, language, inside=_inside(case)).model_dump(mode="json"),
        photos=[photo.upload_id for photo in file.photos if goes_along(photo)],
        before=giver_name(entry, file, language) if entry else "",
        by_rule=entry is not None and entry.type is EventType.CASE_ROUTED,
        why=(case.routing or {}).get("sentences", {}).get(language),
        came_back=entry is not None and entry.type is EventType.HAND_OVER_RETURNED,
        reason=reason.full if reason else None,
        giver=holder_name(file, case.came_from[-1], language) if case.came_from else "",
        accepted=case.hand_over is HandOver.ACCEPTED,
        has_it=case.hand_over is not HandOver.OFFERED,
        acts=[act for act, event in _ACTS.items() if may_happen(case, event, doer_of(errand).actor)],
        units=units.others,
        unit=units.own,
        municipalities=_choices(joined, case),
        max_reason=MAX_REASON,
        mistakes=defaultdict(str, mistakes),
        values=defaultdict(str, values),
        contact=contact,
        asked_contact=asked_contact,
        work_link=_work_link(settings, tokens, case),
    )


# What can be done from the page, while the case is in a state in which it may happen.
_ACTS: Mapping[str, EventType] = {
    "start": EventType.WORK_STARTED,
    "reply": EventType.REPLY_POSTED,
    "ask": EventType.QUESTION_ASKED,
    "done": EventType.CASE_RESOLVED,
    "reopen": EventType.CASE_REOPENED,
    "unit": EventType.CASE_ASSIGNED,
    "pass_on": EventType.CASE_HANDED_OVER,
}


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


@dataclass(frozen=True, slots=True)
class Units:
    """The units of the municipality that has a case. `own`: what the one is called that works on it, or nothing.

    `others`: id and name of the rest, those that get mails.
    """

    own: str
    others: Mapping[str, str]


def units_of(registry: RegistryStore, case: Case, language: str) -> Units:
    """The units; none while a body has the case. `language`: that of the reader, for their own."""
    profile = registry.profile(case.municipality) if case.municipality and not case.body else None
    if profile is None:
        return Units("", {})
    ours = case.team or case.department
    names = {unit: profile.unit_name(unit, WORK_LANGUAGE) for unit in profile.mails if ":" not in unit and unit != ours}
    others = dict(sorted(names.items(), key=lambda each: alphabetical(each[1])))
    return Units(profile.unit_name(ours, language) if ours else "", others)


def _inside(case: Case) -> Callable[[str], bool]:
    """Whose notes are shown: those of the municipality that has the case, to its own people."""
    return lambda code: not case.body and code == case.municipality


def _choices(registry: RegistryStore, case: Case) -> list[dict[str, str]]:
    """The municipalities that have joined, but for the one that has the case itself."""
    known = {each.code: each.name for each in municipalities()}
    here = real_of(case.municipality or "")
    codes = [code for code in registry.joined(list(known)) if case.body or code != here]
    return [{"code": code, "name": known[code]} for code in sorted(codes, key=lambda code: alphabetical(known[code]))]


def _work_link(settings: DoorSettings, tokens: TokenMaker, case: Case) -> str | None:
    """The page of the case itself, for a municipality that has accepted; it opens for as long as they have it."""
    if case.body or case.hand_over is not HandOver.ACCEPTED:
        return None
    token = tokens.work_token(case.case_id, case.token_version, case.round)
    return private_link(settings.public_url, case.reference, token)
