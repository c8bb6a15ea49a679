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


def _waiting(url: str) -> int:
    told = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def test_the_triage_list_names_what_nobody_could_be_given(world: World) -> None:
    receipt = world.report(location={"lat": 57.7089, "lon": 11.9746}).json()
    world.settle()
    told = RUNNER.invoke(app, ["triage", "list"])
    assert told.exit_code == 0
    assert receipt["reference"] in told.output
    assert "unclaimed" in told.output
    assert "1 in triage" in told.output


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
