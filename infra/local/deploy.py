"""Deploys the production templates to the emulator, by change set, as a deployment in the cloud would."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.package import Artifacts

from .clients import Clients
from .layout import MAIL_FROM, REGION, REPLY_TO, ROOT, STAGE, bucket, named

TEMPLATES = {"data": ROOT / "infra/data.yaml", "app": ROOT / "infra/app.yaml"}
DEPLOY_SECONDS = 180


@dataclass(frozen=True)
class Deployment:
    """What should run, and a fingerprint of it all."""

    artifacts: Artifacts
    public_url: str

    @property
    def fingerprint(self) -> str:
        """Changes with any template, zip or parameter."""
        digest = hashlib.sha256(json.dumps([self.parameters(name) for name in TEMPLATES]).encode())
        for path in TEMPLATES.values():
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def parameters(self, template: str) -> dict[str, str]:
        """The parameters of one of the templates."""
        common = {"Stage": STAGE, "PublicUrl": self.public_url, "MailFrom": MAIL_FROM}
        if template == "data":
            return common
        return common | {
            "ReplyTo": REPLY_TO,
            "ArtifactBucket": bucket("artifacts"),
            "Release": self.artifacts.release,
            "LayerRelease": self.artifacts.layer_release,
        }


class DeployFailed(Exception):
    """A stack did not come up; the message holds the reasons the emulator gave."""


def deploy(clients: Clients, deployment: Deployment) -> dict[str, str]:
    """Uploads the zips, brings both stacks up to date and answers their outputs."""
    upload(clients, deployment.artifacts)
    outputs: dict[str, str] = {}
    for name, path in TEMPLATES.items():
        outputs |= _bring_up(clients, named(name), path, deployment.parameters(name))
    return outputs


def upload(clients: Clients, artifacts: Artifacts) -> None:
    """Puts every zip at the address its content hash gives it."""
    s3 = clients.of("s3")
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=bucket("artifacts"), CreateBucketConfiguration={"LocationConstraint": REGION})
    for prefix, release, files in (
        ("releases", artifacts.release, artifacts.rooms),
        ("layers", artifacts.layer_release, artifacts.layers),
    ):
        for name, path in files.items():
            s3.put_object(Bucket=bucket("artifacts"), Key=f"{prefix}/{release}/{name}.zip", Body=path.read_bytes())


def outputs_of(clients: Clients, stack: str) -> dict[str, str] | None:
    """The outputs of a stack that stands, else nothing."""
    try:
        [told] = clients.of("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError:
        return None
    if not told["StackStatus"].endswith("_COMPLETE") or "ROLLBACK" in told["StackStatus"]:
        return None
    return {output["OutputKey"]: output["OutputValue"] for output in told.get("Outputs", [])}


def _bring_up(clients: Clients, stack: str, template: Path, parameters: dict[str, str]) -> dict[str, str]:
    cloudformation = clients.of("cloudformation")
    exists = _status(clients, stack) is not None
    change = f"c{time.time_ns()}"
    # A template given inline may hold 51,200 bytes; the app's is larger.
    clients.of("s3").put_object(Bucket=bucket("artifacts"), Key=f"templates/{change}.yaml", Body=template.read_bytes())
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=change,
        ChangeSetType="UPDATE" if exists else "CREATE",
        TemplateURL=f"{clients.endpoint}/{bucket('artifacts')}/templates/{change}.yaml",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    told = _settled(lambda: cloudformation.describe_change_set(StackName=stack, ChangeSetName=change))
    if told["Status"] == "FAILED":
        if "didn't contain changes" in told.get("StatusReason", "") or "No updates" in told.get("StatusReason", ""):
            return outputs_of(clients, stack) or {}
        raise DeployFailed(f"{stack}: {told.get('StatusReason', 'no reason given')}")
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=change)
    _settled(lambda: {"Status": _status(clients, stack)})
    outputs = outputs_of(clients, stack)
    if outputs is None:
        raise DeployFailed(f"{stack}: {_status(clients, stack)}\n" + "\n".join(_reasons(clients, stack)))
    return outputs


def _settled(ask: Any) -> dict[str, Any]:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        told: dict[str, Any] = ask()
        status = str(told["Status"])
        if not (status.endswith(("_PROGRESS", "_PENDING")) or status == "REVIEW_IN_PROGRESS"):
            return told
        if time.monotonic() > deadline:
            raise DeployFailed(f"still {status} after {DEPLOY_SECONDS} s")
        time.sleep(0.1)


def _status(clients: Clients, stack: str) -> str | None:
    try:
        [told] = clients.of("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError:
        return None
    return str(told["StackStatus"])


def _reasons(clients: Clients, stack: str) -> list[str]:
    events = clients.of("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in events
        if "FAILED" in event["ResourceStatus"]
    ]
