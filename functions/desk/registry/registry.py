"""A municipality's registry over the API: read, check, try, put in force and take back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from functions.desk.registry.registry_models import (
    AreaList,
    AreaOut,
    DryRunOut,
    Found,
    History,
    LintOut,
    MoveOut,
    PublishedOut,
    RollBackOut,
    VersionOut,
)
from synpunkt.clock import now
from synpunkt.http import FieldError, Problem
from synpunkt.http.problem import ProblemModel, not_found
from synpunkt.identity import Caller
from synpunkt.places import municipality
from synpunkt.places.area_upload import AreaError
from synpunkt.replay import newest
from synpunkt.responsibility.document import Document
from synpunkt.responsibility.dry_run import dry_run
from synpunkt.responsibility.lint import Finding, starting_document
from synpunkt.responsibility.yaml_file import MAX_BYTES, BadDocument, Loaded, dump, load, load_json, path_text
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.evidence import EvidenceStore
from synpunkt.stores.versions import AlreadyInForce, Checked, Overtaken, UnknownVersion, VersionStore


class DocumentProblem(Problem):
    """A document that cannot be put in force, with what is wrong in it for its editor."""

    def __init__(self, status: HTTPStatus, code: str, errors: Sequence[FieldError]) -> None:
        super().__init__(status, code)
        self.errors = errors

    def model(self, language: str) -> ProblemModel:
        """The problem in words. Its errors quote the document: only the person who sent it reads them."""
        return super().model(language).model_copy(update={"errors": list(self.errors)})


@dataclass(frozen=True, slots=True)
class SentShape:
    """A GeoJSON file as it was sent. `file`: its name, for the history."""

    content: bytes
    file: str


@dataclass(frozen=True, slots=True)
class RegistryDesk:
    """Edits registries for callers whose right to it has been looked at before."""

    versions: VersionStore
    evidence: EvidenceStore
    cases: CaseStore

    def document(self, code: str, version: int | None) -> tuple[Document, str]:
        """The document of a version, by default of the one in force, and what names this content."""
        if municipality(code) is None:
            raise not_found()
        current = self.versions.current(code)
        number = current if version is None else version
        try:
            document = self.versions.document(code, number) or starting_document(code)
        except UnknownVersion as error:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_version") from error
        # Based on what is in force, also when an earlier version is taken up again.
        return document.model_copy(update={"based_on": current}), f'"{code}.{number}.{current}"'

    def publish(self, code: str, loaded: Loaded, *, caller: Caller, note: str) -> PublishedOut:
        """Puts the document in force as a new version, with the shapes that were uploaded for its sub-areas."""
        checked = self._without_errors(code, loaded)
        self._refuse_new_flags(loaded)
        try:
            version = self.versions.put_in_force(checked, author=author(caller), note=note)
        except Overtaken as error:
            raise _overtaken(error) from error
        return PublishedOut(version=version.version, changes=list(version.changes))

    def lint(self, code: str, loaded: Loaded) -> LintOut:
        """Everything that is wrong with the document, and what is doubtful."""
        found = [_found(each, loaded) for each in self._findings(code, loaded)[1]]
        return LintOut(publishable=not any(each.level == "error" for each in found), findings=found)

    def dry_run(self, code: str, loaded: Loaded, at_most: int) -> DryRunOut:
        """Where the newest public cases would go by this document, and the uploaded shapes, that went elsewhere."""
        checked = self._without_errors(code, loaded)
        past = newest(self.cases, code, at_most)
        result = dry_run(code, self.versions.in_force(code), checked.ready, past, today=now().date())
        moves = [
            MoveOut(before=each.before, after=each.after, rule=each.rule, references=list(each.references))
            for each in result.moves
        ]
        return DryRunOut(tried=result.tried, moved=result.moved, moves=moves)

    def roll_back(self, code: str, to: int, *, caller: Caller, note: str) -> PublishedOut:
        """Puts an earlier version in force again, exactly as it was."""
        try:
            self.versions.rollback(code, to, author=author(caller), note=note)
        except UnknownVersion as error:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_version") from error
        except AlreadyInForce as error:
            raise Problem(HTTPStatus.CONFLICT, "already_in_force") from error
        except Overtaken as error:
            raise _overtaken(error) from error
        return PublishedOut(version=to, changes=[])

    def history(self, code: str) -> History:
        """What was published and rolled back, the first one first."""
        versions = [
            VersionOut(version=each.version, author=each.author, at=each.at, note=each.note, changes=list(each.changes))
            for each in self.versions.history(code)
        ]
        roll_backs = [
            RollBackOut(version=each.version, to=each.to, author=each.author, at=each.at, note=each.note)
            for each in self.versions.roll_backs(code)
        ]
        return History(current=self.versions.current(code), versions=versions, roll_backs=roll_backs)

    def areas(self, code: str) -> AreaList:
        """Every sub-area that has a shape, as the next publication takes it."""
        if municipality(code) is None:
            raise not_found()
        return AreaList(areas=[AreaOut.of(each) for each in self.versions.areas.draft(code)])

    def put_area(self, code: str, area: str, sent: SentShape, *, caller: Caller, language: str) -> AreaOut:
        """The shape checked in full and kept; in force with the next publication that names the sub-area."""
        try:
            upload = self.versions.areas.put(code, area, sent.content, file=sent.file, author=author(caller))
        except KeyError as error:
            raise not_found() from error
        except AreaError as error:
            told = FieldError(field="", code=error.code, message=error.sentence(language))
            raise DocumentProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "shape_has_errors", [told]) from error
        return AreaOut.of(upload)

    def remove_area(self, code: str, area: str) -> None:
        """The sub-area has no shape any more for the next publication; versions that have it keep it."""
        if not self.versions.areas.remove(code, area):
            raise not_found()

    def _findings(self, code: str, loaded: Loaded) -> tuple[Checked, tuple[Finding, ...]]:
        checked = self.versions.check(loaded.document)
        found = list(checked.findings)
        if loaded.document.municipality != code:
            message = f"the document is for {loaded.document.municipality}, the address says {code}"
            found.insert(0, Finding("error", "other_municipality", ("municipality",), message))
        if len(dump(loaded.document).encode()) > MAX_BYTES:
            # Short ways of writing can hold more than an export can; what cannot be exported cannot be edited again.
            message = f"written out, the document is larger than {MAX_BYTES} bytes"
            found.insert(0, Finding("error", "too_large", (), message))
        return checked, tuple(found)

    def _without_errors(self, code: str, loaded: Loaded) -> Checked:
        checked, findings = self._findings(code, loaded)
        errors = [_found(each, loaded) for each in findings if each.level == "error"]
        if errors:
            raise DocumentProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "document_has_errors", errors)
        return checked

    def _refuse_new_flags(self, loaded: Loaded) -> None:
        """A key, an operator's too, says who somebody is, not whose an address is: a new flag must be on record."""
        code = loaded.document.municipality
        before = self.versions.document(code)
        known: dict[str, set[str]] = {}
        for unit, address, _ in _flags(before) if before else ():
            known.setdefault(unit, set()).add(address)
        outside = self.evidence.verified_addresses(code)
        unknown = [
            FieldError(
                field=path_text(path),
                code="address_not_verified",
                message=f"nobody has verified that this is the address of {unit}",
                line=loaded.line_of(path),
            )
            for unit, address, path in _flags(loaded.document)
            if address not in known.get(unit, ()) and not _among(address, outside.get(unit, ()))
        ]
        if unknown:
            raise DocumentProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "address_not_verified", unknown)


def author(caller: Caller) -> str:
    """The caller as histories name them: what people are shown, and the id that never changes."""
    return f"{caller.name} ({caller.caller_id})"


def loaded_from(body: bytes, *, yaml: bool) -> Loaded:
    """The document in a request. Raises `Problem` naming every place that is wrong."""
    try:
        return load(body) if yaml else load_json(body.decode())
    except BadDocument as error:
        faults = [
            FieldError(field=each.where, code="invalid", message=each.message, line=each.line) for each in error.faults
        ]
        raise DocumentProblem(HTTPStatus.UNPROCESSABLE_ENTITY, "document_not_readable", faults) from error


def _flags(document: Document) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """Every address the document calls verified: unit, address, and where it says so."""
    for number, unit in enumerate(document.departments):
        if unit.mail and unit.mail_verified:
            yield unit.id, unit.mail, ("departments", number, "mail_verified")
        if unit.second_mail and unit.second_mail_verified:
            yield unit.id, unit.second_mail, ("departments", number, "second_mail_verified")
    for number, body in enumerate(document.bodies):
        if body.mail and body.mail_verified:
            yield f"body:{body.id}", body.mail, ("bodies", number, "mail_verified")


def _among(address: str, recorded: Collection[str]) -> bool:
    # Operators' records are in lower case; a mail's domain knows no case, and no mailbox we ever saw does.
    return address.lower() in {each.lower() for each in recorded}


def _found(finding: Finding, loaded: Loaded) -> Found:
    return Found(
        level=finding.level,
        field=path_text(finding.path),
        code=finding.code,
        message=finding.message,
        line=loaded.line_of(finding.path),
    )


def _overtaken(error: Overtaken) -> DocumentProblem:
    told = [FieldError(field="", code="changed_meanwhile", message=each) for each in error.changes]
    return DocumentProblem(HTTPStatus.CONFLICT, "overtaken", told)
