"""A case as plain lines, for people who read it in a mail, and what AWS's answers to sending something mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
)

from functions.bridge.adapters.base import Case, NotSent, Refused, Uncertain

_PUT_OFF = {"Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown", "ServiceUnavailable"}


def fields(case: Case) -> dict[str, str]:
    """What a person needs, by the headings in `headings.json`, in that order; what there is nothing of is empty."""
    place, who = case.location, case.reporter
    point = f"{place.lat:.6f}, {place.lon:.6f}" if place and place.lat is not None and place.lon is not None else ""
    told = {
        "reference": case.reference,
        "created_at": case.created_at,
        "category": case.category_name,
        "description": case.words,
        "place": (place and place.text) or "",
        "position": point,
        "name": (who and who.name) or "",
        "email": (who and who.email) or "",
        "phone": (who and who.phone) or "",
        "page": case.page,
        "case_id": case.case_id,
    }
    return {heading: told[name] for name, heading in _headings().items()}


@cache
def _headings() -> Mapping[str, str]:
    headings: dict[str, str] = json.loads((Path(__file__).parent / "headings.json").read_text("utf-8"))
    return headings


@contextmanager
def asked_of_aws() -> Iterator[None]:
    """Says of a failed call whether anything can have been done by it."""
    try:
        yield
    except (EndpointConnectionError, ConnectTimeoutError, NoCredentialsError):
        raise NotSent("no_connection") from None
    except ClientError as error:
        code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        if code in _PUT_OFF:
            raise NotSent(code) from None
        raise (Refused if status < 500 else Uncertain)(code) from None
    except BotoCoreError as error:
        raise Uncertain(type(error).__name__) from None
