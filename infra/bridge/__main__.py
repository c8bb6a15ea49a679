"""`python -m infra.bridge`: package the bridge, deploy it, see what needs a person, and say what was found out."""

from __future__ import annotations

import argparse
import base64
import getpass
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from functions.bridge.adapters import Tools, adapter
from functions.bridge.claims import CAME_TO_NOTHING, Claims
from functions.bridge.following import ATTENTION
from functions.bridge.incoming import TAKE
from functions.bridge.mapping import Mapping as StatusMapping
from functions.bridge.web import Web
from infra.bridge.deploy import (
    DeployFailed,
    SettingsRefused,
    check_names_and_values,
    deploy,
    parameters,
    read_settings,
    stack_name,
)
from infra.bridge.template import package
from infra.package import BUILD

SECRET = "synpunkt-bridge-{}"


@cache
def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


def _package(arguments: argparse.Namespace) -> None:
    made = package(BUILD / "bridge", own_adapter=_own(arguments.adapter))
    print(f"{made.zip.stat().st_size / 1e6:.1f} MB  {made.zip}\n{made.zip.parent / 'sam.json'}")


def _deploy(arguments: argparse.Namespace) -> None:
    settings = {"SecretName": SECRET.format(arguments.stage), **read_settings(arguments.settings)}
    check(settings)
    own = _own(arguments.adapter)
    if settings["Adapter"] == "own" and own is None:
        raise SettingsRefused("Adapter is own: say in which file it is, ADAPTER=my_adapter.py.")
    _keep_secrets(str(settings["SecretName"]))
    outputs = deploy(_client, arguments.stage, package(BUILD / "bridge", own_adapter=own), settings)
    for name in ("EndpointURL", "InboxArn", "TableName"):
        print(f"{name}  {outputs[name]}")


def _own(path: Path | None) -> Path | None:
    """The file of an adapter of one's own, if one was named. Raises `SettingsRefused` for one that is not there."""
    if path is not None and not path.is_file():
        raise SettingsRefused(f"There is no file {path} with an adapter.")
    return path


def check(settings: Mapping[str, Any]) -> None:
    """Says at the keyboard what the bridge could not work with later. Raises `SettingsRefused`, in words."""
    check_names_and_values(settings)
    given = parameters(settings)
    try:
        StatusMapping.model_validate_json(given.get("Mapping", "{}"))
        if given.get("Adapter") != "own":
            config = json.loads(given.get("AdapterConfig", "{}"))
            adapter(given.get("Adapter", ""), config, {}, Tools(Web(), _client))
    except ValueError as error:
        raise SettingsRefused(f"The settings cannot be used:\n{error}") from None


def _keep_secrets(name: str) -> None:
    """Asks for what is secret, once, at the keyboard; what a back office signs with is made up here."""
    kept = _client("secretsmanager")
    try:
        kept.describe_secret(SecretId=name)
        return
    except kept.exceptions.ResourceNotFoundException:
        print(f"{name} is not kept yet; Enter leaves one out.")
    found = {
        "api_key": getpass.getpass("Synpunkt's API key (read and write): "),
        "webhook_secret": getpass.getpass("the webhook's secret (whsec_…), with a webhook: "),
        "back_office_key": getpass.getpass("the back office's own key: "),
        "status_secret": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    kept.create_secret(Name=name, SecretString=json.dumps({key: value for key, value in found.items() if value}))


def _claims(arguments: argparse.Namespace) -> tuple[Claims, dict[str, str]]:
    [told] = _client("cloudformation").describe_stacks(StackName=stack_name(arguments.stage))["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in told["Outputs"]}
    return Claims(_client("dynamodb"), outputs["TableName"]), outputs


def _attention(arguments: argparse.Namespace) -> None:
    claims, _ = _claims(arguments)
    for code in ATTENTION:
        for held in claims.needing_attention(code, 100):
            print("\t".join([code, held.case_id, held.reference, held.number or "-", held.said or ""]))


def _number(arguments: argparse.Namespace) -> None:
    if not _claims(arguments)[0].numbered(arguments.case_id, arguments.number):
        sys.exit("There is no such case, or it has a number already.")


def _again(arguments: argparse.Namespace) -> None:
    claims, outputs = _claims(arguments)
    held = claims.find(arguments.case_id)
    if held is None or held.state not in CAME_TO_NOTHING:
        sys.exit("That case is not one of those nobody knows about, or which were refused.")
    # The claim is given up by whoever takes the message: a case that is to be sent is on a list, or in a queue.
    body = json.dumps({"type": TAKE, "case_id": held.case_id, "claimed_at": held.claimed_at})
    _client("sqs").send_message(QueueUrl=outputs["InboxUrl"], MessageBody=body)


def _done(arguments: argparse.Namespace) -> None:
    claims, _ = _claims(arguments)
    held = claims.find(arguments.case_id)
    if held is None or not claims.settled(held):
        sys.exit("There is no such case, or it is about something else by now.")


def _redrive(arguments: argparse.Namespace) -> None:
    _, outputs = _claims(arguments)
    _client("sqs").start_message_move_task(SourceArn=outputs["DeadArn"], DestinationArn=outputs["InboxArn"])


_COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], None], str]] = {
    "package": (_package, "build the zip and the template"),
    "deploy": (_deploy, "bring a stage up to date in the account that AWS's own settings name"),
    "attention": (_attention, "list the cases that need a person"),
    "number": (_number, "say under which number a case stands in the back office"),
    "again": (_again, "send a case again that was found not to be there"),
    "done": (_done, "take a case off the list"),
    "redrive": (_redrive, "have what is in the dead letters tried again"),
}


def main() -> int:
    """Does what the command says; answers an exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.bridge", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, about) in _COMMANDS.items():
        command = commands.add_parser(name, help=about)
        if name != "package":
            command.add_argument("--stage", required=True)
        if name in ("package", "deploy"):
            command.add_argument("--adapter", type=Path, help="a file with an adapter of your own")
        if name == "deploy":
            command.add_argument("--settings", type=Path, required=True, help="the template's parameters, JSON")
        if name in ("number", "again", "done"):
            command.add_argument("case_id")
        if name == "number":
            command.add_argument("number")
    arguments = parser.parse_args()
    try:
        _COMMANDS[arguments.command][0](arguments)
    except (SettingsRefused, BotoCoreError, ClientError) as error:
        print(_in_words(error), file=sys.stderr)
        return 2
    except (DeployFailed, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _in_words(error: Exception) -> str:
    """What to do about it, where that is known; else what AWS says."""
    if isinstance(error, NoRegionError):
        return "AWS has not been told which region the bridge is to be in: export AWS_DEFAULT_REGION=eu-north-1"
    if isinstance(error, NoCredentialsError):
        return "There are no AWS credentials: log in (aws sso login, aws configure), or name a profile in AWS_PROFILE."
    return str(error) if isinstance(error, SettingsRefused) else f"AWS says no: {error}"


if __name__ == "__main__":
    sys.exit(main())
