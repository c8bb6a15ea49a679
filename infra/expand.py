"""The templates as CloudFormation would see them: SAM expanded, and every name worked out for one stage.

Offline. Tests assert on the result, because the emulator does not show all that the cloud does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

INFRA = Path(__file__).resolve().parent
REGION = "eu-north-1"
ACCOUNT = "123456789012"
PARAMETERS = {
    "PublicUrl": "https://synpunkt.example",
    "MailFrom": "synpunkt@mail.synpunkt.example",
    "ReplyTo": "svar@mail.synpunkt.example",
    "ArtifactBucket": f"synpunkt-prod-artifacts-{ACCOUNT}",
    "Release": "release",
    "LayerRelease": "layers",
    "TileUrl": "",
    "TileAttribution": "",
}
_ARNS: dict[str, Callable[[dict[str, Any]], str]] = {
    "AWS::SQS::Queue": lambda p: f"arn:aws:sqs:{REGION}:{ACCOUNT}:{p['QueueName']}",
    "AWS::SNS::Topic": lambda p: f"arn:aws:sns:{REGION}:{ACCOUNT}:{p['TopicName']}",
    "AWS::DynamoDB::Table": lambda p: f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{p['TableName']}",
    "AWS::S3::Bucket": lambda p: f"arn:aws:s3:::{p['BucketName']}",
    "AWS::Events::EventBus": lambda p: f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{p['Name']}",
    "AWS::Events::Rule": lambda p: (
        f"arn:aws:events:{REGION}:{ACCOUNT}:rule/"
        + (f"{p['EventBusName']}/" if "EventBusName" in p else "")
        + str(p["Name"])
    ),
    "AWS::Cognito::UserPool": lambda p: f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{p['UserPoolName']}",
    "AWS::Lambda::Function": lambda p: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{p['FunctionName']}",
}
_REFERENCE_IS_NAME = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Events::EventBus": "Name",
    "AWS::S3::Bucket": "BucketName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SES::ConfigurationSet": "Name",
}


def expanded(name: str) -> dict[str, Any]:
    """`infra/<name>.yaml` with SAM turned into plain CloudFormation, intrinsics untouched."""
    return expand(yaml_parse((INFRA / f"{name}.yaml").read_text()))


def expand(template: dict[str, Any]) -> dict[str, Any]:
    """A template with SAM turned into plain CloudFormation, intrinsics untouched."""
    if "Transform" not in template:
        return template
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    translator = Translator(managed_policy_map={}, sam_parser=Parser())
    plain: dict[str, Any] = translator.translate(sam_template=template, parameter_values=dict(PARAMETERS))
    return plain


@dataclass(frozen=True)
class Stack:
    """A template with all its intrinsics worked out for one stage."""

    stage: str
    resources: dict[str, dict[str, Any]]
    outputs: dict[str, Any]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of every resource of a type, by logical id."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }


def resolved(name: str, stage: str = "prod", exports: dict[str, str] | None = None) -> Stack:
    """The template as it would stand in a stage; what the stage's conditions leave out is not in it."""
    template = expanded(name)
    return _Resolver(template, stage, exports or {}).stack()


def exports_of(data: Stack) -> dict[str, str]:
    """What the data stack exports to the app stack."""
    return {output["Export"]["Name"]: output["Value"] for output in data.outputs.values() if "Export" in output}


class _Resolver:
    def __init__(self, template: dict[str, Any], stage: str, exports: dict[str, str]) -> None:
        self.template = template
        self.stage = stage
        self.exports = exports
        self.values = {
            **{key: parameter.get("Default") for key, parameter in template["Parameters"].items()},
            **PARAMETERS,
            "Stage": stage,
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::NoValue": None,
            "AWS::StackName": f"synpunkt-{stage}-app",
        }
        self.conditions = {key: bool(self.value(each)) for key, each in template.get("Conditions", {}).items()}

    def stack(self) -> Stack:
        resources = {
            name: self.value(resource)
            for name, resource in self.template["Resources"].items()
            if self.conditions.get(resource.get("Condition", ""), True)
        }
        return Stack(self.stage, resources, self.value(self.template.get("Outputs", {})))

    def value(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.value(each) for each in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, argument)] = node.items()
            if function == "Ref":
                return self._ref(argument)
            if function.startswith("Fn::"):
                return self._function(function[4:], argument)
        return {key: self.value(each) for key, each in node.items()}

    def _function(self, function: str, argument: Any) -> Any:
        if function == "GetAtt":
            logical_id, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
            return self._attribute(logical_id, attribute)
        if function == "Sub":
            return self._sub(argument)
        if function == "If":
            condition, yes, no = argument
            return self.value(yes if self.conditions[condition] else no)
        argument = self.value(argument)
        simple: dict[str, Callable[[Any], Any]] = {
            "ImportValue": lambda name: self.exports.get(name, f"import:{name}"),
            "Select": lambda pair: pair[1][int(pair[0])],
            "Split": lambda pair: pair[1].split(pair[0]),
            "Join": lambda pair: pair[0].join(map(str, pair[1])),
            "Not": lambda each: not each[0],
            "And": all,
            "Equals": lambda pair: pair[0] == pair[1],
        }
        return simple[function](argument)

    def _sub(self, argument: Any) -> str:
        text, local = argument if isinstance(argument, list) else (argument, {})
        values = self.value(local)

        def replaced(match: re.Match[str]) -> str:
            name = match[1]
            if name in values:
                return str(values[name])
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^!}]+)\}", replaced, text)

    def _ref(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        resource = self.template["Resources"][name]
        named_by = _REFERENCE_IS_NAME.get(resource["Type"])
        if named_by:
            return self.value(resource["Properties"][named_by])
        return self._attribute(name, "Arn") if resource["Type"] == "AWS::SNS::Topic" else f"ref:{name}"

    def _attribute(self, name: str, attribute: str) -> str:
        resource = self.template["Resources"][name]
        made = _ARNS.get(resource["Type"])
        if attribute == "Arn" and made:
            return made(self.value(resource["Properties"]))
        return f"{name}.{attribute}"
