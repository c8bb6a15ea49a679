"""The adapters: those that are built in, and the one of docs/bridge.md, held to what is asked of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from functions.bridge import room
from functions.bridge.adapters import Adapter, Case, NotSent, Receipt, Refused, Tools, Uncertain, open311
from functions.bridge.adapters.plain import asked_of_aws
from functions.bridge.edge import Failed
from functions.bridge.web import Answer, Web
from infra.bridge.conformance import check, loaded
from tests.component.bridge_world import CASE, bridge, event

EXAMPLE = Path(__file__).parents[2] / "docs/examples/bridge_adapter.py"


def rehearsed_open311(method: str, path: str, body: bytes) -> tuple[int, str]:
    if method == "POST":
        return 200, '[{"service_request_id": "17"}]'
    return 200, '[{"service_request_id": "17", "status": "open"}, {"service_request_id": "18", "status": "open"}]'


def test_the_adapter_of_the_documentation_does_what_is_asked_in_fifty_lines() -> None:
    module = loaded(EXAMPLE)
    assert [each for each in check(module.make, '{"url": "{url}"}', module.rehearse) if each.why] == []
    assert len(EXAMPLE.read_text("utf-8").splitlines()) <= 50


def test_the_open311_adapter_does_what_is_asked() -> None:
    assert [each for each in check(open311.make, '{"url": "{url}"}', rehearsed_open311) if each.why] == []


class Careless(Adapter):
    """Says that all is well, whatever happens."""

    follows = True

    def __init__(self, url: str, web: Web) -> None:
        self.url = url
        self.web = web

    def send(self, case: Case) -> Receipt:
        """Reads no status."""
        answer = self.web.ask("POST", self.url, case.words.encode(), {"Content-Type": "text/plain"})
        return Receipt(answer.body.decode("latin-1") or "17")

    def statuses(self, numbers: Sequence[str]) -> Mapping[str, str]:
        """Makes them up."""
        return dict.fromkeys(numbers, "open")


def test_a_careless_adapter_is_found_out() -> None:
    def make(config: Mapping[str, Any], secrets: Mapping[str, str], tools: Tools) -> Adapter:
        return Careless(config["url"], tools.web)

    wrong = {each.name for each in check(make, '{"url": "{url}"}', lambda *_: (200, "a\nb")) if each.why}
    assert "takes a case with everything" in wrong
    assert "knows the status of what it sent, and of nothing else" in wrong
    assert {"sending: 503, come again", "sending: half an answer", "asking: 403", "sending: nobody there"} <= wrong


def test_an_adapter_that_does_not_say_when_it_is_refused_hides_other_numbers_and_is_found_out() -> None:
    class Vague(open311.Open311):
        def statuses(self, numbers: Sequence[str]) -> Mapping[str, str]:
            try:
                return super().statuses(numbers)
            except Refused as error:
                raise Uncertain(str(error)) from None

    def make(config: Mapping[str, Any], secrets: Mapping[str, str], tools: Tools) -> Adapter:
        return Vague(open311.Config.model_validate(config), None, tools.web)

    wrong = [each.name for each in check(make, '{"url": "{url}"}', rehearsed_open311) if each.why]
    assert wrong == ["asking: one number that is refused hides no other"]


@pytest.mark.parametrize(
    ("config", "words"),
    [({}, "open"), ({"status_field": "status_notes"}, "Under arbete"), ({"status_field": "extended.state"}, "7")],
)
def test_an_open311_status_is_read_from_where_it_stands(config: dict[str, str], words: str) -> None:
    request = {
        "service_request_id": 17,
        "status": "open",
        "status_notes": "Under arbete",
        "extended": {"state": "7"},
    }

    class Answering(Web):
        def ask(self, *arguments: Any, **more: Any) -> Any:
            content = [request, {"service_request_id": "18", "status": ["open"]}, {"x": 1}]
            return Answer(200, json.dumps(content).encode())

    adapter = open311.make({"url": "https://x", **config}, {}, Tools(Answering(), lambda _: None))
    assert adapter.statuses(["17", "18", "19"]) == {"17": words}


def test_categories_are_sent_under_the_back_offices_names(monkeypatch: pytest.MonkeyPatch) -> None:
    with bridge(monkeypatch) as world:
        config = {"url": world.back_office.url, "services": {"pothole": "GATA-1"}, "jurisdiction_id": "motala"}
        monkeypatch.setenv("ADAPTER_CONFIG", json.dumps(config))
        world.national.add(CASE, location=None, reporter=None, description=None)
        world.gets(event())
        [request] = world.back_office.requests.values()
        assert (request["service_code"], request["jurisdiction_id"]) == ("GATA-1", "motala")
        assert "first_name" not in request
        assert request["description"].startswith("Hål i vägen")
        world.back_office.say("BO-1", "closed")
        world.looks()
        assert world.national.told()[-1] == {"status": "resolved", "outcome": "fixed"}
        assert [fields for method, _, fields in world.back_office.asked if method == "GET"] == [
            {"service_request_id": "BO-1", "jurisdiction_id": "motala", "api_key": "theirs"}
        ]


def test_what_was_answered_goes_along_with_what_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    with bridge(monkeypatch) as world:
        asked = {"name": "lights", "question": "Lyser den?", "answer": "Nej"}
        world.national.add(CASE, description="Stolpen lutar.", answers=[asked, {"name": "pole", "answer": "12"}])
        world.gets(event())
        [request] = world.back_office.requests.values()
        assert request["description"].startswith("Stolpen lutar.\n\nLyser den?: Nej\npole: 12\n\nSynpunkt 7KQ-4M2X: ")


def test_by_mail_a_case_is_one_mail_that_can_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    with bridge(monkeypatch, "mail", {"from": "brygga@example.se", "to": "drift@example.se"}) as world:
        world.national.add(CASE, category_name="Hål\r\nBcc: x@example.com")
        boto3.client("sesv2").create_email_identity(EmailIdentity="brygga@example.se")
        sent = _watched(monkeypatch, "sesv2")
        world.gets(event(), event())
        world.looks()
        [mail] = sent
        assert mail["Content"]["Simple"]["Subject"]["Data"] == "Synpunkt 7KQ-4M2X: Hål Bcc: x@example.com"
        assert mail["ReplyToAddresses"] == ["test@example.com"]
        assert f"Ärende-id: {CASE}" in mail["Content"]["Simple"]["Body"]["Text"]["Data"]
        assert (world.held().state, world.held().open) == ("sent", None)
        assert world.national.told() == []


def test_as_a_file_a_case_is_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    with bridge(monkeypatch, "csv", {"bucket": "drop"}) as world:
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="drop", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        world.national.add(CASE, description="=cmd|' /C calc'!A0")
        world.gets(event(), event())
        [found] = s3.list_objects_v2(Bucket="drop")["Contents"]
        assert found["Key"] == f"synpunkt/2026-11-22/7KQ-4M2X-{CASE}.csv"
        assert b"\"'=cmd|" in s3.get_object(Bucket="drop", Key=found["Key"])["Body"].read()


def test_a_mail_that_ses_refuses_is_kept_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    with bridge(monkeypatch, "mail", {"from": "nobody@example.se", "to": "drift@example.se"}) as world:
        world.gets(event())
        assert (world.held().state, world.held().said) == ("refused", "messagerejected")


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (EndpointConnectionError(endpoint_url="x"), NotSent),
        (ReadTimeoutError(endpoint_url="x"), Uncertain),
        (("Throttling", 400), NotSent),
        (("AccessDenied", 403), Refused),
        (("InternalFailure", 500), Uncertain),
    ],
)
def test_what_aws_answers_says_whether_anything_was_done(error: Any, raised: type[Exception]) -> None:
    if isinstance(error, tuple):
        told = {"Error": {"Code": error[0], "Message": "Testsson"}, "ResponseMetadata": {"HTTPStatusCode": error[1]}}
        error = ClientError(told, "X")  # type: ignore[arg-type]
    with pytest.raises(raised) as found, asked_of_aws():
        raise error
    assert "Testsson" not in str(found.value)


@pytest.mark.parametrize(
    ("adapter", "config"),
    [
        ("open311", {}),
        ("open311", {"url": "ftp://x"}),
        ("mail", {"from": "x", "to": "y"}),
        ("csv", {"bucket": "/"}),
        ("fax", {}),
    ],
)
def test_an_adapter_that_cannot_work_takes_nothing(monkeypatch: pytest.MonkeyPatch, adapter: str, config: Any) -> None:
    with bridge(monkeypatch, adapter, config) as world:
        with pytest.raises(Failed):
            world.gets(event())
        assert room.claims().find(CASE) is None


def _watched(monkeypatch: pytest.MonkeyPatch, service: str) -> list[dict[str, Any]]:
    """What one of the clients is asked to send."""
    sent: list[dict[str, Any]] = []
    client = room._once(service)
    original: Callable[..., Any] = client.send_email

    def sending(**arguments: Any) -> Any:
        sent.append(arguments)
        return original(**arguments)

    monkeypatch.setattr(client, "send_email", sending)
    return sent
