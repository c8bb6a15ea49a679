"""A mail about a case becomes an update of it: what whoever has the case says, or what the reporter does.

A mail that is refused changes nothing and is not answered, so that nobody can make us write to strangers. Who is known
to have written is told what could not be taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger

from functions.intake.mail_acts import Meant, meant_by_reporter, meant_by_work, reporter_says, work_says
from functions.intake.models import MAX_DESCRIPTION
from functions.intake.received import Received, Unreadable, read
from functions.intake.trust import forged, is_automatic, mailboxes, may_write
from synpunkt import clock
from synpunkt.identity import Purpose
from synpunkt.lifecycle import (
    Actor,
    By,
    Case,
    Change,
    IllegalTransition,
)
from synpunkt.mail import Mail, Mailer
from synpunkt.metrics import count
from synpunkt.reply_address import ReplyAddresses
from synpunkt.stores.cases import CaseFile, CaseStore
from synpunkt.stores.dynamo import ConditionFailed, client, get_item, to_wire, transact
from synpunkt.stores.people import PeopleStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.uploads import UploadState, UploadStore
from synpunkt.templates import render_text
from synpunkt.texts import text

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

logger = Logger()

_TEMPLATES = Path(__file__).parent / "templates"
_KEEP = timedelta(days=60)
# More than a person writes about one case in an hour; two machines that answer each other soon do.
_MOST_AN_HOUR = 12
_MOST_PHOTOS = 25


class _NotTaken(Exception):
    """The mail is not acted on. `dropped`: nobody wrote it, so nobody is refused."""

    def __init__(self, reason: str, *, dropped: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dropped = dropped


@dataclass(frozen=True, slots=True)
class _About:
    """What a mail is about, and for whom the address it was sent to had been made."""

    file: CaseFile
    purpose: Purpose
    sender: str

    @property
    def case(self) -> Case:
        """The case as it stood when the mail was opened."""
        return self.file.case


@dataclass(frozen=True, slots=True)
class Mails:
    """Takes incoming mails. Safe to repeat: a mail is taken once, whatever its copies. `checked`: by SES."""

    cases: CaseStore
    people: PeopleStore
    registry: RegistryStore
    uploads: UploadStore
    mailer: Mailer
    addresses: ReplyAddresses
    quarantine: str
    checked: bool

    def take(self, raw: bytes) -> None:
        """Acts on one mail, or says in the log (and nowhere else) why not."""
        try:
            self._take(_read(raw))
        except _NotTaken as not_taken:
            logger.info("mail not taken", reason=not_taken.reason)
            if not_taken.dropped:
                count("MailDropped")
            else:
                count("MailRefused")

    def _take(self, mail: Received) -> None:
        about = self._about(mail)
        key = f"K#mail:{about.case.case_id}:{mail.fingerprint}"
        earlier = get_item(self.cases.table, key, "MAIL")
        if earlier is None:
            self._count_one(about)
        record = earlier or self._store(mail, about, key)
        self._put_photos(record["uploads"], mail.photos)
        if left_out := record["left_out"]:
            self._tell(about, mail, "mail_left_out", left_out)
        logger.info("mail taken", case_id=about.case.case_id, purpose=about.purpose.value)

    def _about(self, mail: Received) -> _About:
        """The case and the sender's right to write about it. Raises `_NotTaken`."""
        found = [each for address in mail.recipients if (each := self.addresses.parts(address))]
        if not found:
            raise _NotTaken("not_addressed")
        if is_automatic(mail.message, mail.sender):
            raise _NotTaken("automatic", dropped=True)
        if mail.sender is None:
            raise _NotTaken("no_sender")
        if self.addresses.is_ours(mail.sender):
            raise _NotTaken("our_own", dropped=True)
        if code := forged(mail.message, mail.sender, checked=self.checked):
            raise _NotTaken(code)
        for reference, token in found:
            case_id = self.cases.case_id_of(reference)
            file = self.cases.load(case_id) if case_id else None
            purpose = (
                self.addresses.tokens.opens_reply(token, file.case.case_id, file.case.token_version) if file else None
            )
            if file and purpose:
                self._check_sender(about := _About(file, purpose, mail.sender))
                return about
        raise _NotTaken("unknown_address")

    def _check_sender(self, about: _About) -> None:
        if about.purpose is Purpose.REPORTER:
            known = self.people.email_hash(about.case.case_id)
            if known is None or known != self.addresses.tokens.recipient_hash(about.sender):
                raise _NotTaken("stranger")
            return
        addresses = self._mailboxes(about.case)
        if may_write(about.sender, addresses):
            return
        self._tell_mailbox(about, addresses)
        raise _NotTaken("stranger")

    def _mailboxes(self, case: Case) -> frozenset[str]:
        profile = self.registry.profile(case.municipality) if case.municipality else None
        return mailboxes(case, profile)

    def _count_one(self, about: _About) -> None:
        """Counts a mail of this sender about this case in this hour. Raises `_NotTaken` at one too many."""
        now = clock.now()
        sender = self.addresses.tokens.recipient_hash(about.sender)
        try:
            client().update_item(
                TableName=self.cases.table,
                Key=to_wire({"pk": f"K#mails:{about.case.case_id}:{sender}", "sk": f"{now:%Y-%m-%dT%H}"}),
                UpdateExpression="SET expires_at = :expires ADD taken :one",
                ConditionExpression="attribute_not_exists(taken) OR taken < :most",
                ExpressionAttributeValues=to_wire(
                    {":expires": int((now + timedelta(days=1)).timestamp()), ":one": 1, ":most": _MOST_AN_HOUR}
                ),
            )
        except client().exceptions.ConditionalCheckFailedException as error:
            raise _NotTaken("too_often", dropped=True) from error

    def _store(self, mail: Received, about: _About, key: str) -> Mapping[str, Any]:
        """Writes the update, the record that the mail was taken, and its photos' grants, in one transaction."""
        written = self.addresses.scrubbed(mail.text)
        works = about.purpose is Purpose.WORK
        meant = meant_by_work(written, clock.now().date()) if works else meant_by_reporter(written)
        room = max(0, _MOST_PHOTOS - about.case.photo_count)
        photos = mail.photos[:room]
        left_out = [*mail.left_out, *(["too_many"] if len(photos) < len(mail.photos) else [])]
        if len(meant.words) > MAX_DESCRIPTION:
            self._tell(about, mail, "mail_too_long", [])
            raise _NotTaken("too_long")
        if meant.says_nothing and photos and about.purpose is Purpose.REPORTER:
            # Said like any answer: to those who have the case, who are to notice it.
            meant = replace(meant, words=text("mail.photos_only", about.case.language))
        if meant.says_nothing and not photos:
            self._tell(about, mail, "mail_empty", left_out)
            raise _NotTaken("empty")
        now = clock.now()
        upload_ids = [clock.new_id() for _ in photos]
        record = {
            "pk": key,
            "sk": "MAIL",
            "case_id": about.case.case_id,
            "uploads": upload_ids,
            "left_out": list(dict.fromkeys(left_out)),
            "expires_at": int((now + _KEEP).timestamp()),
        }
        by = Actor.CITIZEN if about.purpose is Purpose.REPORTER else Actor.BODY
        granted = partial(self.uploads.grant_to_case, draft=key, case=about.case, now=now, by=by)

        def beside(said_with: int | None) -> list[Mapping[str, Any]]:
            return [_put_new(self.cases.table, record), *(granted(each, said_with=said_with) for each in upload_ids)]

        try:
            self._write(about, meant, beside, now)
        except ConditionFailed:
            # Its twin was first.
            return get_item(self.cases.table, key, "MAIL") or record
        except IllegalTransition as error:
            raise _NotTaken("not_now") from error
        return record

    def _write(
        self,
        about: _About,
        meant: Meant,
        beside: Callable[[int | None], Sequence[Mapping[str, Any]]],
        now: datetime,
    ) -> None:
        """`beside`: what is written with it, by the sequence of the entry that says something, if one does."""
        event_ids = (clock.new_id(), clock.new_id())
        actor = Actor.CITIZEN if about.purpose is Purpose.REPORTER else Actor.BODY
        # A keyed hash: the municipality can tell its own people apart, and the log names none of them.
        who = f"mail:{self.addresses.tokens.recipient_hash(about.sender)}" if actor is Actor.BODY else None
        first, second = (By(actor, who, event_id, now) for event_id in event_ids)
        says = reporter_says if actor is Actor.CITIZEN else work_says
        sequence: int | None = None

        def command(file: CaseFile) -> list[Change]:
            nonlocal sequence
            changes = says(file.case, meant, first, second)
            sequence = changes[-1].case.version if changes else None
            return changes

        self.cases.apply(about.case.case_id, command, extra=lambda: beside(sequence))
        if sequence is None:
            # Nothing to say, such as a photo alone: it comes to the case by itself.
            transact(beside(None))

    def _put_photos(self, upload_ids: Sequence[str], photos: Sequence[bytes]) -> None:
        """Puts the photos where `photo` finds them; after the grants, or it would delete them as nobody's."""
        for upload_id, photo in zip(upload_ids, photos, strict=False):
            upload = self.uploads.get(upload_id)
            if upload is not None and upload.state is UploadState.GRANTED:
                _s3().put_object(Bucket=self.quarantine, Key=upload_id, Body=photo)

    def _tell(self, about: _About, mail: Received, template: str, left_out: Sequence[str]) -> None:
        """Tells who wrote, and is known to, what was not taken of their mail."""
        work = about.purpose is Purpose.WORK
        language = "sv" if work else about.case.language
        self._send(
            about,
            about.sender,
            template,
            language,
            fact=f"{template}:{mail.fingerprint}",
            recipient="sender" if work else "reporter",
            left_out=[text(f"mail.left_out.{code}", language) for code in left_out],
        )

    def _tell_mailbox(self, about: _About, addresses: frozenset[str]) -> None:
        """Tells whoever has the case, once, that somebody else answered in their place; the stranger hears nothing."""
        case = about.case
        profile = self.registry.profile(case.municipality) if case.municipality else None
        units = [each.partition(":")[2] for each in (*case.accepted_by, *case.recipients) if each.startswith("mail:")]
        found = [profile.mails[unit] for unit in units if profile and unit in profile.mails]
        address = next((each for each in found if each.lower() in addresses), None)
        if address:
            fact = f"mail_from_stranger:{case.case_id}"
            self._send(about, address, "mail_from_stranger", "sv", fact=fact, recipient="mailbox", left_out=[])

    def _send(
        self,
        about: _About,
        to: str,
        template: str,
        language: str,
        *,
        fact: str,
        recipient: str,
        left_out: Sequence[str],
    ) -> None:
        case = about.case
        plain = case.protected and recipient == "reporter"
        self.mailer.send_once(
            Mail(
                to=to,
                subject=text(f"mail.{'protected' if plain else template}.subject", language, reference=case.reference),
                body=render_text(_TEMPLATES, template, language, case=case, left_out=left_out),
                case_id=case.case_id,
                fact=fact,
                recipient=recipient,
                municipality=case.municipality,
                thread=self.addresses.thread(case),
            )
        )


def _read(raw: bytes) -> Received:
    try:
        return read(raw)
    except Unreadable as error:
        raise _NotTaken("unreadable") from error


def _put_new(table: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Put": {"TableName": table, "Item": to_wire(item), "ConditionExpression": "attribute_not_exists(pk)"}}


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
