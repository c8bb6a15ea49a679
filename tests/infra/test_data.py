"""What must survive does: kept, restorable, closed to the world."""

from __future__ import annotations

import re

from functions.insight.day_files import key_of
from functions.insight.parquet_file import KINDS
from infra.expand import Stack, resolved
from infra.local.fixup import EXPIRING, TABLES
from infra.local.seed import STAFF_PASSWORD
from synpunkt.open_data import COLUMNS

KEPT = {
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
}


def test_everything_that_holds_something_outlives_its_stack(data: Stack) -> None:
    for name, resource in data.resources.items():
        if resource["Type"] in KEPT:
            assert resource["DeletionPolicy"] == "Retain", name
            assert resource["UpdateReplacePolicy"] == "Retain", name


def test_tables_are_restorable_and_hard_to_delete(data: Stack) -> None:
    tables = {
        each["TableName"].removeprefix("synpunkt-prod-"): each for each in data.of_type("AWS::DynamoDB::Table").values()
    }
    assert set(tables) == set(TABLES)
    for name, table in tables.items():
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True, name
        assert table["DeletionProtectionEnabled"] is True, name
        assert table["BillingMode"] == "PAY_PER_REQUEST", name
        keys = [each["AttributeName"] for each in table["KeySchema"]]
        assert keys == ["pk", "sk"], name
    expiring = {name for name, table in tables.items() if "TimeToLiveSpecification" in table}
    assert expiring == set(EXPIRING)
    assert {tables[name]["TimeToLiveSpecification"]["AttributeName"] for name in expiring} == {"expires_at"}


def test_indexes_are_those_of_the_access_patterns(data: Stack) -> None:
    found = {
        table["TableName"].removeprefix("synpunkt-prod-"): {
            index["IndexName"]: (
                [key["AttributeName"] for key in index["KeySchema"]],
                index["Projection"]["ProjectionType"],
            )
            for index in table.get("GlobalSecondaryIndexes", [])
        }
        for table in data.of_type("AWS::DynamoDB::Table").values()
    }
    assert found == {
        "cases": {
            "by_municipality": (["list_pk", "list_sk"], "INCLUDE"),
            "triage": (["triage_pk", "triage_sk"], "INCLUDE"),
            "journal": (["journal_pk", "journal_sk"], "KEYS_ONLY"),
            "unpublished": (["unpublished_pk", "unpublished_sk"], "KEYS_ONLY"),
            "waiting": (["waiting_pk", "waiting_sk"], "KEYS_ONLY"),
            "register": (["register_pk", "register_sk"], "KEYS_ONLY"),
            "closed": (["closed_pk", "closed_sk"], "KEYS_ONLY"),
            "incident": (["incident_pk", "incident_sk"], "KEYS_ONLY"),
            "due": (["due_pk", "due_sk"], "INCLUDE"),
            **{name: ([f"{name}_pk", f"{name}_sk"], "INCLUDE") for name in ("inbox", "unit", "mine")},
        },
        "people": {},
        "registry": {},
        "insight": {},
        "deliveries": {"by_message": (["message_id"], "ALL")},
    }


def test_lists_carry_no_free_text_and_no_contact(data: Stack) -> None:
    allowed = {
        "case_id", "reference", "kind", "category", "status", "outcome", "visibility", "created_at", "updated_at",
        "municipality", "department", "claimed", "lat", "lon", "photo_count", "triage_reason",
        "triage_owner", "triage_due", "what", "round", "team", "assignee", "planned_for", "version",
        "incident",
        "desk",
    }  # fmt: skip
    for index in data.resources["CasesTable"]["Properties"]["GlobalSecondaryIndexes"]:
        assert set(index["Projection"].get("NonKeyAttributes", [])) <= allowed


def test_all_indexes_together_name_no_more_attributes_than_a_table_may(data: Stack) -> None:
    """100 for all indexes of a table with projection INCLUDE, read in AWS' service quotas in November 2026."""
    indexes = data.resources["CasesTable"]["Properties"]["GlobalSecondaryIndexes"]
    assert sum(len(index["Projection"].get("NonKeyAttributes", [])) for index in indexes) <= 100
    assert len(indexes) <= 20


def test_only_cases_are_streamed_and_only_new_images(data: Stack) -> None:
    streamed = {
        each["TableName"]: each["StreamSpecification"]["StreamViewType"]
        for each in data.of_type("AWS::DynamoDB::Table").values()
        if "StreamSpecification" in each
    }
    assert streamed == {"synpunkt-prod-cases": "NEW_IMAGE"}


def test_contact_data_has_a_key_of_its_own(data: Stack) -> None:
    people = data.resources["PeopleTable"]["Properties"]
    assert people["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": "PeopleKey.Arn"}


def test_buckets_are_closed_and_speak_tls_only(data: Stack) -> None:
    buckets = data.of_type("AWS::S3::Bucket")
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
    policies = data.of_type("AWS::S3::BucketPolicy").values()
    assert {each["Bucket"] for each in policies} == {each["BucketName"] for each in buckets.values()}
    for policy in policies:
        [statement] = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_mail_is_put_by_our_receipt_rule_alone_encrypted_and_soon_gone(data: Stack) -> None:
    bucket = data.resources["MailBucket"]["Properties"]
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 3
    [encryption] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    [told] = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert told["Queue"].endswith(":synpunkt-prod-mail")
    allowed = [
        (policy["Bucket"], each)
        for policy in data.of_type("AWS::S3::BucketPolicy").values()
        for each in policy["PolicyDocument"]["Statement"]
        if each["Effect"] == "Allow"
    ]
    [(name, statement)] = allowed
    assert name.startswith("synpunkt-prod-mail-")
    assert statement["Principal"] == {"Service": "ses.amazonaws.com"}
    assert statement["Action"] == "s3:PutObject"
    source = statement["Condition"]["StringEquals"]["aws:SourceArn"]
    assert source == "arn:aws:ses:eu-north-1:123456789012:receipt-rule-set/synpunkt-prod:receipt-rule/replies"


def test_quarantine_empties_itself_and_takes_posts_from_our_pages_only(data: Stack) -> None:
    quarantine = data.resources["QuarantineBucket"]["Properties"]
    [rule] = quarantine["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 2
    [cors] = quarantine["CorsConfiguration"]["CorsRules"]
    assert cors["AllowedMethods"] == ["POST"]
    assert cors["AllowedOrigins"] == ["https://synpunkt.example"]


def test_the_token_key_is_made_in_place(data: Stack) -> None:
    [secret] = data.of_type("AWS::SecretsManager::Secret").values()
    assert secret["Name"] == "synpunkt-prod-token-key"
    assert secret["GenerateSecretString"]["PasswordLength"] >= 43
    assert "SecretString" not in secret


# ---- open data ----------------------------------------------------------------------------------------------------


def test_open_data_is_encrypted_and_keeps_no_old_versions(data: Stack) -> None:
    """What was hidden may not live on in a version from before, nor for long in somebody's answer of Athena."""
    bucket = data.resources["OpenBucket"]["Properties"]
    assert "VersioningConfiguration" not in bucket
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    [rule] = bucket["LifecycleConfiguration"]["Rules"]
    assert (rule["Prefix"], rule["ExpirationInDays"]) == ("athena/", 3)


def test_athena_knows_the_table_that_the_files_are(data: Stack) -> None:
    table = data.resources["OpenTable"]["Properties"]["TableInput"]
    columns = {each["Name"]: each["Type"] for each in table["StorageDescriptor"]["Columns"]}
    assert tuple(columns) == COLUMNS
    kinds = {"Utf8": "string", "Boolean": "boolean", "Timestamp(ms": "timestamp", "Float64": "double", "Int32": "int"}
    told = {name: re.sub(r".*<([^,>]+).*", r"\1", str(kind).strip()) for name, kind in KINDS.items()}
    assert columns == {name: kinds[kind] for name, kind in told.items()}
    assert table["PartitionKeys"] == [{"Name": "day", "Type": "date"}]
    assert table["StorageDescriptor"]["Location"] == "s3://synpunkt-prod-open-123456789012/cases/"
    parameters = table["Parameters"]
    assert parameters["projection.enabled"] == "true"
    assert parameters["projection.day.range"].endswith(",NOW")
    # `${!day}` is how CloudFormation is told to leave `${day}` to Athena.
    assert parameters["storage.location.template"] == (
        "s3://synpunkt-prod-open-123456789012/" + key_of("${!day}").removesuffix("cases.parquet")
    )
    work = data.resources["OpenWorkGroup"]["Properties"]["WorkGroupConfiguration"]
    assert work["ResultConfiguration"]["OutputLocation"] == "s3://synpunkt-prod-open-123456789012/athena/"
    assert work["EnforceWorkGroupConfiguration"] is True


def test_what_the_emulator_does_not_know_is_left_out_there() -> None:
    kinds = {each["Type"] for each in resolved("data", stage="local").resources.values()}
    assert not [each for each in kinds if each.startswith(("AWS::Glue::", "AWS::Athena::"))]


# ---- staff -------------------------------------------------------------------------------------------------------


def test_accounts_are_made_by_admins_and_need_a_second_factor(data: Stack) -> None:
    pool = data.resources["StaffPool"]["Properties"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["UsernameConfiguration"]["CaseSensitive"] is False
    assert pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"] == ["email"]
    assert pool["EmailConfiguration"]["EmailSendingAccount"] == "DEVELOPER"


def test_the_password_of_the_local_stage_is_refused_in_every_other(data: Stack) -> None:
    """Everybody can read it: no other stage lets it be chosen, nor takes a password from a page of ours at all."""
    for stage in ("prod", "test", "dev"):
        stack = resolved("data", stage=stage)
        policy = stack.resources["StaffPool"]["Properties"]["Policies"]["PasswordPolicy"]
        assert policy["MinimumLength"] > len(STAFF_PASSWORD), stage
        flows = stack.resources["DeskClient"]["Properties"]["ExplicitAuthFlows"]
        assert flows == ["ALLOW_REFRESH_TOKEN_AUTH"], stage
    local = resolved("data", stage="local").resources
    assert local["StaffPool"]["Properties"]["Policies"]["PasswordPolicy"]["MinimumLength"] <= len(STAFF_PASSWORD)
    assert "ALLOW_USER_PASSWORD_AUTH" in local["DeskClient"]["Properties"]["ExplicitAuthFlows"]


def test_the_desk_logs_in_by_code_without_a_secret_and_may_not_change_accounts(data: Stack) -> None:
    client = data.resources["DeskClient"]["Properties"]
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid", "email"], "signin.user.admin lets people change their address"
    assert client["CallbackURLs"] == client["LogoutURLs"] == ["https://synpunkt.example/desk/"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnableTokenRevocation"] is True
    assert client["TokenValidityUnits"] == {"IdToken": "minutes", "AccessToken": "minutes", "RefreshToken": "hours"}
    assert (client["IdTokenValidity"], client["RefreshTokenValidity"]) == (60, 10)
