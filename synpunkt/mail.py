"""Sending a mail at most once: claimed before it is sent, its outcome written down after."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from synpunkt import clock
from synpunkt.identity import TokenMaker
from synpunkt.metrics import count
from synpunkt.sandbox import is_sandbox
from synpunkt.settings import Settings
from synpunkt.stores.deliveries import Claim, ClaimState, DeliveryStore
from synpunkt.stores.unsent import Unsent, UnsentStore

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sesv2.type_defs import MessageHeaderTypeDef

logger = Logger()

# SES said no to this message for good; anything else may pass another time.
_REFUSED = frozenset(
    {"MessageRejected", "BadRequestException", "MailFromDomainNotVerifiedException", "NotFoundException"}
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in plain text. `recipient`: who it is to in our words, such as `mail:street` or `reporter`.

    `municipality`: whose cases or staff it comes from, `None` for what somebody asked us for; from a sandbox nothing
    goes out. `thread`: the id that all mails about a case refer to, so that mail programs show them together.
    """

    to: str
    subject: str
    body: str
    case_id: str
    fact: str
    recipient: str
    municipality: str | None
    reply_to: str | None = None
    thread: str | None = None


class Mailer:
    """Sends mails, each at most once per address and fact."""

    def __init__(self, deliveries: DeliveryStore, tokens: TokenMaker, *, sender: str, configuration_set: str) -> None:
        self._deliveries = deliveries
        self._tokens = tokens
        self._sender = sender
        self._configuration_set = configuration_set

    def send_once(self, mail: Mail) -> Claim:
        """The outcome of the mail: sent (now or before), refused, or unknown, which raises an alarm.

        Raises `InFlight` while another sender may be at it, and whatever SES raises that may pass: the queue
        tries again then.
        """
        claim = self._deliveries.claim(
            self._tokens.recipient_hash(mail.to),
            mail.fact,
            "mail",
            case_id=mail.case_id,
            recipient=mail.recipient,
            now=clock.now(),
        )
        if claim.state is ClaimState.UNKNOWN:
            logger.error("message outcome unknown", case_id=mail.case_id, recipient=mail.recipient)
            count("MessageOutcomeUnknown")
        return self._send(claim, mail) if claim.mine else claim

    def _send(self, claim: Claim, mail: Mail) -> Claim:
        if mail.municipality is not None and is_sandbox(mail.municipality):
            return self._sent(claim, self._keep(mail.municipality, mail))
        try:
            answer = _ses().send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                ReplyToAddresses=[mail.reply_to] if mail.reply_to else [],
                ConfigurationSetName=self._configuration_set,
                Content={
                    "Simple": {
                        "Subject": {"Data": _one_line(mail.subject), "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": mail.body, "Charset": "UTF-8"}},
                        "Headers": _headers(mail),
                    }
                },
            )
        except (EndpointConnectionError, ConnectTimeoutError):
            # It never left the house.
            self._deliveries.release(claim)
            raise
        except ClientError as error:
            if error.response["Error"]["Code"] in _REFUSED:
                self._deliveries.record(claim, ClaimState.REFUSED)
                return Claim(claim.key, ClaimState.REFUSED)
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < HTTPStatus.INTERNAL_SERVER_ERROR:
                # SES said no, so it did not send: the claim may be given back. After a 5xx nobody knows.
                self._deliveries.release(claim)
            raise
        return self._sent(claim, answer["MessageId"])

    def _sent(self, claim: Claim, message_id: str) -> Claim:
        self._deliveries.record(claim, ClaimState.SENT, message_id=message_id)
        return Claim(claim.key, ClaimState.SENT, message_id=message_id)

    def _keep(self, sandbox: str, mail: Mail) -> str:
        """What would have been sent, for those who try things out; answers what stands for the message's id."""
        kept = Unsent(clock.new_id(), clock.now(), "email", mail.to, _one_line(mail.subject), mail.body, mail.case_id)
        UnsentStore(self._deliveries.table).keep(sandbox, kept)
        return kept.message_id


def _headers(mail: Mail) -> list[MessageHeaderTypeDef]:
    # So that holiday replies stay away: RFC 3834.
    headers: list[MessageHeaderTypeDef] = [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
    if mail.thread:
        # The Message-ID itself is SES's to make.
        headers += [{"Name": name, "Value": mail.thread} for name in ("References", "In-Reply-To")]
    return headers


def _one_line(subject: str) -> str:
    """Whatever a name in it holds: a line break would begin another header."""
    return " ".join("".join(" " if unicodedata.category(each) == "Cc" else each for each in subject).split())


class MailSettings(Settings):
    """What a handler that sends mail needs to know of its surroundings.

    `reply_to`: the address that the addresses of cases extend; empty where no mail is read.
    """

    deliveries_table: str
    token_secret_id: str
    mail_from: str
    mail_configuration_set: str
    reply_to: str = ""


def mailer_of(settings: MailSettings, tokens: TokenMaker) -> Mailer:
    """The mailer of a room."""
    deliveries = DeliveryStore(settings.deliveries_table)
    return Mailer(deliveries, tokens, sender=settings.mail_from, configuration_set=settings.mail_configuration_set)


@cache
def _ses() -> SESV2Client:
    # One try: a repeated try after a lost answer would send the mail twice.
    return boto3.client("sesv2", config=Config(retries={"total_max_attempts": 1}, read_timeout=10))
