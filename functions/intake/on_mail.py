"""A mail in the mail bucket → an update of its case, or a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import boto3

from functions.intake.mails import Mails
from functions.intake.settings import InboundSettings
from synpunkt.bus import queue_handler
from synpunkt.mail import mailer_of
from synpunkt.reply_address import ReplyAddresses
from synpunkt.secret import token_maker
from synpunkt.stores.cases import CaseStore
from synpunkt.stores.people import PeopleStore
from synpunkt.stores.registry import RegistryStore
from synpunkt.stores.uploads import UploadStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def settings() -> InboundSettings:
    """The settings of this process."""
    return InboundSettings.from_env()


@cache
def mails() -> Mails:
    """The mail's way in, with its stores."""
    config = settings()
    tokens = token_maker(config.token_secret_id)
    return Mails(
        cases=CaseStore(config.cases_table),
        people=PeopleStore(config.people_table),
        registry=RegistryStore(config.registry_table),
        uploads=UploadStore(config.cases_table),
        mailer=mailer_of(config, tokens),
        addresses=ReplyAddresses(tokens, config.reply_to),
        quarantine=config.quarantine_bucket,
        # Nothing stands between a person and the local stack that could check a mail.
        checked=config.stage != "local",
    )


def react(notification: Mapping[str, Any]) -> None:
    """Takes each mail of an S3 notification, then deletes it; S3's test message names none."""
    bucket = settings().mail_bucket
    for record in notification.get("Records", []):
        key = unquote_plus(record["s3"]["object"]["key"])
        try:
            raw = _s3().get_object(Bucket=bucket, Key=key)["Body"].read()
        except _s3().exceptions.NoSuchKey:
            # Told twice: it was taken and deleted.
            continue
        mails().take(raw)
        _s3().delete_object(Bucket=bucket, Key=key)


handler = queue_handler(react)


@cache
def _s3() -> S3Client:
    return boto3.client("s3")
