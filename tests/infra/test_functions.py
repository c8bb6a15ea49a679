"""Functions: the cloud's kind, a log that ends, and exactly the settings they read."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from infra.expand import Stack
from synpunkt.settings import Settings

SETTINGS = {
    "api": "ApiSettings",
    "registry_api": "RegistryApiSettings",
    "staff_api": "StaffApiSettings",
    "contact_api": "ContactApiSettings",
    "on_event": "EventSettings",
    "on_feed": "FeedSettings",
    "on_wake": "WakeSettings",
    "on_push": "PushSettings",
    "on_stream": "StreamSettings",
    "on_schedule": "ScheduleSettings",
    "on_upload": "UploadSettings",
    "on_bounce": "BounceSettings",
    "on_waiting": "WaitingSettings",
    "on_sending": "SendingSettings",
    "on_digest": "DigestSettings",
    "on_mail": "InboundSettings",
    "on_mask": "MaskSettings",
    "on_forgotten": "ForgottenSettings",
}
"""The settings model of a trigger, in `functions/<room>/settings.py`."""


@pytest.fixture(scope="module")
def functions(app: Stack) -> dict[str, dict[str, Any]]:
    """Every function by its handler, as `room.file`."""
    return {
        each["Handler"].removeprefix("functions.").removesuffix(".handler"): each
        for each in app.of_type("AWS::Lambda::Function").values()
    }


def test_the_cloud_runs_python_3_13_on_arm64(functions: dict[str, dict[str, Any]]) -> None:
    for name, function in functions.items():
        assert function["Runtime"] == "python3.13", name
        assert function["Architectures"] == ["arm64"], name
        assert "ReservedConcurrentExecutions" not in function, name


def test_names_say_room_and_trigger(functions: dict[str, dict[str, Any]]) -> None:
    for name, function in functions.items():
        assert function["FunctionName"] == f"synpunkt-prod-{name.replace('.', '-').replace('_', '-')}"
        assert function["Code"]["S3Key"] == f"releases/release/{name.split('.')[0]}.zip"
        assert function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == name.split(".")[0]


def test_every_function_has_a_log_that_is_not_kept_for_ever(functions: dict[str, dict[str, Any]], app: Stack) -> None:
    logs = {each["LogGroupName"]: each["RetentionInDays"] for each in app.of_type("AWS::Logs::LogGroup").values()}
    assert logs == {f"/aws/lambda/{each['FunctionName']}": 30 for each in functions.values()}


def test_every_function_has_a_role_of_its_own(functions: dict[str, dict[str, Any]]) -> None:
    roles = [function["Role"] for function in functions.values()]
    assert len(set(roles)) == len(roles)


def test_every_trigger_of_a_room_is_deployed(functions: dict[str, dict[str, Any]]) -> None:
    for handler in functions:
        module = importlib.util.find_spec(f"functions.{handler}")
        assert module is not None, f"functions/{handler} is in the template and not in the house"


def test_environment_is_what_the_settings_model_reads(functions: dict[str, dict[str, Any]]) -> None:
    for name, function in functions.items():
        room, trigger = name.split(".")
        model: type[Settings] = getattr(importlib.import_module(f"functions.{room}.settings"), SETTINGS[trigger])
        given = {key for key in function["Environment"]["Variables"] if not key.startswith("POWERTOOLS_")}
        assert given == {field.upper() for field in model.model_fields}, name


def test_layers_are_built_for_the_same_machine(app: Stack) -> None:
    for name, layer in app.of_type("AWS::Lambda::LayerVersion").items():
        assert layer["CompatibleRuntimes"] == ["python3.13"], name
        assert layer["CompatibleArchitectures"] == ["arm64"], name


def test_only_those_that_need_a_layer_carry_it(functions: dict[str, dict[str, Any]]) -> None:
    """`CryptoLayer` is for those who take logins: everybody whose settings name a user pool."""
    carried = {
        name: [re.sub(r"ref:(\w+Layer)[0-9a-f]+", r"\1", each) for each in function["Layers"]]
        for name, function in functions.items()
    }
    taking_logins = {name for name, each in functions.items() if "USER_POOL_ID" in each["Environment"]["Variables"]}
    assert taking_logins == {"desk.api", "desk.contact_api", "desk.registry_api", "desk.staff_api"}
    assert carried == {
        name: ["BaseLayer"]
        + (["CryptoLayer"] if name in taking_logins else [])
        + (["ImageLayer"] if name in ("photo.on_upload", "photo.on_mask") else [])
        + (["ParquetLayer"] if name == "insight.on_schedule" else [])
        for name in functions
    }
