"""The one secret: the key behind private links and keyed hashes, read once per process."""

from __future__ import annotations

from functools import cache

import boto3

from synpunkt.identity import TokenMaker


@cache
def token_maker(secret_id: str) -> TokenMaker:
    """The token maker with the key kept in Secrets Manager under `secret_id`."""
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=secret_id)
    return TokenMaker(answer["SecretString"].encode())
