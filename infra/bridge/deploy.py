"""Deploys a package: the zip into a bucket of its own, the template by a change set. The same way everywhere."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from infra.bridge.template import RESOURCES, Package

Clients = Callable[[str], Any]
"""An AWS client by its service's name."""
_TEXT = ("AdapterConfig", "Mapping")
_INLINE = 51_200  # bytes of a template that CloudFormation takes as it is


class DeployFailed(Exception):
    """The stack did not come up; the message holds the reasons."""


class SettingsRefused(DeployFailed):
    """Nothing was deployed, since it could not work; the message says what to put right, in words."""


def read_settings(path: Path) -> dict[str, Any]:
    """What stands in a file of settings. Raises `SettingsRefused` for a file that is not there, or is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsRefused(f"{path} cannot be read: {error.strerror}. docs/bridge.md shows what it holds.") from None
    except ValueError as error:
        raise SettingsRefused(f"{path} is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise SettingsRefused(f"{path} is not a JSON object: names in double quotes, each with its value.")
    return found


def check_names_and_values(settings: Mapping[str, Any]) -> None:
    """Holds the settings to the template's own parameters. Raises `SettingsRefused` with all that is wrong."""
    if wrong := list(_wrong(parameters(settings))):
        raise SettingsRefused("\n".join(wrong))


def _wrong(given: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each name that the template does not know, or lacks, and for each value it would refuse."""
    known = json.loads(RESOURCES.read_text("utf-8"))["Parameters"]
    for name in sorted(given.keys() - known.keys()):
        yield f"{name}: there is no such setting. There are {', '.join(known)}."
    for name, rule in known.items():
        if name not in given and "Default" not in rule:
            yield f"{name} is missing: {rule.get('Description', ', '.join(rule.get('AllowedValues', ())))}."
        elif name in given and not _fits(given[name], rule):
            yield f"{name} is not one that works: {rule.get('ConstraintDescription') or rule.get('Description', '')}."


def _fits(value: str, rule: Mapping[str, Any]) -> bool:
    if rule["Type"] == "Number":
        return value.isdecimal() and rule["MinValue"] <= int(value) <= rule["MaxValue"]
    # Which adapters there are, the adapters say.
    return re.fullmatch(rule.get("AllowedPattern", "(?s:.*)"), value) is not None


def stack_name(stage: str) -> str:
    """The name of a stage's stack."""
    return f"synpunkt-bridge-{stage}"


def deploy(clients: Clients, stage: str, package: Package, settings: Mapping[str, Any]) -> dict[str, str]:
    """Brings the stage's stack up to date and answers its outputs. `settings`: the template's parameters by name."""
    cloudformation, name = clients("cloudformation"), stack_name(stage)
    body = json.dumps(located(package, *_uploaded(clients, stage, package)), separators=(",", ":"))
    if len(body.encode()) > _INLINE:
        raise DeployFailed("the template has become too long to be given inline")
    kind = "UPDATE" if _exists(cloudformation, name) else "CREATE"
    change = f"c{time.time_ns()}"
    cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=change,
        ChangeSetType=kind,
        TemplateBody=body,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters(settings).items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    if _is_new(cloudformation, name, change):
        cloudformation.execute_change_set(StackName=name, ChangeSetName=change)
        _settled(cloudformation, name, f"stack_{kind.lower()}_complete")
    [told] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in told["Outputs"]}


def parameters(settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings as the template takes them: documents as JSON, all else as text."""
    return {
        name: json.dumps(value, ensure_ascii=False) if name in _TEXT and not isinstance(value, str) else str(value)
        for name, value in settings.items()
    }


def _uploaded(clients: Clients, stage: str, package: Package) -> tuple[str, str]:
    content = package.zip.read_bytes()
    bucket = f"{stack_name(stage)}-{clients('sts').get_caller_identity()['Account']}"
    s3 = clients("s3")
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    key = f"{hashlib.sha256(content).hexdigest()[:32]}.zip"
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    return bucket, key


def located(package: Package, bucket: str, key: str) -> dict[str, Any]:
    """The template with its zip where it was put."""
    template = copy.deepcopy(package.template)
    for resource in template["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": key}
    return template


def _exists(cloudformation: Any, name: str) -> bool:
    try:
        [told] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError:
        return False
    return bool(told["StackStatus"] != "REVIEW_IN_PROGRESS")


def _is_new(cloudformation: Any, name: str, change: str) -> bool:
    """Whether there is anything to change, once the change set has been worked out."""
    with contextlib.suppress(WaiterError):
        waiter = cloudformation.get_waiter("change_set_create_complete")
        waiter.wait(StackName=name, ChangeSetName=change, WaiterConfig={"Delay": 2, "MaxAttempts": 150})
        return True
    reason = cloudformation.describe_change_set(StackName=name, ChangeSetName=change).get("StatusReason", "")
    if "didn't contain changes" in reason or "No updates" in reason:
        return False
    raise DeployFailed(f"{name}: {reason}")


def _settled(cloudformation: Any, name: str, waited_for: str) -> None:
    try:
        cloudformation.get_waiter(waited_for).wait(StackName=name, WaiterConfig={"Delay": 3, "MaxAttempts": 300})
    except WaiterError:
        events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        failed = [each for each in events if "FAILED" in each["ResourceStatus"]]
        reasons = [f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}" for each in failed]
        raise DeployFailed("\n".join([f"{name} did not come up", *reasons])) from None
