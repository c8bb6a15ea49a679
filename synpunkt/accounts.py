"""The user pool: accounts of those whose municipality has no login of its own, and the logins of those that have."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ProviderKind = Literal["OIDC", "SAML"]
_TOLD_ONLY = frozenset({"ClientSecret", "LastModifiedDate", "CreationDate"})


def make_account(pool_id: str, email: str) -> str:
    """The subject of the account with that address, made if there was none.

    Nobody knows its password: its holder chooses one, by a code sent to the address. So an invitation holds nothing
    that must be kept secret.
    """
    password = f"{secrets.token_urlsafe(48)}aA1-"
    try:
        made = _cognito().admin_create_user(
            UserPoolId=pool_id,
            Username=email,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
            TemporaryPassword=password,
            MessageAction="SUPPRESS",
        )
        user = made["User"]["Attributes"]
        # Permanent, or the code for a forgotten password would be refused.
        _cognito().admin_set_user_password(UserPoolId=pool_id, Username=email, Password=password, Permanent=True)
    except _cognito().exceptions.UsernameExistsException:
        user = _cognito().admin_get_user(UserPoolId=pool_id, Username=email)["UserAttributes"]
    return next(each["Value"] for each in user if each["Name"] == "sub")


def put_provider(
    pool_id: str, name: str, kind: ProviderKind, details: Mapping[str, str], email_claim: str, domains: Collection[str]
) -> None:
    """Makes or replaces a municipality's own login in the pool. `kind`: OIDC or SAML."""
    settings: dict[str, Any] = {
        "UserPoolId": pool_id,
        "ProviderName": name,
        "ProviderDetails": dict(details),
        "AttributeMapping": {"email": email_claim},
        "IdpIdentifiers": sorted(domains),
    }
    try:
        _cognito().create_identity_provider(ProviderType=kind, **settings)
    except _cognito().exceptions.DuplicateProviderException:
        _cognito().update_identity_provider(**settings)


def remove_provider(pool_id: str, name: str) -> None:
    """Takes a login out of the pool; one that is not there is gone already."""
    try:
        _cognito().delete_identity_provider(UserPoolId=pool_id, ProviderName=name)
    except _cognito().exceptions.ResourceNotFoundException:
        return


def offer_providers(pool_id: str, client_id: str, names: Collection[str]) -> None:
    """Lets the desk's page send people to exactly these logins, and to our own accounts."""
    told: dict[str, Any] = {
        **_cognito().describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]
    }
    # An update sets everything it does not name back to its default, so all of it goes along.
    kept = {name: value for name, value in told.items() if value != "" and name not in _TOLD_ONLY}
    _cognito().update_user_pool_client(**{**kept, "SupportedIdentityProviders": ["COGNITO", *sorted(names)]})


@cache
def _cognito() -> CognitoIdentityProviderClient:
    return boto3.client("cognito-idp", config=Config(connect_timeout=2, read_timeout=5))
