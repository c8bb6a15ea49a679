"""What a reporter should be told before sending: danger, police, a child at risk, an acute fault."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """When a notice applies. `patterns`: regular expressions that both Python and JavaScript understand.

    `phone`: the national number (112 and 114 14; where each is published stands in the data); `None` where none exists.
    """

    code: str
    phone: str | None
    categories: tuple[str, ...]
    patterns: tuple[str, ...]


@cache
def notice_rules() -> tuple[NoticeRule, ...]:
    """All rules, the most urgent first."""
    text = files("synpunkt.responsibility").joinpath("data/notices.json").read_text("utf-8")
    return tuple(
        NoticeRule(each["code"], each["phone"], tuple(each["categories"]), tuple(each["patterns"]))
        for each in json.loads(text)["notices"]
    )


def matching_notices(category: str | None, description: str) -> tuple[NoticeRule, ...]:
    """The rules that apply to a report; a guess by words, so never a reason to refuse it."""
    return tuple(
        rule
        for rule in notice_rules()
        if (category is not None and category in rule.categories)
        or any(re.search(pattern, description, re.IGNORECASE) for pattern in rule.patterns)
    )
