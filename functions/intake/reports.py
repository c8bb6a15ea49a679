"""Accepting a report: where it is, what may be seen, and everything written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from functions.intake.models import LocationIn, Notice, Receipt, ReportIn
from functions.intake.settings import ApiSettings
from functions.intake.warnings import notices_for
from synpunkt import clock
from synpunkt.asked import answer_name
from synpunkt.http import Problem
from synpunkt.http.enclosing import claimable, told_of
from synpunkt.http.points import place_in_sweden
from synpunkt.identity import TokenMaker, canonical_fingerprint, hash_key, new_reference
from synpunkt.lifecycle import (
    Change,
    Kind,
    Location,
    Text,
    Visibility,
    default_visibility,
    submit,
)
from synpunkt.masking import text_beside
from synpunkt.places import Place, municipality
from synpunkt.responsibility import Category, answer_text, responsible_at
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.dynamo import Busy, ConditionFailed, get_item, to_wire
from synpunkt.stores.items import expiry_of
from synpunkt.stores.people import PeopleStore, Reporter
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.uploads import Upload, UploadStore

_KEEP_KEY_SECONDS = 60 * 24 * 3600
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Intake:
    """The front door's stores and the origin people see."""

    cases: CaseStore
    people: PeopleStore
    registry: RegistryStore
    uploads: UploadStore
    tokens: TokenMaker
    public_url: str

    @classmethod
    def of(cls, config: ApiSettings) -> Intake:
        """The front door of this process."""
        return cls(
            cases=CaseStore(config.cases_table),
            people=PeopleStore(config.people_table),
            registry=RegistryStore(config.registry_table),
            uploads=UploadStore(config.cases_table),
            tokens=token_maker(config.token_secret_id),
            public_url=config.public_url,
        )

    def earlier(self, key: str, raw: Any) -> Receipt | None:
        """The receipt of what was accepted with that key. Raises `Problem` (409) when it was something else."""
        return self._earlier(key, canonical_fingerprint(raw))

    def check(self, report: ReportIn, key: str, language: str) -> None:
        """Passes for a report that can be accepted. Raises `Problem` otherwise, as `accept` does."""
        self._draft(report, key, language)

    def accept(self, report: ReportIn, raw: Any, key: str, language: str) -> Receipt:
        """Stores the report and answers its receipt; the same key and body give the same receipt, always.

        `raw`: the body as sent, for the fingerprint. Raises `Problem` when the report cannot be accepted; nothing
        is stored then.
        """
        fingerprint = canonical_fingerprint(raw)
        if earlier := self._earlier(key, fingerprint):
            return earlier
        draft = self._draft(report, key, language)
        for _ in range(_TRIES):
            uploads = claimable(self.uploads, report.photos, key)
            try:
                return self._store(draft, uploads, fingerprint)
            except ConditionFailed:
                # A twin with the same key, a reference in use, or an upload that changed: look again.
                if earlier := self._earlier(key, fingerprint):
                    return earlier
        raise Busy

    def _earlier(self, key: str, fingerprint: str) -> Receipt | None:
        record = get_item(self.cases.table, f"K#{hash_key(key)}", "KEY")
        if record is None:
            return None
        if record["fingerprint"] != fingerprint:
            raise Problem(HTTPStatus.CONFLICT, "idempotency_conflict")
        return self._receipt(record)

    def _receipt(self, record: Mapping[str, Any]) -> Receipt:
        return Receipt(
            case_id=record["case_id"],
            reference=record["reference"],
            status_url=f"{self.public_url}/c/{record['reference']}",
            token=self.tokens.case_token(record["case_id"], record["token_version"]),
            notices=[Notice.model_validate(each) for each in record["notices"]],
        )

    def _draft(self, report: ReportIn, key: str, language: str) -> _Draft:
        place = _place(report.location)
        found = responsible_at(place, report.municipality) if place else None
        code = found.municipality if found else report.municipality
        if report.municipality is not None and municipality(report.municipality) is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_municipality")
        if code is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "place_missing")
        profile = self.registry.profile(code)
        about = self.registry.category(profile, report.category)
        if report.category is not None and about is None:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "unknown_category")
        spoken = (report.reporter.language if report.reporter else None) or language
        notices = notices_for(report, about, found, profile, code, spoken)
        return _Draft(report, about, hash_key(key), spoken, notices)

    def _store(self, draft: _Draft, uploads: Sequence[Upload], fingerprint: str) -> Receipt:
        change = draft.change(uploads)
        case = change.case
        record = {
            "pk": f"K#{draft.key_hash}",
            "sk": "KEY",
            "fingerprint": fingerprint,
            "case_id": case.case_id,
            "reference": case.reference,
            "token_version": case.token_version,
            "notices": [each.model_dump(exclude_none=True) for each in draft.notices],
            "expires_at": int(case.created_at.timestamp()) + _KEEP_KEY_SECONDS,
        }
        expires_at = expiry_of(case)
        reference = {"pk": f"R#{case.reference}", "sk": "REF", "case_id": case.case_id, "expires_at": expires_at}
        reporter = draft.reporter()
        contact = (
            [
                self.people.put(
                    case.case_id, reporter, self._hashes(reporter), now=case.created_at, expires_at=expires_at
                )
            ]
            if reporter
            else []
        )
        self.cases.write(
            change,
            self._put_new(record),
            self._put_new(reference),
            *contact,
            *(self.uploads.claim(upload, case) for upload in uploads),
        )
        return self._receipt(record)

    def _hashes(self, reporter: Reporter) -> dict[str, str]:
        addresses = {"email_hash": reporter.email, "phone_hash": reporter.phone}
        return {name: self.tokens.recipient_hash(value) for name, value in addresses.items() if value}

    def _put_new(self, item: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "Put": {
                "TableName": self.cases.table,
                "Item": to_wire(item),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }


@dataclass(frozen=True, slots=True)
class _Draft:
    """A report that has been understood, before it becomes a case."""

    report: ReportIn
    about: Category | None
    key_hash: str
    language: str
    notices: Sequence[Notice]

    def change(self, uploads: Sequence[Upload]) -> Change:
        """The new case with its texts, and with the photos that were ready (or refused) before it came."""
        report, now = self.report, clock.now()
        kind = report.kind or (self.about.kind if self.about else Kind.FAULT)
        asked = self.about.visibility if self.about else None
        visibility = default_visibility(kind, asked, publish=report.publish)
        location = report.location
        change = submit(
            case_id=clock.new_id(),
            reference=new_reference(),
            event_id=clock.new_id(),
            now=now,
            kind=kind,
            category=report.category,
            visibility=visibility,
            language=self.language,
            channel=report.channel,
            location=_point(location),
            municipality_given=report.municipality,
            texts=self._texts(visibility),
            has_contact=self.reporter() is not None,
            photos_expected=len(uploads),
        )
        for upload in uploads:
            change = _with_photo(change, upload)
        return change

    def reporter(self) -> Reporter | None:
        """Contact data, when the reporter left any."""
        given = self.report.reporter
        if given is None or not (given.name or given.email or given.phone):
            return None
        contact_by = given.contact_by or ("email" if given.email else "none")
        return Reporter(
            self.language, contact_by, given.name, given.email, given.phone, share_contact=given.share_contact
        )

    def _texts(self, visibility: Visibility) -> list[Text]:
        texts = [text_beside(1, "description", self.report.description, visibility)]
        if self.report.location and self.report.location.text:
            texts.append(text_beside(1, "place", self.report.location.text, visibility))
        texts += [
            Text(1, answer_name(name), answer_text(answer), "", Visibility.PRIVATE)
            for name, answer in self.report.answers.items()
        ]
        return texts


def _place(location: LocationIn | None) -> Place | None:
    if location is None or location.lat is None or location.lon is None:
        return None
    return place_in_sweden(location.lat, location.lon, location.accuracy_m)


def _point(location: LocationIn | None) -> Location | None:
    if location is None or location.lat is None or location.lon is None:
        return None
    return Location(location.lat, location.lon, location.accuracy_m, location.method)


def _with_photo(change: Change, upload: Upload) -> Change:
    step = told_of(change.case, upload, now=change.case.created_at)
    if step is None:
        return change
    return replace(
        change,
        case=step.case,
        entries=change.entries + step.entries,
        photos=change.photos + step.photos,
    )
