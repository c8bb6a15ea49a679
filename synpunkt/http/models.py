"""Answers that more than one room gives: a municipality and a department, named in the caller's language."""

from __future__ import annotations

from pydantic import BaseModel

from synpunkt.names import municipality_name
from synpunkt.responsibility import department


class MunicipalityOut(BaseModel):
    """A municipality by its SCB code."""

    code: str
    name: str

    @classmethod
    def of(cls, code: str, language: str) -> MunicipalityOut:
        """The municipality with that code."""
        return cls(code=code, name=municipality_name(code, language))


class DepartmentOut(BaseModel):
    """A department inside a municipality."""

    id: str
    name: str

    @classmethod
    def of(cls, department_id: str, language: str) -> DepartmentOut:
        """The department with that id."""
        return cls(id=department_id, name=department(department_id).name[language])
