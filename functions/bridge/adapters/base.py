"""What an adapter is given, what it answers, and the three ways in which it says that it could not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from functions.bridge.web import Answer, NoAnswer, NotReached, Web

MAX_NUMBER = 200


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Read):
    """Where: degrees, WGS84; `accuracy_m` in metres; `text`: the place in words."""

    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    text: str | None = None


class Reporter(_Read):
    """Who reported it: only with a key that may read contact data, and where they let it be passed on."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class Answered(_Read):
    """What the reporter answered to one question. `question`: its words, where the municipality asks that."""

    name: str
    question: str | None = None
    answer: str


class Case(_Read):
    """A case, as the municipality's key reads it. `page`: where it can be looked at."""

    case_id: str
    reference: str
    kind: str
    category: str | None = None
    category_name: str
    description: str | None = None
    answers: list[Answered] = []
    location: Place | None = None
    reporter: Reporter | None = None
    created_at: str
    page: str = ""

    @property
    def words(self) -> str:
        """What was written: the description, and below it each answer after its question. Empty for neither."""
        answers = "\n".join(f"{each.question or each.name}: {each.answer}" for each in self.answers)
        return "\n\n".join(each for each in (self.description, answers) if each)


@dataclass(frozen=True, slots=True)
class Receipt:
    """It has been sent. `number`: its number there; `token`: what the number is asked for with, later; or neither."""

    number: str | None = None
    token: str | None = None


class _Code(Exception):
    """`code`: which, in letters, digits and underscores, for the log; `said`: the back office's words, never logged."""

    is_code = True

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code.lower() if re.fullmatch("[A-Za-z0-9_]{1,60}", code) else "other")
        self.said = said[:300]


class NotSent(_Code):
    """Nothing was made there, for certain, and it may go better in a while: it is tried again."""


class Refused(_Code):
    """Nothing was made there, for certain, and trying again would not help: a person looks at it."""


class Uncertain(_Code):
    """It may have been made there or not: it is never sent again by itself, and a person looks at it."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What an adapter does its work with. `client`: an AWS client by its service's name, which tries once."""

    web: Web
    client: Callable[[str], Any]


class Adapter:
    """The base of all adapters: `send` is needed; the rest is for back offices that can be asked."""

    follows: ClassVar[bool] = False
    """Whether `statuses` is to be asked."""

    def send(self, case: Case) -> Receipt:
        """Makes the case there. Raises `NotSent`, `Refused` or `Uncertain`; any other error counts as uncertain."""
        raise NotImplementedError

    def number_of(self, token: str) -> str | None:
        """The number that a token stands for, once there is one. Raises as `send` does."""
        return None

    def statuses(self, numbers: Sequence[str]) -> Mapping[str, str]:
        """The back office's word for the status of each, fifty at the most; what it does not know is left out.

        Raises as `send` does. `Refused`: one of the numbers, perhaps; it is looked for, and the others asked again.
        """
        return {}


def sent(
    web: Web, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request that makes or asks something: an answer that went well, or the error that says what is certain."""
    try:
        answer = web.ask(method, url, body, headers)
    except NotReached as error:
        raise NotSent(str(error)) from None
    except NoAnswer as error:
        raise Uncertain(str(error)) from None
    if answer.ok:
        return answer
    code, said = f"http_{answer.status}", answer.body.decode("utf-8", "replace")
    if answer.later:
        raise NotSent(code, said)
    # A server that failed half-way may have made it; one that said no has not.
    raise (Refused if 400 <= answer.status < 500 else Uncertain)(code, said)


def a_number(found: Any) -> str | None:
    """A number as it can be kept: text or an integer; nothing for whatever else a back office says."""
    if isinstance(found, bool) or not isinstance(found, (str, int)):
        return None
    text = " ".join(str(found).split())
    return text if 0 < len(text) <= MAX_NUMBER and text.isprintable() else None


def found(answer: Answer) -> dict[str, Any]:
    """The JSON object in an answer. Raises `Uncertain` for anything else."""
    try:
        content = answer.json()
    except NoAnswer as error:
        raise Uncertain(str(error)) from None
    if not isinstance(content, dict):
        raise Uncertain("no_object")
    return content
