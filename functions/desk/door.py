"""Who may do what to a case with a key or a login, and that it still is as they saw it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Annotated, cast

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Path

from functions.desk.cases.checks import Check, Doer, not_changed
from functions.desk.cases.departments import is_open, within
from functions.desk.cases.looking import for_everyone, private_part, sees_protected
from functions.desk.cases.models import DeskCase
from functions.desk.cases.photo_links import PhotoLinks
from functions.desk.cases.views import desk_case
from functions.desk.settings import DoorSettings
from functions.desk.words.together import beside
from synpunkt import clock
from synpunkt.http import Api, Problem
from synpunkt.http.callers import caller_of, require
from synpunkt.http.enclosing import Enclosures
from synpunkt.identity import Caller, CallerKind, Scope
from synpunkt.lifecycle import Actor, Case, comes_with_words
from synpunkt.places import municipality as municipality_of
from synpunkt.sandbox import is_test
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.staff import StaffStore
from synpunkt.stores.uploads import UploadStore

CaseId = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]


@cache
def cases() -> CaseStore:
    """The cases."""
    return CaseStore(DoorSettings.from_env().cases_table)


@cache
def enclosures() -> Enclosures:
    """What is said, together with its photos."""
    return Enclosures(cases(), UploadStore(cases().table))


@cache
def keys() -> KeyStore:
    """The keys of those who call."""
    return KeyStore(DoorSettings.from_env().registry_table)


def api_of(router: Router) -> Api:
    """The API a router has been included in."""
    return cast(Api, router.api_resolver)


def caller_at(router: Router) -> Caller:
    """Who calls. Raises `Problem`: 401 without a valid key or login, 403 for nobody's staff and for the suspended."""
    return caller_by(api_of(router), keys())


def caller_by(api: Api, keys: KeyStore) -> Caller:
    """As `caller_at`: with whom they stand in for today, where they may not do everything anyway."""
    caller = caller_of(api, keys)
    if not caller.departments or caller.kind is CallerKind.KEY:
        return caller
    today, staff = clock.now().date(), StaffStore(keys.table)
    covered = [each for code in caller.municipalities for each in staff.covered_by(code, caller.caller_id, today)]
    return replace(caller, stands_in_for=frozenset(covered))


def caller_in(router: Router, municipality: str, scope: Scope) -> Caller:
    """Who calls, when they may do that in a municipality. Raises `Problem`: 422 for none, 403 for another's."""
    caller = caller_at(router)
    if municipality_of(municipality) is None:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
    require(caller, scope, municipality)
    return caller


def seen(case_id: str, caller: Caller, scope: Scope) -> CaseFile:
    """The case, for somebody who may know of it. A private one looks to others as if it did not exist.

    Who is limited to departments reads what is public of the others, as everybody does, and does nothing there.
    """
    file = cases().load(case_id)
    if file is None:
        raise Problem(HTTPStatus.NOT_FOUND, "case_not_found")
    case = file.case
    concerned = [each.municipality for each in case.came_from] + ([case.municipality] if case.municipality else [])
    theirs = within(caller, case) or (scope is Scope.READ and is_open(case))
    if not ((theirs and any(caller.may(scope, code) for code in concerned)) or operates(caller, case)):
        knows = is_open(case) or (within(caller, case) and any(caller.may(Scope.READ, code) for code in concerned))
        if not knows:
            raise Problem(HTTPStatus.NOT_FOUND, "case_not_found")
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")
    return file


def doing(caller: Caller, case_id: str, asked: int | None, allowed: Callable[[Case], None]) -> tuple[Doer, Check]:
    """Who does it, and what must hold, now and still when it is written. `asked`: the version they read."""
    current = not_changed(seen(case_id, caller, Scope.WRITE).case, asked)

    def check(file: CaseFile) -> None:
        current(file)
        allowed(file.case)

    return Doer(Actor.HANDLER, caller.caller_id), check


def has(caller: Caller, case: Case, scope: Scope = Scope.WRITE, *, triage: bool = False) -> None:
    """Passes for whoever has the case and may do that. Raises `Problem` for others, and while a body has it."""
    mine = case.municipality is not None and caller.may(scope, case.municipality) and within(caller, case)
    if mine and case.body is not None:
        raise Problem(HTTPStatus.CONFLICT, "body_has_it")
    if not mine and not (triage and operates(caller, case)):
        raise Problem(HTTPStatus.FORBIDDEN, "not_allowed")


def operates(caller: Caller, case: Case) -> bool:
    """Whether the case is one that our own operators look after."""
    return Scope.OPERATOR in caller.scopes and case.triage_reason is not None and not is_test(case)


def case_answer(router: Router, case_id: str, caller: Caller) -> DeskCase:
    """The case as the caller sees it, as it stands now."""
    file = cases().load(case_id)
    if file is None:
        raise KeyError(case_id)
    language = api_of(router).language
    return told(file, caller, language).model_copy(update=beside(file.case, caller, language))


def told(file: CaseFile, caller: Caller, language: str) -> DeskCase:
    """The case as the caller may see it, without what stands beside it.

    Who is limited to departments reads of another's what everybody reads, and nothing that is said or kept inside.
    """
    if not within(caller, file.case) and not operates(caller, file.case):
        case = desk_case(for_everyone(file), language)
        with_words = {each.sequence for each in file.entries if comes_with_words(each)}
        seen = (each for each in case.timeline if each.sequence not in with_words)
        ids = {"timeline": [each.model_copy(update={"data": {}}) for each in seen]}
        return case.model_copy(update=ids | private_part(file, caller, photo_links(), works=False))
    named = sees_protected(caller, file.case)
    case = desk_case(file, language, inside=lambda code: caller.may(Scope.READ, code), named=named)
    return case.model_copy(update=private_part(file, caller, photo_links(), works=operates(caller, file.case)))


@cache
def photo_links() -> PhotoLinks:
    """The addresses of photos for those who have their case."""
    settings = DoorSettings.from_env()
    return PhotoLinks(token_maker(settings.token_secret_id), settings.public_url)
