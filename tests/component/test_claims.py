"""At most one message per person, fact and channel: claimed first, never resent on a guess."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from synpunkt import clock
from synpunkt.identity import TokenMaker
from synpunkt.mail import Mail, MailSettings, mailer_of
from tests.component.world import ENVIRONMENT, World, claimed_messages


def _routed(world: World, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case whose CaseRouted event has not reached anybody yet."""
    receipt = world.report(**fields).json()
    world.stream(world.unpublished())
    (submitted,) = world.take_events()
    assert world.invoke("route.on_event", submitted) == []
    world.stream(world.unpublished())
    (event,) = world.take_events()
    return receipt, event


def _age_claims(seconds: int) -> None:
    table = ENVIRONMENT["DELIVERIES_TABLE"]
    for row in claimed_messages():
        row["claimed_at"]["S"] = clock.to_iso(clock.now() - timedelta(seconds=seconds))
        boto3.client("dynamodb").put_item(TableName=table, Item=row)


def _metrics(capsys: pytest.CaptureFixture[str]) -> list[str]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [name for line in lines for name in line if "_aws" in line and name[0].isupper()]


def test_a_claim_without_an_outcome_is_never_resent_and_is_alarmed(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, event = _routed(world, reporter={"email": "anna@example.org"})

    def dies(_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="ses")  # the answer was lost: sent or not, nobody knows

    world.mail_hook = dies
    assert world.invoke("notify.on_event", event) == ["0"]
    world.mail_hook = None
    assert world.invoke("notify.on_event", event) == ["0"]  # perhaps still being sent: wait
    assert world.mails == []
    capsys.readouterr()
    _age_claims(60)
    assert world.invoke("notify.on_event", event) == []
    assert "MessageOutcomeUnknown" in _metrics(capsys)
    assert world.mails == []
    assert receipt["reference"]


def test_a_work_mail_of_unknown_fate_goes_on_to_the_next_recipient(world: World) -> None:
    world.claim("0180", topic_arn={"NULL": True})
    receipt, event = _routed(world)

    def dies(message: Any) -> None:
        if message.to.startswith("street@"):
            raise ReadTimeoutError(endpoint_url="ses")

    world.mail_hook = dies
    assert world.invoke("deliver.on_event", event) == ["0"]
    _age_claims(60)
    assert world.invoke("deliver.on_event", event) == []
    world.settle()
    assert [mail.to for mail in world.mails] == ["registrator@0180.example"]
    case = world.case(receipt["reference"]).json()
    assert case["status"] == "delivered"


def test_a_subject_is_one_line_whatever_a_name_in_it_holds(world: World) -> None:
    mailer = mailer_of(MailSettings.from_env(), TokenMaker(b"k" * 64))
    subject = "Hål\r\nBcc: x@y.example\x00\u2028i  vägen"
    mailer.send_once(
        Mail("c@d.example", subject, "Hej\n", case_id="1", fact="f", recipient="reporter", municipality="0180")
    )
    assert [mail.subject for mail in world.mails] == ["Hål Bcc: x@y.example i vägen"]


def test_an_answer_that_may_pass_gives_the_claim_back(world: World) -> None:
    _, event = _routed(world, reporter={"email": "anna@example.org"})

    def throttled(_: Any) -> None:
        answer: Any = {"Error": {"Code": "TooManyRequestsException"}, "ResponseMetadata": {"HTTPStatusCode": 429}}
        raise ClientError(answer, "SendEmail")

    world.mail_hook = throttled
    assert world.invoke("notify.on_event", event) == ["0"]
    world.mail_hook = None
    assert world.invoke("notify.on_event", event) == []
    assert [mail.to for mail in world.mails] == ["anna@example.org"]


def test_after_an_answer_that_says_nothing_the_mail_is_not_sent_again(world: World) -> None:
    _, event = _routed(world, reporter={"email": "anna@example.org"})

    def broken(_: Any) -> None:
        answer: Any = {"Error": {"Code": "InternalFailure"}, "ResponseMetadata": {"HTTPStatusCode": 500}}
        raise ClientError(answer, "SendEmail")

    world.mail_hook = broken
    assert world.invoke("notify.on_event", event) == ["0"]
    world.mail_hook = None
    _age_claims(60)
    assert world.invoke("notify.on_event", event) == []
    assert world.mails == []


def test_a_mail_that_never_left_the_house_is_sent_later(world: World) -> None:
    _, event = _routed(world, reporter={"email": "anna@example.org"})

    def unreachable(_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="ses")

    world.mail_hook = unreachable
    assert world.invoke("notify.on_event", event) == ["0"]
    world.mail_hook = None
    assert world.invoke("notify.on_event", event) == []
    assert [mail.to for mail in world.mails] == ["anna@example.org"]


def test_a_mail_that_was_sent_before_the_worker_died_counts_as_delivered(world: World, monkeypatch: Any) -> None:
    from synpunkt.stores.cases import CaseStore

    receipt, event = _routed(world)
    real, calls = CaseStore.apply, [0]

    def dies_once(self: CaseStore, *arguments: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] == 1:
            raise RuntimeError("killed")
        return real(self, *arguments, **more)

    monkeypatch.setattr(CaseStore, "apply", dies_once)
    assert world.invoke("deliver.on_event", event) == ["0"]
    assert world.invoke("deliver.on_event", event) == []
    world.settle()
    assert [mail.to for mail in world.mails] == ["street@0180.example"]
    assert world.case(receipt["reference"]).json()["status"] == "delivered"


@pytest.mark.parametrize("contact", [{}, {"email": "anna@example.org", "contact_by": "none"}, {"name": "Anna"}])
def test_who_wants_no_mail_gets_none(world: World, contact: dict[str, str]) -> None:
    world.report(reporter=contact)
    world.settle()
    assert [mail.to for mail in world.mails] == ["street@0180.example"]


def test_the_receipt_is_in_the_reporters_language(world: World) -> None:
    world.report(description="A deep hole.", reporter={"email": "anna@example.org", "language": "en"})
    world.settle()
    receipt = next(mail for mail in world.mails if mail.to == "anna@example.org")
    assert receipt.subject.endswith("We have received what you sent")
    assert "Stockholm municipality" in receipt.text
    assert not set(receipt.text) & set("åäöÅÄÖ")
