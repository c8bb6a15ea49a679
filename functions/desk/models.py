"""What the desk answers, and what it takes."""

from __future__ import annotations

from pydantic import BaseModel


class Me(BaseModel):
    """Who the key stands for, and what it may do in which municipalities."""

    caller_id: str
    name: str
    municipalities: list[str]
    scopes: list[str]
