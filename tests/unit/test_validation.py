"""What pydantic finds wrong, in our own codes: which field, and nothing of what was sent."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from synpunkt.http.incoming import Strict, one_line
from synpunkt.http.problem import Problem
from synpunkt.http.validation import validated


class Words(Strict):
    """Text, and a list of it, each with a validator before its limits."""

    number: Annotated[str, BeforeValidator(one_line), StringConstraints(min_length=2, max_length=3)] = "abc"
    names: Annotated[list[str], AfterValidator(lambda each: each), Field(max_length=2)] = []


class Inner(Strict):
    """A part of a body."""

    lat: float = 0
    lon: float = 0


class Outer(Strict):
    """A body with parts."""

    inner: Inner | None = None
    several: list[Annotated[Inner, Field()]] = []
    first_name: Annotated[str, Field(alias="firstName")] = ""


def refused(model: type[Strict], given: object) -> list[tuple[str, str, str]]:
    """Field, code and Swedish sentence of each error."""
    with pytest.raises(Problem) as told:
        validated(model, given)
    return [(each.field, each.code, each.message) for each in told.value.model("sv").errors]


def test_text_that_is_too_long_is_told_as_text_and_a_list_as_a_list() -> None:
    assert refused(Words, {"number": "abcd"}) == [("number", "too_long", "Texten är för lång. Högst 3 tecken.")]
    assert refused(Words, {"number": "a"}) == [("number", "too_short", "Skriv något här.")]
    assert refused(Words, {"names": ["a", "b", "c"]}) == [("names", "too_many", "Det är för många här. Högst 2.")]


@pytest.mark.parametrize(
    ("given", "field", "known"),
    [
        ({"secret": 1}, "?", "inner, several, firstName"),
        ({"inner": {"secret": 1}}, "inner.?", "lat, lon"),
        ({"several": [{}, {"secret": 1}]}, "several.1.?", "lat, lon"),
    ],
)
def test_an_unknown_field_is_not_repeated_and_those_there_are_are_named(given: object, field: str, known: str) -> None:
    message = f"Fältet finns inte. De som finns: {known}."
    assert refused(Outer, given) == [(field, "extra_forbidden", message)]
