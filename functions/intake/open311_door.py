"""How service requests come in: the sender's key, the photos, the same sent twice; then they are reports as others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3

from functions.intake.models import Receipt, ReportIn
from functions.intake.open311 import keys_without_header, media_of, raw_of, report_of
from functions.intake.reports import Intake
from synpunkt import clock
from synpunkt.http import Problem
from synpunkt.http.callers import caller_with
from synpunkt.http.forms import Form
from synpunkt.http.validation import validated
from synpunkt.identity import Scope, hash_key
from synpunkt.jurisdictions import jurisdiction
from synpunkt.sandbox import is_sandbox
from synpunkt.stores.dynamo import Busy
from synpunkt.stores.keys import KeyStore
from synpunkt.stores.uploads import TooManyUploads

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Open311Door:
    """Takes service requests. `intake`: where reports are accepted; `quarantine`: the bucket that photos come to."""

    intake: Intake
    keys: KeyStore
    quarantine: str

    def sender(self, key: str | None, jurisdiction_id: str | None) -> str:
        """Who sends: the id of their key, or nobody in particular. Raises `Problem` (403) for a key that may not.

        A test key reports to sandboxes alone, and no other key does.
        """
        if key is None:
            return ""
        caller = caller_with(self.keys, key)
        if caller is None or Scope.WRITE not in caller.scopes:
            raise Problem(HTTPStatus.FORBIDDEN, "api_key_refused")
        if caller.test is not is_sandbox(jurisdiction_id):
            raise Problem(HTTPStatus.FORBIDDEN, "only_in_sandboxes" if caller.test else "only_for_tests")
        return caller.caller_id

    def accept(self, form: Form, jurisdiction_id: str | None, sender: str, key: str | None, language: str) -> Receipt:
        """Stores what was told, once. Raises `Problem` when it cannot be a report; nothing is stored then."""
        photos = media_of(form)
        payload = report_of(form, self._municipality(jurisdiction_id), language)
        report, raw = validated(ReportIn, payload), raw_of(payload, photos)
        key, before = (key, None) if key else keys_without_header(self.intake.tokens, raw, sender, clock.now())
        for each in filter(None, (key, before)):
            if known := self.intake.earlier(each, raw):
                return known
        try:
            if photos:
                # What cannot be a report leaves no photos behind, however often it is sent.
                self.intake.check(report, key, language)
            granted = self._grant(photos, key)
            return self.intake.accept(report.model_copy(update={"photos": granted}), raw, key, language)
        except Problem as problem:
            if problem.code == "unknown_category":
                raise Problem(HTTPStatus.NOT_FOUND, "service_not_found") from problem
            raise

    def _municipality(self, jurisdiction_id: str | None) -> str | None:
        if jurisdiction_id is None:
            return None
        code = jurisdiction(self.intake.registry, jurisdiction_id)
        if code is None:
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_jurisdiction")
        return code

    def _grant(self, photos: list[bytes], key: str) -> list[str]:
        """Puts the photos where `photo` looks at them, whatever they are: what is none is told with the case."""
        granted = []
        for photo in photos:
            upload_id = clock.new_id()
            try:
                self.intake.uploads.grant(upload_id, hash_key(key), now=clock.now())
            except TooManyUploads as error:
                # The same is being sent many times at once; whoever comes again finds it accepted.
                raise Busy from error
            _s3().put_object(Bucket=self.quarantine, Key=upload_id, Body=photo)
            granted.append(upload_id)
        return granted


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
