"""Answers that more than one room gives: a municipality and a department, named in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from synpunkt.asked import Answered
from synpunkt.names import municipality_name
from synpunkt.responsibility import decided_department


class MunicipalityOut(BaseModel):
    """A municipality by its SCB code."""

    code: str
    name: str

    @classmethod
    def of(cls, code: str, language: str) -> MunicipalityOut:
        """The municipality with that code."""
        return cls(code=code, name=municipality_name(code, language))


class BodyOut(BaseModel):
    """Somebody outside the municipality who has a case, or would get it, by the id in its registry."""

    id: str
    name: str


class DepartmentOut(BaseModel):
    """A department inside a municipality."""

    id: str
    name: str

    @classmethod
    def of(
        cls, department_id: str, language: str, names: Mapping[str, Mapping[str, str]] | None = None
    ) -> DepartmentOut:
        """The department with that id; `names`: what a decision said it was called."""
        return cls(id=department_id, name=decided_department(department_id, names, language))


class AnswerOut(BaseModel):
    """What was answered to one question. `question`: its words, where the municipality asks that of such cases."""

    name: str
    question: str | None = None
    answer: str

    @classmethod
    def of(cls, answered: Answered) -> AnswerOut:
        """The answer as it is shown."""
        return cls(name=answered.name, question=answered.question, answer=answered.answer)
