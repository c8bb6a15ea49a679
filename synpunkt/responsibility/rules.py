"""Rules: who takes what, where, when. Pure; a decision looks at the few buckets it needs, not at all rules.

A rule is filed under every combination of sub-area, road owner and topic (category or group) that it names, with an
empty place where it names none. So the rules that could apply to a report are found by key, however many there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from synpunkt.lifecycle import Location

ANYTHING = ""
UNKNOWN_OWNER = "unknown"
ROAD_OWNERS = ("state", "municipal", "private", UNKNOWN_OWNER)


@dataclass(frozen=True, slots=True)
class Target:
    """Who takes it: a department of the municipality, or a body outside it. Exactly one of the two is set."""

    department: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Season:
    """A part of every year, both days included: `MM-DD`; it runs over New Year when `first` is after `last`."""

    first: str
    last: str

    def has(self, day: date) -> bool:
        """Whether the day is in the season, whatever the year."""
        today = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= today <= self.last
        return today >= self.first or today <= self.last


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a decision may look at. `areas`: ids of the sub-areas the point is in; `answers`: question → answers.

    `road_ambiguous`: a road that somebody else keeps is nearly as near.
    """

    category: str | None = None
    group: str | None = None
    kind: str | None = None
    areas: tuple[str, ...] = ()
    road_owner: str = UNKNOWN_OWNER
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    on: date | None = None
    road_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """A case that was: its reference, what it says, and where it is."""

    reference: str
    about: Circumstances
    at: Location | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One responsibility. An empty condition asks nothing; all that are set must hold.

    `why`: language → a sentence of the municipality's own; `places`: sub-area → its name by language.
    """

    rule: str
    target: Target
    priority: int = 0
    categories: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    road_owners: frozenset[str] = frozenset()
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    season: Season | None = None
    copies: tuple[Target, ...] = ()
    why: Mapping[str, str] | None = None
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def order(self) -> tuple[bool, bool, bool, bool, int, str]:
        """Sorts the rule that wins first: sub-area, road owner, category, group; then priority; then id."""
        return (
            not self.areas,
            not self.road_owners,
            not self.categories,
            not self.groups,
            -self.priority,
            self.rule,
        )

    def misses(self, about: Circumstances) -> str | None:
        """The first condition that does not hold, by name; `None` when all hold."""
        asked = (
            ("area", self.areas, frozenset(about.areas)),
            ("road_owner", self.road_owners, frozenset((about.road_owner,))),
            ("category", self.categories, frozenset((about.category,))),
            ("group", self.groups, frozenset((about.group,))),
            ("kind", self.kinds, frozenset((about.kind,))),
        )
        for name, wanted, given in asked:
            if wanted and not wanted & given:
                return name
        for question, accepted in self.answers.items():
            if not accepted & about.answers.get(question, frozenset()):
                return "answers"
        if self.season is not None and (about.on is None or not self.season.has(about.on)):
            return "season"
        return None

    def filed_under(self) -> Iterator[str]:
        """The buckets the rule is filed under.

        One that asks who keeps the road stands also where nobody knows: it does not decide there, but is told of.
        """
        if self.categories:
            topics = [f"c:{each}" for each in sorted(self.categories)]
        else:
            topics = [f"g:{each}" for each in sorted(self.groups)] or [ANYTHING]
        owners = sorted(self.road_owners | {UNKNOWN_OWNER}) if self.road_owners else [ANYTHING]
        for area, owner, topic in product(sorted(self.areas) or [ANYTHING], owners, topics):
            yield bucket_key(area, owner, topic)


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule that won, if any, and those that were looked at and lost: `<rule>:<why>`, the most specific first."""

    rule: Rule | None
    rejected: tuple[str, ...]


def bucket_key(area: str, road_owner: str, topic: str) -> str:
    """The name of one bucket."""
    return f"{area}|{road_owner}|{topic}"


def bucket_keys(about: Circumstances) -> tuple[str, ...]:
    """Every bucket that may hold a rule for these circumstances: at most six for each sub-area, and six more."""
    topics = [ANYTHING]
    topics += [f"c:{about.category}"] if about.category else []
    topics += [f"g:{about.group}"] if about.group else []
    areas = (ANYTHING, *sorted(set(about.areas)))
    return tuple(bucket_key(*each) for each in product(areas, (ANYTHING, about.road_owner), topics))


def choose(candidates: Iterable[Rule], about: Circumstances, *, at_most: int = 10) -> Choice:
    """The one rule that decides: the most specific that holds, then the highest priority, then the first id.

    `at_most`: how many of the rejected are told.
    """
    winner: Rule | None = None
    rejected: list[str] = []
    for rule in sorted({each.rule: each for each in candidates}.values(), key=Rule.order):
        missed = rule.misses(about)
        if missed is None and winner is None:
            winner = rule
        elif len(rejected) < at_most:
            rejected.append(f"{rule.rule}:{missed or _lost(rule, winner)}")
    return Choice(winner, tuple(rejected))


def answer_values(answer: Any) -> frozenset[str]:
    """An answer as the texts that conditions are compared with: `true`/`false`, a number, each choice."""
    if isinstance(answer, list | tuple | set | frozenset):
        return frozenset().union(*map(answer_values, answer)) if answer else frozenset()
    if isinstance(answer, bool):
        return frozenset(("true" if answer else "false",))
    if isinstance(answer, float) and answer.is_integer():
        answer = int(answer)
    return frozenset((str(answer),))


def answer_text(answer: Any) -> str:
    """An answer as it is stored: one value on each line. `stored_answer` is the reverse."""
    if isinstance(answer, list):
        return "\n".join(line for each in answer for line in sorted(answer_values(each)))
    return "".join(answer_values(answer))


def stored_answer(text: str) -> frozenset[str]:
    """The values of an answer as `answer_text` wrote it."""
    return frozenset((text, *text.split("\n")))


def _lost(rule: Rule, winner: Rule | None) -> str:
    if winner is not None and rule.order()[:4] == winner.order()[:4]:
        return "lower_priority" if rule.priority < winner.priority else "later_id"
    return "less_specific"


def rules_text(rules: Iterable[Rule]) -> str:
    """The rules of one bucket as they are stored."""
    return json.dumps([_rule_to_data(each) for each in rules], ensure_ascii=False, separators=(",", ":"))


def rules_of(text: str) -> tuple[Rule, ...]:
    """The reverse of `rules_text`."""
    return tuple(map(_rule_from_data, json.loads(text)))


def _rule_to_data(rule: Rule) -> dict[str, Any]:
    data: dict[str, Any] = {"rule": rule.rule, "target": _target_to_data(rule.target)}
    if rule.priority:
        data["priority"] = rule.priority
    for name in _SETS:
        if values := getattr(rule, name):
            data[name] = sorted(values)
    if rule.answers:
        data["answers"] = {question: sorted(values) for question, values in rule.answers.items()}
    if rule.season:
        data["season"] = [rule.season.first, rule.season.last]
    if rule.copies:
        data["copies"] = [_target_to_data(each) for each in rule.copies]
    if rule.why:
        data["why"] = dict(rule.why)
    if rule.places:
        data["places"] = {area: dict(name) for area, name in rule.places.items()}
    return data


def _rule_from_data(data: Mapping[str, Any]) -> Rule:
    return Rule(
        rule=data["rule"],
        target=Target(**data["target"]),
        priority=data.get("priority", 0),
        answers={question: frozenset(values) for question, values in data.get("answers", {}).items()},
        season=Season(*data["season"]) if "season" in data else None,
        copies=tuple(Target(**each) for each in data.get("copies", ())),
        why=data.get("why"),
        places=data.get("places", {}),
        **{name: frozenset(data.get(name, ())) for name in _SETS},
    )


_SETS = ("categories", "groups", "kinds", "areas", "road_owners")


def _target_to_data(target: Target) -> dict[str, str]:
    return {"body": target.body} if target.body else {"department": str(target.department)}
