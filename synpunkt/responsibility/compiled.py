"""A document made ready for decisions: what everybody needs, each category, and the rules in their buckets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from synpunkt.places.area_index import index_of_version
from synpunkt.places.area_upload import Area
from synpunkt.responsibility.catalogue import Category, categories, groups
from synpunkt.responsibility.document import (
    Document,
    NationalCategory,
    OwnCategory,
    RulePart,
    TargetPart,
    TimeTargets,
)
from synpunkt.responsibility.published import REGISTRAR, Published, category_from_data
from synpunkt.responsibility.rules import (
    UNKNOWN_OWNER,
    Circumstances,
    Rule,
    Season,
    Target,
    answer_values,
    bucket_keys,
    rules_of,
    rules_text,
)

MAX_IN_BUCKET = 50
MAX_FILED = 60_000
# DynamoDB takes 400 KB; keys and names need some of it.
MAX_ITEM_BYTES = 380_000


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a version is stored as. `head`, `categories`: plain data; `buckets`: key → rules as JSON.

    `areas`: the parts of the index of sub-areas, by prefix.
    """

    head: Mapping[str, Any]
    categories: Mapping[str, Mapping[str, Any]]
    buckets: Mapping[str, str]
    areas: Mapping[str, bytes] = field(default_factory=dict)

    def published(self, *, version: int, today: date) -> Published:
        """The version as rooms would read it, for trying a draft."""
        return Published.from_data(self.head, version=version, build="draft", today=today)

    def category(self, category_id: str | None) -> Category | None:
        """The category with that id, or `None`."""
        data = self.categories.get(category_id or "")
        return category_from_data(data) if data else None

    def candidates(self, about: Circumstances) -> tuple[Rule, ...]:
        """The rules that could apply, as the store would find them."""
        return tuple(rule for key in bucket_keys(about) if key in self.buckets for rule in rules_of(self.buckets[key]))


def compiled(document: Document, shapes: Mapping[str, Area] | None = None) -> Compiled:
    """The document, ready for decisions. The same document and shapes always compile to the same.

    `shapes`: by sub-area; those that the document does not name are left out. Raises `AreasTooDense`.
    """
    every = dict(_categories(document))
    areas = index_of_version(
        {each.id: shapes[each.id] for each in document.areas if each.id in shapes} if shapes else {}
    )
    head = {
        "departments": [each.model_dump(mode="json", exclude_none=True) for each in document.departments],
        "bodies": [each.model_dump(mode="json", exclude_none=True) for each in document.bodies],
        "groups": [{"id": group, "name": name} for group, name in _groups(document).items()],
        "groups_of": {each: data["group"] for each, data in every.items()},
        "targets": _targets(document.targets),
        "working_hours": document.working_hours.model_dump(exclude_none=True) if document.working_hours else None,
        "area_prefixes": list(areas),
    }
    filed = file_rules(document)
    return Compiled(
        head,
        every,
        {key: rules_text(rules) for key, rules in filed.items()},
        areas,
    )


def file_rules(document: Document) -> dict[str, list[Rule]]:
    """Every rule in each of its buckets, narrowed to what the bucket is about, the one that wins first."""
    places = {each.id: each.name.model_dump() for each in document.areas}
    buckets: dict[str, list[Rule]] = defaultdict(list)
    for rule in sorted(map(rule_of, document.rules), key=Rule.order):
        for key in rule.filed_under():
            area, owner, topic = key.split("|")
            buckets[key].append(
                replace(
                    rule,
                    areas=frozenset([area] if area else []),
                    road_owners=rule.road_owners & {owner} or rule.road_owners,
                    categories=frozenset([topic[2:]] if topic.startswith("c:") else []),
                    groups=frozenset([topic[2:]]) if topic.startswith("g:") else rule.groups,
                    places={area: places[area]} if area in places else {},
                )
            )
    return dict(buckets)


def how_often_filed(rule: RulePart) -> int:
    """In how many buckets a rule would stand, without putting it there."""
    when = rule.when
    topics = len(set(when.categories)) or len(set(when.groups)) or 1
    return (len(set(when.areas)) or 1) * (len({*when.road_owners, UNKNOWN_OWNER}) if when.road_owners else 1) * topics


def rule_of(part: RulePart) -> Rule:
    """A rule of the document as the engine knows it."""
    when = part.when
    return Rule(
        rule=part.id,
        target=_target(part.to),
        priority=part.priority,
        categories=frozenset(when.categories),
        groups=frozenset(when.groups),
        kinds=frozenset(when.kinds),
        areas=frozenset(when.areas),
        road_owners=frozenset(when.road_owners),
        answers={question: answer_values(list(accepted)) for question, accepted in when.answers.items()},
        season=Season(when.season.first, when.season.last) if when.season else None,
        copies=tuple(map(_target, part.copies)),
        why=part.why.model_dump() if part.why else None,
    )


def _target(part: TargetPart) -> Target:
    return Target(part.department, part.body)


def _groups(document: Document) -> dict[str, Mapping[str, str]]:
    return {
        **{each.group: each.name for each in groups()},
        **{each.id: each.name.model_dump() for each in document.groups},
    }


def _categories(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """National categories first, those that are switched off among them: a form may still know them."""
    changes = {each.id: each for each in document.national_categories}
    departments = {each.id for each in document.departments}
    for number, national in enumerate(categories().values()):
        yield national.category, {"order": number, **_national(national, changes.get(national.category), departments)}
    for number, own in enumerate(document.own_categories):
        yield own.id, {"order": len(categories()) + number, **_own(own)}


def _national(national: Category, change: NationalCategory | None, departments: set[str]) -> dict[str, Any]:
    change = change or NationalCategory(id=national.category)
    owner = change.department or (national.department if national.department in departments else REGISTRAR)
    return {
        "category": national.category,
        "group": national.group,
        "department": owner,
        "kind": national.kind.value,
        "visibility": change.visibility or national.visibility.value,
        "name": change.name.model_dump() if change.name else dict(national.name),
        "keywords": change.keywords.model_dump()
        if change.keywords
        else {language: list(words) for language, words in national.keywords.items()},
        "notice": national.notice,
        "enabled": change.enabled,
        **_asked(change),
    }


def _own(own: OwnCategory) -> dict[str, Any]:
    return {
        "category": own.id,
        "group": own.group,
        "department": own.department or REGISTRAR,
        "kind": own.kind,
        "visibility": own.visibility,
        "name": own.name.model_dump(),
        "keywords": own.keywords.model_dump(),
        **_asked(own),
    }


def _asked(part: NationalCategory | OwnCategory) -> dict[str, Any]:
    ring = part.ring_instead
    return {
        "questions": [each.model_dump(exclude_none=True) for each in part.questions],
        "ring_instead": ring.model_dump(exclude_none=True) if ring else None,
        "targets": _targets(part.targets),
    }


def _targets(part: TimeTargets | None) -> dict[str, int] | None:
    return part.model_dump(exclude_none=True) if part else None
