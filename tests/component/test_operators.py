"""What an operator types at three in the morning."""

from __future__ import annotations

import boto3
import pytest
from typer.testing import CliRunner

from synpunkt.cli import app
from tests.component.world import World

RUNNER = CliRunner()


def test_dead_letters_go_back_to_their_queue(world: World) -> None:
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="synpunkt-test-deliver")["QueueUrl"]
    dead = sqs.create_queue(QueueName="synpunkt-test-deliver-dead")["QueueUrl"]
    for number in range(25):
        sqs.send_message(QueueUrl=dead, MessageBody=str(number))
    told = RUNNER.invoke(app, ["redrive", "deliver", "--stage", "test"])
    assert (told.exit_code, told.output.strip()) == (0, "25 sent back to deliver")
    waiting = {url: _waiting(url) for url in (queue, dead)}
    assert waiting == {queue: 25, dead: 0}


def test_a_queue_that_is_not_there_is_told_in_words(world: World) -> None:
    boto3.client("sqs").create_queue(QueueName="synpunkt-test-undying")
    for queue in ("nope", "undying"):
        told = RUNNER.invoke(app, ["redrive", queue, "--stage", "test"])
        assert told.exit_code == 2
        assert f"test has no queue {queue}" in told.output


def _waiting(url: str) -> int:
    told = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def test_the_triage_list_names_what_nobody_could_be_given(world: World) -> None:
    receipt = world.report(location={"lat": 57.7089, "lon": 11.9746}).json()
    world.settle()
    told = RUNNER.invoke(app, ["triage", "list"])
    assert told.exit_code == 0, told.output
    assert receipt["reference"] in told.output
    assert "1480 unclaimed: Göteborg municipality does not yet receive cases here" in told.output
    assert "NOBODY looks after it" in told.output
    assert "OVERDUE" not in told.output
    assert "1 in triage" in told.output
    with world.later(hours=49):
        assert "OVERDUE since" in RUNNER.invoke(app, ["triage", "list", "--overdue"]).output


def test_an_operator_takes_a_case_finds_an_address_and_sends_it_on(world: World) -> None:
    receipt = world.report(location={"lat": 57.7089, "lon": 11.9746}).json()
    world.settle()
    number = receipt["reference"].lower().replace("-", "")

    def run(*arguments: str, code: int = 0) -> str:
        told = RUNNER.invoke(app, ["triage", *arguments])
        assert told.exit_code == code, told.output
        return told.output

    assert "looked after by anna" in run("take", number, "--author", "anna")
    assert "looked after by anna" in run("list", "--owner", "anna")
    assert "still nobody to send it to" in run("resend", number, code=1)
    found = ("--phone", "2026-11-20", "--about", "Told by the switchboard", "--note", "Rang", "--stage", "test")
    assert "is reached at" in run("address", "1480", "registrator@1480.example", *found, "--author", "anna")
    assert "phone 2026-11-20: Told by the switchboard" in run("evidence", "1480")
    assert world.look_at_waiting() == []
    world.settle()
    assert world.case(receipt["reference"]).json()["status_text"] == "Framme hos Göteborgs stad"
    assert "0 in triage" in run("list")
    assert "not in triage" in run("take", number, code=1)


def test_an_operator_sends_again_and_puts_right(world: World) -> None:
    receipt = world.report(location={"lat": 57.7089, "lon": 11.9746}).json()
    world.settle()
    number = receipt["reference"]
    told = RUNNER.invoke(app, ["triage", "correct", number, "2584"])
    assert "belongs to 2584 Kiruna" in told.output
    assert "nobody can be reached there yet" in told.output
    world.settle()
    assert "with that municipality already" in RUNNER.invoke(app, ["triage", "correct", number, "2584"]).output
    world.claim("2584")
    told = RUNNER.invoke(app, ["triage", "resend", number])
    assert "is on its way to 2584: topic:2584, mail:street" in told.output
    world.settle()
    assert world.case(number).json()["status_text"] == "Framme hos Kiruna kommun"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["take", "7KQ-4M2X"], "no case"),
        (["correct", "7KQ-4M2X", "9999"], "no municipality"),
        (["address", "1480", "x@gmail.com", "--note", "n", "--url", "https://x.example"], "domain"),
        (["address", "1480", "at@home", "--note", "n", "--url", "https://x.example"], "not an address"),
        (["address", "1480", "a@1480.example", "--note", "n", "--url", "https://"], "whole address"),
        (["address", "1480", "a@1480.example", "--note", "n"], "say where"),
        (["address", "1480", "a@1480.example", "--note", "n", "--url", "http://x.example"], "https"),
        (["address", "1480", "a@1480.example", "--note", "n", "--letter", "yesterday"], "YYYY-MM-DD"),
        (["address", "1480", "a@1480.example", "--note", "n", "--phone", "2026-11-20"], "--about"),
    ],
)
def test_a_mistake_at_the_keyboard_is_told_and_changes_nothing(world: World, arguments: list[str], words: str) -> None:
    told = RUNNER.invoke(app, ["triage", *arguments], env={"COLUMNS": "300"})
    assert told.exit_code == 2, told.output
    assert words in told.output


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["locate", "18.0593", "59.3307"], 0, "0180 Stockholm"),
        (["locate", "59.3307", "18.0593"], 1, "swap LON and LAT"),
        (["locate", "10.75", "59.91"], 1, "outside Sweden"),
        (["locate", "nan", "59.91"], 2, ""),
        (["locate"], 2, "LON and LAT"),
        (["locate", "--csv", "no-such-file.csv"], 2, "cannot be read"),
        (["locate", "--csv", "."], 2, "cannot be read"),
    ],
)
def test_a_point_is_tried(arguments: list[str], code: int, words: str) -> None:
    told = RUNNER.invoke(app, arguments)
    assert told.exit_code == code, told.output
    assert words in told.output
