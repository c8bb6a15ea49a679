"""A case as plain lines, for people who read it in a mail, and what AWS's answers to sending something mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
    """What a person needs, by Swedish heading, in order; what there is nothing of is empty."""
    place, who = case.location, case.reporter
    point = f"{place.lat:.6f}, {place.lon:.6f}" if place and place.lat is not None and place.lon is not None else ""
    return {
        "Ärende": case.reference,
        "Inkom": case.created_at,
        "Kategori": case.category_name,
        "Beskrivning": case.description or "",
        "Plats": (place and place.text) or "",
        "Position": point,
        "Namn": (who and who.name) or "",
        "E-post": (who and who.email) or "",
        "Telefon": (who and who.phone) or "",
        "Länk": case.page,
        "Ärende-id": case.case_id,
    }


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
