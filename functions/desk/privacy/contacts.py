"""Showing contact data: to whom, when not, and each time written down before it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, cast

from functions.desk.cases.looking import sees_protected
from functions.desk.door import has
from functions.desk.hand_over.errands import Errand, doer_of
from functions.desk.privacy.privacy_models import Contact, ContactRead, ContactReads
from synpunkt import clock
from synpunkt.clock import to_iso
from synpunkt.http import Problem
from synpunkt.http.problem import not_found
from synpunkt.identity import Caller, Scope
from synpunkt.lifecycle import Case, HandOver, Holder
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.people import PeopleStore, Read, Reporter
from synpunkt.stores.staff import StaffStore
from synpunkt.story import holder_name

# What one look at the log reads; who saw it before the last hundred times is in the table.
_MOST_READS = 100


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contact data, for those who have a case."""

    people: PeopleStore
    staff: StaffStore
    keys: KeyStore

    def of_case(self, file: CaseFile, caller: Caller) -> Contact:
        """Who reported the case; nothing but their language when they left nothing.

        Raises `Problem`: 403 for those who do not have the case, or lack the right; for everybody but the named role
        when who reported it is protected; and where the reporter did not want it passed on.
        """
        case = file.case
        has(caller, case, Scope.CONTACT)
        if case.protected and not sees_protected(caller, case):
            raise Problem(HTTPStatus.FORBIDDEN, "contact_protected")
        reporter = self.people.reporter(case.case_id)
        if reporter is None:
            return Contact(language=case.language)
        if _got_it_from_somebody(case):
            if case.hand_over is not HandOver.ACCEPTED:
                raise Problem(HTTPStatus.CONFLICT, "contact_after_accepting")
            if not reporter.share_contact:
                raise Problem(HTTPStatus.FORBIDDEN, "contact_not_shared")
        self._write_down(case, caller.caller_id, "desk")
        return _told(reporter)

    def for_system(self, file: CaseFile, caller: Caller) -> Contact | None:
        """Who reported the case, along with the case; `None` where `of_case` refuses, and when they left nothing."""
        try:
            contact = self.of_case(file, caller)
        except Problem:
            return None
        return contact if contact.name or contact.email or contact.phone else None

    def for_link(self, errand: Errand) -> Contact | None:
        """Who reported the case, for whoever got it by mail; `None` unless they allowed it, and while protected.

        Raises `Problem` (404) before the case is accepted.
        """
        case = errand.file.case
        if case.hand_over is not HandOver.ACCEPTED:
            raise not_found()
        reporter = None if case.protected else self.people.reporter(case.case_id)
        if reporter is None or not reporter.share_contact:
            return None
        self._write_down(case, doer_of(errand).by, "link")
        return _told(reporter)

    def reads(self, file: CaseFile, caller: Caller, language: str) -> ContactReads:
        """Who saw it: of the caller's own municipality, and by links that it handed out. Raises as `of_case` does."""
        has(caller, file.case, Scope.CONTACT)
        found = [
            read
            for read in self.people.reads(file.case.case_id, limit=_MOST_READS)
            if caller.may(Scope.CONTACT, Holder.parse(read.holder).municipality)
        ]
        names = self._names(file.case.municipality or "", {read.by for read in found if read.how == "desk"})
        return ContactReads(
            reads=[
                ContactRead(
                    at=to_iso(read.at),
                    by=read.by,
                    name=names.get(read.by)
                    if read.how == "desk"
                    else holder_name(file, Holder.parse(read.holder), language),
                    how=cast(Literal["desk", "link"], read.how),
                )
                for read in found
            ]
        )

    def _names(self, municipality: str, ids: set[str]) -> dict[str, str]:
        people = self.staff.names(municipality, ids)
        return people | self.keys.names(ids - people.keys())

    def _write_down(self, case: Case, by: str, how: str) -> None:
        self.people.log_read(case.case_id, Read(clock.now(), by, how, str(case.holder)))


def _got_it_from_somebody(case: Case) -> bool:
    """Whether the case was another's first: who reported it wrote to them and not to those who have it now."""
    return bool(case.came_from) and case.came_from[0].municipality != case.municipality


def _told(reporter: Reporter) -> Contact:
    return Contact(name=reporter.name, email=reporter.email, phone=reporter.phone, language=reporter.language)
