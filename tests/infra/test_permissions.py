"""Who may touch what: the policies match this table exactly, and say nothing of everything."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra.expand import Stack

# r read, w write, d delete, p publish or send, u use a key.
WHO_MAY_TOUCH_WHAT = {
    "intake-api": {
        "cases": "rw",
        "people": "w",
        "people-key": "u",
        "registry": "rw",
        "quarantine": "w",
        "token-key": "r",
    },
    "intake-on-mail": {
        "cases": "rw",
        "people": "r",
        "people-key": "u",
        "registry": "r",
        "deliveries": "rwd",
        "mail": "p",
        "bucket mail": "rd",
        "quarantine": "w",
        "token-key": "r",
        "queue mail": "r",
    },
    "route-api": {"registry": "r"},
    "route-on-event": {"cases": "rw", "registry": "r", "queue route": "r"},
    "cases-api": {
        "cases": "rw",
        "cases/by_municipality": "r",
        "cases/incident": "r",
        "registry": "r",
        "deliveries": "r",
        "photos": "r",
        "token-key": "r",
    },
    "desk-api": {
        "cases": "rwd",
        **dict.fromkeys((f"cases/{each}" for each in ("triage", "inbox", "unit", "mine", "incident")), "r"),
        "insight": "r",
        "registry": "rwd",
        "photos": "r",
        "quarantine": "w",
        "token-key": "r",
        "queue waiting": "p",
        "queue sending": "p",
    },
    # Contact data: read one reporter at a time, written only to note that it was shown. No case is changed.
    "desk-contact-api": {
        "cases": "r",
        "cases/incident": "r",
        "cases/register": "r",
        "people": "rw",
        "people-key": "u",
        "registry": "rw",
        "token-key": "r",
    },
    "desk-on-sending": {"cases": "rw", "cases/incident": "r", "registry": "r", "queue sending": "rp"},
    "desk-on-waiting": {"cases": "rw", "cases/waiting": "r", "registry": "r", "queue waiting": "rp"},
    "desk-registry-api": {
        "cases": "r",
        "cases/by_municipality": "r",
        "cases/waiting": "r",
        "registry": "rwd",
        "deliveries": "rwd",
        "municipality topics": "w",
        "queue waiting": "p",
        "mail": "p",
        "token-key": "r",
    },
    "desk-staff-api": {
        "cases": "r",
        "registry": "rwd",
        "staff accounts": "rw",
        "deliveries": "rwd",
        "queue push": "p",
        "queue sandbox-push": "p",
        "mail": "p",
        "token-key": "r",
    },
    "photo-on-upload": {"cases": "rw", "quarantine": "rd", "photos": "w", "queue photo": "r"},
    "photo-on-mask": {"cases": "rw", "photos": "rwd", "queue mask": "r"},
    "photo-on-forgotten": {"photos": "rd", "cases stream": "r", "failures": "rw"},
    "publish-on-stream": {"cases": "w", "cases stream": "r", "bus": "p", "failures": "rw"},
    "publish-on-schedule": {"cases": "rw", "cases/unpublished": "r", "bus": "p", "queue sweep": "r"},
    "deliver-api": {"registry": "rw", "deliveries": "r"},
    "deliver-on-feed": {"cases": "r", "deliveries": "rw", "queue feed": "r"},
    "deliver-on-event": {
        "cases": "rw",
        "registry": "r",
        "deliveries": "rwd",
        "municipality topics": "p",
        "mail": "p",
        "token-key": "r",
        "queue deliver": "r",
    },
    "deliver-on-wake": {
        "registry": "r",
        "deliveries": "w",
        "queue wake": "r",
        "queue push": "p",
        "queue sandbox-push": "p",
    },
    "deliver-on-push": {
        "cases": "rw",
        "registry": "rw",
        "deliveries": "rwd",
        "subscribers' queues": "rwdp",
        "others' buses": "p",
        "municipality topics": "rwd",
        "mail": "p",
        "token-key": "r",
        "queue push": "rp",
        "queue sandbox-push": "rp",
    },
    "deliver-on-bounce": {"cases": "rw", "deliveries": "w", "deliveries/by_message": "r", "queue bounce": "r"},
    "upkeep-on-schedule": {
        "cases": "rw",
        "cases/due": "r",
        "cases/closed": "r",
        "registry": "r",
        "queue upkeep": "r",
        "queue sending": "p",
        "queue digest": "p",
        "queue push": "p",
        "queue sandbox-push": "p",
    },
    "insight-api": {"insight": "r", "open": "r"},
    "insight-on-event": {"cases": "r", "insight": "rwd", "queue insight": "r"},
    "insight-on-schedule": {"insight": "rwd", "open": "wd", "queue days": "r"},
    "notify-on-digest": {
        "cases": "r",
        "cases/mine": "r",
        "registry": "r",
        "deliveries": "rwd",
        "mail": "p",
        "token-key": "r",
        "queue digest": "r",
    },
    "notify-on-event": {
        "cases": "r",
        "people": "r",
        "people-key": "u",
        "registry": "r",
        "deliveries": "rwd",
        "mail": "p",
        "token-key": "r",
        "queue notify": "r",
    },
}

_VERBS = {
    "dynamodb:GetItem": "r",
    "dynamodb:BatchGetItem": "r",
    "dynamodb:Query": "r",
    "dynamodb:PutItem": "w",
    "dynamodb:UpdateItem": "w",
    "dynamodb:BatchWriteItem": "w",
    "dynamodb:DeleteItem": "d",
    "dynamodb:DescribeStream": "r",
    "dynamodb:ListStreams": "r",
    "dynamodb:GetRecords": "r",
    "dynamodb:GetShardIterator": "r",
    "s3:GetObject": "r",
    "s3:ListBucket": "r",
    "s3:PutObject": "w",
    "s3:DeleteObject": "d",
    "secretsmanager:GetSecretValue": "r",
    "kms:Encrypt": "u",
    "kms:Decrypt": "u",
    "kms:GenerateDataKey": "u",
    "kms:DescribeKey": "u",
    "events:PutEvents": "p",
    "sns:Publish": "p",
    "sns:CreateTopic": "w",
    "sns:Subscribe": "w",
    "sns:SetSubscriptionAttributes": "w",
    "sns:GetSubscriptionAttributes": "r",
    "sns:ListSubscriptionsByTopic": "r",
    "sns:Unsubscribe": "d",
    "ses:SendEmail": "p",
    "sqs:SendMessage": "p",
    "sqs:CreateQueue": "w",
    "sqs:SetQueueAttributes": "w",
    "sqs:GetQueueUrl": "r",
    "sqs:DeleteQueue": "d",
    "cognito-idp:AdminGetUser": "r",
    "cognito-idp:AdminCreateUser": "w",
    "cognito-idp:AdminSetUserPassword": "w",
    "sqs:ReceiveMessage": "r",
    "sqs:DeleteMessage": "r",
    "sqs:ChangeMessageVisibility": "r",
    "sqs:GetQueueAttributes": "r",
}
_NAMES = (
    (
        r"arn:aws:dynamodb:[^:]+:\d+:table/synpunkt-prod-(\w+)(?:/index/(\w+))?",
        lambda m: "/".join(filter(None, m.groups())),
    ),
    (r"CasesTable\.StreamArn", lambda m: "cases stream"),
    (r"PeopleKey\.Arn", lambda m: "people-key"),
    (r"arn:aws:s3:::synpunkt-prod-mail-\d+(?:/\*)?", lambda m: "bucket mail"),
    (r"arn:aws:s3:::synpunkt-prod-(\w+)-\d+(?:/\*)?", lambda m: m[1]),
    (r"arn:aws:s3:::synpunkt-prod-(open)-\d+/cases/\*", lambda m: m[1]),
    (r"arn:aws:secretsmanager:[^:]+:\d+:secret:synpunkt-prod-(token-key)-\?{6}", lambda m: m[1]),
    (r"arn:aws:events:[^:]+:\d+:event-bus/synpunkt-prod", lambda m: "bus"),
    (r"arn:aws:sns:[^:]+:\d+:synpunkt-prod-municipality-\*", lambda m: "municipality topics"),
    (r"arn:aws:cognito-idp:[^:]+:\d+:userpool/synpunkt-prod-staff", lambda m: "staff accounts"),
    (r"arn:aws:ses:[^:]+:\d+:identity/mail\.synpunkt\.example", lambda m: "mail"),
    (r"arn:aws:ses:[^:]+:\d+:configuration-set/synpunkt-prod", lambda m: "mail"),
    (r"arn:aws:sqs:[^:]+:\d+:synpunkt-prod-subscriber-\*", lambda m: "subscribers' queues"),
    (r"arn:aws:events:\*:\*:event-bus/\*", lambda m: "others' buses"),
    (r"arn:aws:sqs:[^:]+:\d+:synpunkt-prod-([\w-]+)", lambda m: f"queue {m[1]}"),
)
# Wildcards that stand at the end of an otherwise exact name, and why.
WILDCARDS = {
    r"arn:aws:logs:[^*]+:log-group:/aws/lambda/synpunkt-prod-[a-z-]+:\*": "the streams of the function's own log",
    r"arn:aws:s3:::synpunkt-prod-(quarantine|photos|failures|mail)-\d+/\*": "the objects of one bucket",
    r"arn:aws:s3:::synpunkt-prod-open-\d+/cases/\*": "the files of open data, and nobody's answers of Athena",
    r"arn:aws:sns:[^*]+:synpunkt-prod-municipality-\*": "topics are made when a municipality joins",
    r"arn:aws:sqs:[^*]+:synpunkt-prod-subscriber-\*": "queues are made when a municipality subscribes",
    r"arn:aws:events:\*:\*:event-bus/\*": "buses are in accounts that nobody knows beforehand; never in ours",
}


@pytest.fixture(scope="module")
def statements(app: Stack) -> dict[str, list[dict[str, Any]]]:
    """Every function's policy statements."""
    return _statements(app)


def _statements(app: Stack) -> dict[str, list[dict[str, Any]]]:
    return {
        function["FunctionName"].removeprefix(f"synpunkt-{app.stage}-"): [
            statement
            for policy in app.resources[function["Role"].removesuffix(".Arn")]["Properties"]["Policies"]
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        for function in app.of_type("AWS::Lambda::Function").values()
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _named(resource: str) -> str:
    for pattern, name in _NAMES:
        if match := re.fullmatch(pattern, resource):
            return str(name(match))
    raise AssertionError(f"a policy names {resource}, which the table does not know")


def test_policies_match_the_table(statements: dict[str, list[dict[str, Any]]]) -> None:
    found: dict[str, dict[str, set[str]]] = {}
    for function, mine in statements.items():
        rights = found.setdefault(function, {})
        for statement in mine:
            if statement["Sid"] == "WriteLog":
                continue
            for resource in _listed(statement["Resource"]):
                rights.setdefault(_named(resource), set()).update(_VERBS[each] for each in _listed(statement["Action"]))
    table = {function: {what: set(how) for what, how in row.items()} for function, row in WHO_MAY_TOUCH_WHAT.items()}
    assert found == table


def test_contact_data_is_for_intake_notify_and_one_function_of_the_desk_only(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    touching = {name for name, mine in statements.items() if "people" in str(mine) or "PeopleKey" in str(mine)}
    assert touching == {"intake-api", "intake-on-mail", "notify-on-event", "desk-contact-api"}


def test_the_desk_reads_reporters_of_cases_and_writes_only_that_it_did(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    """Each showing is noted, and what is noted can be read; nothing of it can be changed."""
    rights = {
        action: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for statement in statements["desk-contact-api"]
        if str(statement["Resource"]).endswith("table/synpunkt-prod-people")
        for action in _listed(statement["Action"])
    }
    assert rights == {
        "dynamodb:GetItem": ["C#*"],
        # The senders in a register, a page at a time.
        "dynamodb:BatchGetItem": ["C#*"],
        "dynamodb:PutItem": ["READ#*"],
        "dynamodb:Query": ["READ#*"],
    }


def test_an_incoming_mail_is_compared_by_hash_and_sees_no_contact_data(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    [statement] = [each for each in statements["intake-on-mail"] if "table/synpunkt-prod-people" in each["Resource"]]
    assert statement["Action"] == ["dynamodb:GetItem"]
    assert statement["Condition"]["ForAllValues:StringEquals"] == {"dynamodb:Attributes": ["pk", "sk", "email_hash"]}
    assert statement["Condition"]["StringEqualsIfExists"] == {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}


def test_the_publics_readers_see_of_deliveries_what_happened_and_nothing_of_those_who_were_told(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    [statement] = [each for each in statements["cases-api"] if "table/synpunkt-prod-deliveries" in each["Resource"]]
    assert statement["Action"] == ["dynamodb:GetItem", "dynamodb:Query"]
    assert statement["Condition"]["ForAllValues:StringLike"] == {"dynamodb:LeadingKeys": ["FEED#*"]}


def test_nothing_is_allowed_on_everything(statements: dict[str, list[dict[str, Any]]]) -> None:
    for name, mine in statements.items():
        for statement in mine:
            assert statement["Effect"] == "Allow"
            assert not any("*" in action for action in _listed(statement["Action"])), name
            for resource in _listed(statement["Resource"]):
                if "*" in resource:
                    assert any(re.fullmatch(pattern, resource) for pattern in WILDCARDS), (name, resource)


def test_local_differs_only_where_the_emulator_names_no_resource(
    statements: dict[str, list[dict[str, Any]]], local_app: Stack
) -> None:
    """The emulator judges SendEmail by the resource `*`; nothing else may be wider than in the cloud."""
    wide = {
        (name, statement["Sid"])
        for name, mine in _statements(local_app).items()
        for statement in mine
        if "*" in _listed(statement["Resource"])
    }
    senders = (
        "deliver-on-event",
        "deliver-on-push",
        "desk-registry-api",
        "desk-staff-api",
        "intake-on-mail",
        "notify-on-digest",
        "notify-on-event",
    )
    assert wide == {(name, "SendMail") for name in senders}


def test_rooms_see_only_their_kind_of_items(statements: dict[str, list[dict[str, Any]]]) -> None:
    """Idempotency records and drafts are intake's alone; `?` in no key, so a prefix is exact."""
    prefixes: dict[tuple[str, str], list[str]] = {}
    for name, mine in statements.items():
        for statement in mine:
            if str(statement["Resource"]).endswith("table/synpunkt-prod-cases"):
                keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                for action in _listed(statement["Action"]):
                    prefixes.setdefault((name, action), []).extend(keys)
    read, put, update = "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"
    query, batch = "dynamodb:Query", "dynamodb:BatchGetItem"
    assert prefixes == {
        # Intake writes cases it may not read.
        ("intake-api", read): ["K#*", "U#*"],
        ("intake-api", put): ["C#*", "K#*", "R#*", "U#*"],
        ("intake-api", update): ["U#*", "D#*"],
        ("intake-on-mail", read): ["K#*", "R#*", "U#*"],
        ("intake-on-mail", query): ["C#*"],
        ("intake-on-mail", put): ["C#*", "K#*", "U#*"],
        ("intake-on-mail", update): ["K#*"],
        ("route-on-event", query): ["C#*"],
        ("route-on-event", put): ["C#*"],
        # What is usual is nobody's in particular: a number for each municipality and category.
        ("cases-api", read): ["C#*", "R#*", "U#*", "USUAL#*"],
        ("cases-api", query): ["C#*", "R#*"],
        ("cases-api", batch): ["C#*", "R#*"],
        # What the reporter says about a case of theirs.
        ("cases-api", put): ["C#*"],
        ("cases-api", update): ["U#*"],
        **{
            ("desk-api", action): ["B#*", "C#*", "DRAFT#*", "I#*", "K#*", "R#*", "U#*", "UNEXPLAINED#*"]
            for action in (read, query)
        },
        ("desk-api", put): ["B#*", "C#*", "DRAFT#*", "I#*", "K#*", "R#*", "U#*", "UNEXPLAINED#*", "S#*"],
        ("desk-api", batch): ["C#*", "I#*"],
        ("desk-api", update): ["D#*", "U#*", "I#*"],
        ("desk-api", "dynamodb:DeleteItem"): ["DRAFT#*", "UNEXPLAINED#*"],
        **{
            ("desk-on-sending", action): ["B#*", "C#*", "DRAFT#*", "I#*", "R#*", "U#*"] for action in (read, query, put)
        },
        ("desk-on-sending", update): ["U#*", "I#*"],
        **{("desk-contact-api", action): ["C#*", "I#*", "R#*"] for action in (read, batch, query)},
        **{("photo-on-mask", action): ["C#*"] for action in (query, put)},
        **{("desk-on-waiting", action): ["C#*"] for action in (query, put)},
        **{("upkeep-on-schedule", action): ["C#*"] for action in (query, batch)},
        ("upkeep-on-schedule", read): ["USUAL#*"],
        ("upkeep-on-schedule", put): ["C#*", "USUAL#*"],
        ("upkeep-on-schedule", update): ["B#*", "C#*", "PUSH#*", "S#*", "USUAL#*"],
        ("deliver-on-push", query): ["C#*"],
        ("deliver-on-push", put): ["C#*", "PUSH#*"],
        ("desk-registry-api", query): ["C#*"],
        ("desk-staff-api", query): ["C#*"],
        ("desk-registry-api", batch): ["C#*"],
        **{("photo-on-upload", action): ["C#*", "U#*"] for action in (read, query, put, update)},
        ("publish-on-stream", update): ["C#*"],
        ("publish-on-schedule", update): ["C#*"],
        ("publish-on-schedule", batch): ["C#*"],
        **{(room, action): ["C#*"] for room in ("deliver-on-event", "deliver-on-bounce") for action in (query, put)},
        ("deliver-on-feed", query): ["C#*"],
        ("notify-on-event", query): ["C#*"],
        ("notify-on-event", read): ["USUAL#*"],
        ("notify-on-digest", batch): ["C#*"],
        ("insight-on-event", query): ["C#*"],
    }


def test_rooms_see_only_their_kind_of_registry_items(statements: dict[str, list[dict[str, Any]]]) -> None:
    """Claims, evidence, staff and the hashes of keys lie in the same table, and most rooms see none of them."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, mine in statements.items():
        for statement in mine:
            if str(statement["Resource"]).endswith("table/synpunkt-prod-registry"):
                keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                for action in _listed(statement["Action"]):
                    if _VERBS[action] == "r":
                        assert found.setdefault((name, action), keys) == keys
    everywhere = ["M#*", "V#*"]
    # Who calls, with a key or a login.
    calls = ["DOMAIN#*", "KEY#*", "STAFF#*"]
    joined = ["A#*", "CLAIMS", "EVIDENCE#*", "H#*", "INVITE#*", "INVITES#*", "S#*"]
    special = {
        "deliver-api": ["KEY#*"],
        "deliver-on-event": [*everywhere, "SUBS#*"],
        "deliver-on-wake": ["SUBS#*"],
        "deliver-on-push": ["M#*", "STAFF#*", "STAFF-OF#*", "SUBS#*"],
        # The key of whoever sends over Open311.
        "intake-api": [*everywhere, "KEY#*"],
        "desk-api": [*calls, *everywhere, "NOTICES#*", "STAFF-OF#*", "STATUSES#*", "TEMPLATES#*", "VIEWS#*"],
        "desk-contact-api": [*calls, *everywhere, "CALLERS", "STAFF-OF#*"],
        "desk-on-sending": ["KEY#*", "KEYS-OF#*", "STAFF#*", "STAFF-OF#*"],
        "desk-registry-api": [*calls, *everywhere, *joined],
        "desk-staff-api": [*calls, *everywhere, "CALLERS", "KEYS-OF#*", "PROVIDERS", "STAFF-OF#*", "SUBS#*"],
        **{each: ["NOTICES#*", "STAFF#*", "STAFF-OF#*"] for each in ("notify-on-event", "notify-on-digest")},
    }
    assert found
    for (name, action), keys in found.items():
        assert sorted(keys) == sorted(special.get(name, everywhere)), (name, action)


def test_the_registrys_editor_writes_each_kind_of_item_in_its_own_way(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    writes = {
        action: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for statement in statements["desk-registry-api"]
        if str(statement["Resource"]).endswith("table/synpunkt-prod-registry")
        for action in _listed(statement["Action"])
        if _VERBS[action] in "wd"
    }
    assert writes == {
        "dynamodb:BatchWriteItem": ["A#*", "S#*", "V#*"],
        "dynamodb:PutItem": [
            *("CALLERS", "CLAIMS", "EVIDENCE#*", "H#*", "INVITE#*", "INVITES#*", "KEY#*", "KEYS-OF#*", "M#*")
        ],
        "dynamodb:UpdateItem": ["INVITE#*", "LIMIT#*", "M#*", "USED#*"],
        "dynamodb:DeleteItem": ["A#*"],
    }


def test_the_desk_may_set_addresses_add_evidence_and_keep_choices_and_write_nothing_else_of_the_registry(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    """No version of a registry, no key, nobody's role."""
    writes: dict[str, set[str]] = {}
    for statement in statements["desk-api"]:
        if str(statement["Resource"]).endswith("table/synpunkt-prod-registry"):
            for action in _listed(statement["Action"]):
                if _VERBS[action] != "r":
                    keys = statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
                    writes.setdefault(action, set()).update(keys)
    assert writes == {
        "dynamodb:UpdateItem": {"M#*", "USED#*"},
        "dynamodb:PutItem": {"EVIDENCE#*", "NOTICES#*", "STATUSES#*", "TEMPLATES#*", "VIEWS#*"},
        "dynamodb:DeleteItem": {"STATUSES#*", "TEMPLATES#*", "VIEWS#*"},
    }


def test_whoever_changes_staff_and_keys_changes_nothing_else_of_the_registry(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    """Departments, rules and the domains of municipalities' own logins stay out of its reach."""
    [statement] = [each for each in statements["desk-staff-api"] if each["Sid"] == "ChangeStaffAndKeys"]
    assert statement["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["STAFF#*", "STAFF-OF#*", "KEY#*", "KEYS-OF#*", "CALLERS"]}
    }


def test_what_is_said_on_other_accounts_buses_is_never_said_on_ours(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    [statement] = [each for each in statements["deliver-on-push"] if each["Sid"] == "PutOnOthersBuses"]
    assert statement["Condition"] == {"StringNotEquals": {"aws:ResourceAccount": "123456789012"}}


def test_the_people_key_works_through_dynamodb_only(statements: dict[str, list[dict[str, Any]]]) -> None:
    for mine in statements.values():
        for statement in mine:
            if statement["Sid"] == "UsePeopleKey":
                assert statement["Condition"] == {
                    "StringEquals": {"kms:ViaService": "dynamodb.eu-north-1.amazonaws.com"}
                }


def test_the_only_key_policy_lets_iam_decide(data: Stack) -> None:
    """`kms:*` for the account's root is how IAM policies get a say; in a key's policy `*` means that key."""
    [key] = data.of_type("AWS::KMS::Key").values()
    [statement] = key["KeyPolicy"]["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert key["EnableKeyRotation"] is True


def test_roles_are_for_lambda_alone_and_carry_no_ready_made_policies(app: Stack) -> None:
    for name, role in app.of_type("AWS::IAM::Role").items():
        [trust] = role["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}, name
        assert "ManagedPolicyArns" not in role, name


def test_open_data_is_read_and_made_apart_from_what_cases_are_found_by(
    statements: dict[str, list[dict[str, Any]]],
) -> None:
    """Who answers everybody reads no word of a case, and who makes files no more than their rows."""
    for name, kinds in (
        ("insight-api", {"OL#*", "OM#*", "OPEN-DAYS"}),
        ("insight-on-schedule", {"OD#*", "OPEN-DAYS", "OPEN-DUE"}),
    ):
        rights = [each for each in statements[name] if str(each["Resource"]).endswith("table/synpunkt-prod-insight")]
        keys = {key for each in rights for key in each["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]}
        assert keys == kinds, name
