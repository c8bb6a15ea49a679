"""What comes in by HTTP: Synpunkt's webhook, and a back office's word. Only what is signed is believed."""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from chalice.app import Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from functions.bridge import room
from functions.bridge.adapters.base import MAX_NUMBER
from functions.bridge.claims import Held, Replayed
from functions.bridge.edge import log, log_failure
from functions.bridge.incoming import Malformed, unwrapped
from functions.bridge.signing import NotSigned, checked_id
from functions.bridge.synpunkt_api import Later

MAX_BODY = 64 * 1024
_PROBLEM: dict[str, str | list[str]] = {"Content-Type": "application/problem+json"}
View = Callable[[dict[str, str], bytes], dict[str, str]]


class No(Exception):
    """The answer to what is not taken."""

    def __init__(self, status: HTTPStatus, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


class Word(BaseModel):
    """What a back office says: of which number of its own, or of which case and by what number; and its status."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    number: Annotated[str, Field(min_length=1, max_length=MAX_NUMBER)] | None = None
    case_id: Annotated[str, Field(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")] | None = None
    status: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


def answered(view: View, request: Request | None) -> Response:
    """What a view answers, or a problem. Chalice would log an error with its words and answer before any middleware."""
    try:
        assert request is not None
        sent = request.raw_body
        body = sent.encode() if isinstance(sent, str) else sent
        if len(body) > MAX_BODY:
            raise No(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
        return Response(view({name.lower(): value for name, value in request.headers.items()}, body))
    except No as no:
        status, code = no.status, no.code
        log("refused", code=code)
    except NotSigned as error:
        status, code = HTTPStatus.UNAUTHORIZED, str(error)
        log("refused", code=code)
    except Exception as error:
        log_failure("http", error)
        status, code = HTTPStatus.INTERNAL_SERVER_ERROR, "try_again"
    return Response({"status": int(status), "code": code, "title": status.phrase}, _PROBLEM, int(status))


def event(headers: dict[str, str], body: bytes) -> dict[str, str]:
    """Lays a signed event in the inbox; a challenge, which comes before there is a secret, is echoed."""
    try:
        found = unwrapped(body.decode())
    except (Malformed, UnicodeDecodeError):
        raise No(HTTPStatus.BAD_REQUEST, "no_event") from None
    challenge = found.get("challenge")
    if found.get("type") == "Challenge" and isinstance(challenge, str) and len(challenge) <= 200:
        return {"challenge": challenge}
    checked_id(room.secrets("webhook_secret"), headers, body, time.time())
    room.inbox().put([body.decode()])
    return {}


def status(headers: dict[str, str], body: bytes) -> dict[str, str]:
    """Keeps the word together with the message's id, then tells Synpunkt; the schedule tells what could not be."""
    now = time.time()
    message_id = checked_id(room.secrets("status_secret"), headers, body, now)
    try:
        word = Word.model_validate_json(body)
    except ValidationError:
        raise No(HTTPStatus.UNPROCESSABLE_ENTITY, "no_status") from None
    held = _kept(word, message_id, int(now))
    try:
        room.following(room.AT_THE_DOOR_SECONDS).tell(held)
    except Later as error:
        log("not_told", case_id=held.case_id, code=str(error))
    return {"case_id": held.case_id}


def _kept(word: Word, message_id: str, now: int) -> Held:
    for _ in range(3):
        held = _found(word)
        try:
            if room.claims().hear(held, word.status, message_id, now):
                return room.claims().find(held.case_id) or held
        except Replayed:
            raise No(HTTPStatus.CONFLICT, "replayed") from None
    raise No(HTTPStatus.SERVICE_UNAVAILABLE, "busy")


def _found(word: Word) -> Held:
    claims = room.claims()
    held = claims.find(word.case_id) if word.case_id else claims.by_number(word.number) if word.number else None
    if held is None:
        raise No(HTTPStatus.NOT_FOUND, "unknown_number")
    if word.number is not None and held.number is None:
        claims.numbered(held.case_id, word.number)
    if word.number is not None and held.number not in (None, word.number):
        raise No(HTTPStatus.CONFLICT, "another_number")
    return held
