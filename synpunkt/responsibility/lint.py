"""Whether the parts of a registry document agree: errors stop a publication, warnings are for the editor to judge."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from synpunkt.lifecycle import Visibility
from synpunkt.places import municipality
from synpunkt.responsibility.catalogue import categories, default_departments, groups
from synpunkt.responsibility.compiled import (
    MAX_FILED,
    MAX_IN_BUCKET,
    MAX_ITEM_BYTES,
    compiled,
    file_rules,
    how_often_filed,
    rule_of,
)
from synpunkt.responsibility.document import (
    Document,
    NationalCategory,
    OwnCategory,
    Question,
    RulePart,
    TimeTargets,
    WorkingHours,
)
from synpunkt.responsibility.published import REGISTRAR
from synpunkt.responsibility.rules import Rule, Season

Path = tuple[str | int, ...]

_STRICTNESS = {Visibility.PUBLIC.value: 0, Visibility.HELD.value: 1, Visibility.PRIVATE.value: 2}
# A leap year, so that 29 February is a day.
_YEAR = [date(2024, 1, 1) + timedelta(days) for days in range(366)]
_EVERY_DAY = (1 << len(_YEAR)) - 1
# The longest target then still ends within four years, and so within the table of holidays.
MIN_MINUTES_A_WEEK = 10 * 60


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a document says that does not fit. `code`: stable; `path`: the part of the document."""

    level: Literal["error", "warning"]
    code: str
    path: Path
    message: str


def lint(
    document: Document,
    *,
    known_areas: Collection[str] | None = None,
    area_problems: Mapping[str, str] | None = None,
) -> tuple[Finding, ...]:
    """Everything that is wrong with a document, errors first; one without errors always decides.

    `known_areas`: ids of the sub-areas whose shapes are uploaded; `None` when shapes are not looked at.
    `area_problems`: sub-area → what is wrong with its shape, such as being outside the municipality.
    """
    found = [
        *_municipality(document),
        *_twins(document),
        *_references(document),
        *_addresses(document),
        *_verified_nothing(document),
        *_road_data(document),
        *_visibility(document),
        *_owners(document),
        *_seasons(document),
        *_areas(document, known_areas, area_problems or {}),
        *_questions(document),
        *_promises(document),
    ]
    too_much = list(_sizes(document))
    found += too_much
    if not too_much and not any(each.level == "error" for each in found):
        found += _shadowed(document)
    return tuple(sorted(found, key=lambda each: each.level))


def _error(code: str, path: Path, message: str) -> Finding:
    return Finding("error", code, path, message)


def _warning(code: str, path: Path, message: str) -> Finding:
    return Finding("warning", code, path, message)


def _municipality(document: Document) -> Iterator[Finding]:
    if municipality(document.municipality) is None:
        yield _error("unknown_municipality", ("municipality",), f"there is no municipality {document.municipality}")


def _twins(document: Document) -> Iterator[Finding]:
    for name in ("departments", "groups", "national_categories", "own_categories", "areas", "bodies", "rules"):
        seen: set[str] = set()
        for number, part in enumerate(getattr(document, name)):
            if part.id in seen:
                yield _error("twice", (name, number, "id"), f"{part.id} stands here twice")
            seen.add(part.id)
    for number, own in enumerate(document.own_categories):
        if own.id in categories():
            yield _error(
                "national_id",
                ("own_categories", number, "id"),
                f"{own.id} is national: change it in national_categories",
            )


def _references(document: Document) -> Iterator[Finding]:
    every = _ids(document)
    for number, change in enumerate(document.national_categories):
        path: Path = ("national_categories", number)
        if change.id not in categories():
            yield _error("unknown_category", (*path, "id"), f"the national set has no category {change.id}")
        yield from _known("department", change.department, every, (*path, "department"))
    for number, own in enumerate(document.own_categories):
        yield from _known("group", own.group, every, ("own_categories", number, "group"))
        yield from _known("department", own.department, every, ("own_categories", number, "department"))
    for number, rule in enumerate(document.rules):
        yield from _rule_references(rule, every, ("rules", number))


def _rule_references(rule: RulePart, every: Mapping[str, Collection[str]], path: Path) -> Iterator[Finding]:
    when = rule.when
    for kind, name, values in (
        ("category", "categories", when.categories),
        ("group", "groups", when.groups),
        ("area", "areas", when.areas),
        ("question", "answers", list(when.answers)),
    ):
        for value in values:
            yield from _known(kind, value, every, (*path, "when", name))
    for place, target in (
        ((*path, "to"), rule.to),
        *(((*path, "copies", n), each) for n, each in enumerate(rule.copies)),
    ):
        yield from _known("department", target.department, every, (*place, "department"))
        yield from _known("body", target.body, every, (*place, "body"))


def _known(kind: str, value: str | None, every: Mapping[str, Collection[str]], path: Path) -> Iterator[Finding]:
    if value is not None and value not in every[kind]:
        yield _error(f"unknown_{kind}", path, f"there is no {kind} {value}")


def _ids(document: Document) -> Mapping[str, Collection[str]]:
    parts: list[NationalCategory | OwnCategory] = [*document.national_categories, *document.own_categories]
    return {
        "department": {REGISTRAR, *(each.id for each in document.departments)},
        "body": {each.id for each in document.bodies},
        "area": {each.id for each in document.areas},
        "group": {*(each.group for each in groups()), *(each.id for each in document.groups)},
        "category": {*categories(), *(each.id for each in document.own_categories)},
        "question": {question.id for part in parts for question in part.questions},
    }


def _addresses(document: Document) -> Iterator[Finding]:
    reachable = {each.id for each in document.bodies if each.mail and each.mail_verified}
    named = {each.id: number for number, each in enumerate(document.bodies)}
    targets = {target.body for rule in document.rules for target in (rule.to, *rule.copies) if target.body in named}
    for body in sorted(str(each) for each in targets - reachable):
        message = f"{body} has no verified mail: the department that owns the category gets the case instead"
        yield _warning("no_address", ("bodies", named[body]), message)


def _verified_nothing(document: Document) -> Iterator[Finding]:
    for name, fields in (("departments", ("mail", "second_mail")), ("bodies", ("mail",))):
        for number, unit in enumerate(getattr(document, name)):
            for field in fields:
                if getattr(unit, f"{field}_verified") and not getattr(unit, field):
                    message = f"{unit.id} has no {field}, so there is nothing that is verified"
                    yield _warning("no_mail_to_verify", (name, number, f"{field}_verified"), message)


def _road_data(document: Document) -> Iterator[Finding]:
    """Once for the document: what it takes is outside it, and nothing in it can be mended."""
    asking = [number for number, rule in enumerate(document.rules) if {*rule.when.road_owners} - {"unknown"}]
    if asking:
        message = (
            f"{len(asking)} rules ask who keeps the road" if len(asking) > 1 else "this rule asks who keeps the road"
        )
        yield _warning(
            "needs_road_data",
            ("rules", asking[0], "when", "road_owners"),
            f"{message}: that is known only where road data is at hand, and unknown everywhere else",
        )


def _visibility(document: Document) -> Iterator[Finding]:
    for number, change in enumerate(document.national_categories):
        national = categories().get(change.id)
        if national and change.visibility and _STRICTNESS[change.visibility] < _STRICTNESS[national.visibility.value]:
            yield _error(
                "less_strict",
                ("national_categories", number, "visibility"),
                f"{change.id} is {national.visibility.value} in the whole country and can only be made stricter",
            )


def _owners(document: Document) -> Iterator[Finding]:
    """Every category that people may choose needs a department, or a rule that takes it whatever the circumstances."""
    departments = {REGISTRAR, *(each.id for each in document.departments)}
    always = [rule.when for rule in document.rules if _asks_only_topic(rule)]
    taken = {category for when in always for category in when.categories}
    taken_groups = {group for when in always if not when.categories for group in when.groups}
    everything = any(not when.categories and not when.groups for when in always)
    changes = {each.id: (number, each) for number, each in enumerate(document.national_categories)}
    for each in categories().values():
        number, change = changes.get(each.category, (None, NationalCategory(id=each.category)))
        owner = change.department or each.department
        owned = owner in departments or everything or each.category in taken or each.group in taken_groups
        if change.enabled and not owned:
            path: Path = ("departments",) if number is None else ("national_categories", number)
            yield _error(
                "nobody_owns",
                path,
                f"nobody owns category {each.category}: there is no department {owner}; "
                "give it another in national_categories, or a rule",
            )
    for number, own in enumerate(document.own_categories):
        if own.department is None and not (everything or own.id in taken or own.group in taken_groups):
            yield _error("nobody_owns", ("own_categories", number), f"nobody owns category {own.id}")


def _asks_only_topic(rule: RulePart) -> bool:
    when = rule.when
    both = when.categories and when.groups
    return not (both or when.kinds or when.areas or when.road_owners or when.answers or when.season)


def _seasons(document: Document) -> Iterator[Finding]:
    for number, rule in enumerate(document.rules):
        if rule.when.season is None:
            continue
        path: Path = ("rules", number, "when", "season")
        real = {f"{day:%m-%d}" for day in _YEAR}
        for name in ("first", "last"):
            day = getattr(rule.when.season, name)
            if day not in real:
                yield _error("no_such_day", (*path, name), f"there is no {day} in any year")
        if rule.when.season.first == rule.when.season.last == "02-29":
            yield _warning("rare_season", path, "29 February comes every fourth year only")


def _areas(document: Document, known: Collection[str] | None, problems: Mapping[str, str]) -> Iterator[Finding]:
    for number, area in enumerate(document.areas):
        if known is not None and area.id not in known:
            yield _error("area_without_shape", ("areas", number), f"no shape is uploaded for area {area.id}")
        if area.id in problems:
            yield _error("bad_area", ("areas", number), f"area {area.id}: {problems[area.id]}")


def _questions(document: Document) -> Iterator[Finding]:
    for name in ("national_categories", "own_categories"):
        parts: Sequence[NationalCategory | OwnCategory] = getattr(document, name)
        for number, part in enumerate(parts):
            yield from _asked(part.questions, (name, number, "questions"))


def _asked(questions: Iterable[Question], path: Path) -> Iterator[Finding]:
    earlier: set[str] = set()
    for number, question in enumerate(questions):
        if question.id in earlier:
            yield _error("twice", (*path, number, "id"), f"{question.id} stands here twice")
        if question.ask_when and question.ask_when.question not in earlier:
            yield _error(
                "unknown_question",
                (*path, number, "ask_when"),
                f"{question.ask_when.question} is not a question before this one",
            )
        earlier.add(question.id)


def _promises(document: Document) -> Iterator[Finding]:
    parts: list[tuple[Path, TimeTargets | None]] = [((), document.targets)]
    parts += [
        (("national_categories", number), each.targets) for number, each in enumerate(document.national_categories)
    ]
    parts += [(("own_categories", number), each.targets) for number, each in enumerate(document.own_categories)]
    for path, targets in parts:
        if targets and targets.answer_hours and targets.repair_hours and targets.repair_hours < targets.answer_hours:
            message = "what is repaired is answered, too: repair_hours must not be less than answer_hours"
            yield _error("repair_before_answer", (*path, "targets"), message)
    if document.working_hours is not None:
        yield from _working_hours(document.working_hours)


def _working_hours(hours: WorkingHours) -> Iterator[Finding]:
    path: Path = ("working_hours",)
    week: dict[str, list[tuple[str, str]]] = {}
    for number, part in enumerate(hours.week):
        if part.opens >= part.closes:
            yield _error("no_hours", (*path, "week", number), f"closes {part.closes} is not after opens {part.opens}")
        for day in part.days:
            week.setdefault(day, []).append((part.opens, part.closes))
    for weekday, stretches in week.items():
        stretches.sort()
        if any(later[0] < earlier[1] for earlier, later in pairwise(stretches)):
            yield _error("hours_overlap", (*path, "week"), f"{weekday} has hours that overlap")
    minutes = sum(_minutes(closes) - _minutes(opens) for each in week.values() for opens, closes in each)
    if minutes < MIN_MINUTES_A_WEEK:
        message = f"{minutes / 60:g} hours a week are too few to promise anything in"
        yield _error("too_few_hours", (*path, "week"), message)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _sizes(document: Document) -> Iterator[Finding]:
    filed = [how_often_filed(rule) for rule in document.rules]
    if sum(filed) > MAX_FILED:
        number = filed.index(max(filed))
        yield _error(
            "too_many_combinations",
            ("rules", number),
            f"the rules name {sum(filed)} combinations of area, road owner and topic; at most {MAX_FILED} "
            f"({document.rules[number].id} names {filed[number]})",
        )
        return
    places = {rule.id: number for number, rule in enumerate(document.rules)}
    for key, rules in file_rules(document).items():
        if len(rules) > MAX_IN_BUCKET:
            yield _error(
                "too_many_rules",
                ("rules", places[rules[MAX_IN_BUCKET].rule]),
                f"{len(rules)} rules for one and the same {_in_words(key)}; at most {MAX_IN_BUCKET}",
            )
    made = compiled(document)
    items: dict[str, Any] = {"departments and bodies": made.head, **made.categories, **made.buckets}
    for name, content in items.items():
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        if len(text.encode()) > MAX_ITEM_BYTES:
            yield _error("too_large", (), f"{name} together say more than {MAX_ITEM_BYTES} bytes")


def _in_words(key: str) -> str:
    area, owner, topic = key.split("|")
    words = [f"area {area}" if area else "", f"road owner {owner}" if owner else ""]
    if topic:
        words.append(f"{'category' if topic.startswith('c:') else 'group'} {topic[2:]}")
    return ", ".join(filter(None, words)) or "topic (any)"


def _shadowed(document: Document) -> Iterator[Finding]:
    """A rule that can never win, because others that come first hold whenever it would, day for day."""
    parts = {rule.id: number for number, rule in enumerate(document.rules)}
    rules = {rule.id: rule_of(rule) for rule in document.rules}
    # What covers a rule asks no more than it does and is as specific, so it stands in every bucket of the rule.
    buckets = {key: [each.rule for each in filed] for key, filed in file_rules(document).items()}
    for rule in rules.values():
        days = left = _days(rule.season)
        culprits: Counter[str] = Counter()
        for other_id in buckets[next(rule.filed_under())]:
            other = rules[other_id]
            if other_id == rule.rule:
                break
            if _covers(other, rule) and (taken := left & _days(other.season)):
                left &= ~taken
                culprits[other_id] = taken.bit_count()
        if not left:
            path: Path = ("rules", parts[rule.rule])
            by = ", ".join(each for each, _ in culprits.most_common(3))
            if rule.season is not None and days != _EVERY_DAY:
                yield _warning(
                    "unreachable_season", (*path, "when", "season"), f"{rule.rule} never decides: {by} come first"
                )
            else:
                yield _warning("shadowed", path, f"{rule.rule} never decides: {by} come first")


def _covers(first: Rule, second: Rule) -> bool:
    """Whether `first` holds whenever `second` does, seasons apart."""
    for name in ("areas", "road_owners", "categories", "groups", "kinds"):
        broad, narrow = getattr(first, name), getattr(second, name)
        if broad and not (narrow and narrow <= broad):
            return False
    return all(
        question in second.answers and second.answers[question] <= accepted
        for question, accepted in first.answers.items()
    )


def _days(season: Season | None) -> int:
    if season is None:
        return _EVERY_DAY
    return sum(1 << number for number, day in enumerate(_YEAR) if season.has(day))


def starting_document(code: str) -> Document:
    """The document a municipality begins with: the national departments, and nothing that decides otherwise."""
    departments = [{"id": each.department, "name": dict(each.name)} for each in default_departments()]
    return Document.model_validate({"municipality": code, "departments": departments})
