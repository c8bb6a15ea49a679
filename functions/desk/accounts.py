"""Accounts of staff whose municipality has no login of its own: made in the user pool, without a password to hand out."""

from __future__ import annotations

import secrets
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


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


@cache
def _cognito() -> CognitoIdentityProviderClient:
    return boto3.client("cognito-idp", config=Config(connect_timeout=2, read_timeout=5))
