"""The municipalities that joined: their systems, verified addresses, and the registry version that is in force.

A version never changes, so whatever is read of one after the other belongs together, even when another is published
in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from synpunkt import clock
from synpunkt.places.areas import AreaIndex, AreaPart
from synpunkt.responsibility import (
    Category,
    Circumstances,
    Group,
    MunicipalityProfile,
    Published,
    Rule,
    bucket_keys,
    categories,
    category,
    category_from_data,
    default_departments,
    grouped,
    groups,
    rules_of,
)
from synpunkt.sandbox import is_sandbox, real_of
from synpunkt.stores.dynamo import batch_get, get_item, query_all

POINTER = "ROUTING"
AREAS = "AREAS#"
# Parts of indexes of sub-areas that a process remembers; each is at most 380 kB as stored.
_PARTS_KEPT = 16


def build_key(code: str, build: str) -> str:
    """The partition of everything one version was compiled to."""
    return f"V#{code}#{build}"


class RegistryStore:
    """Reads the registry. `table`: the name of the registry table.

    Remembers the parts of indexes of sub-areas that it read last, so keep one for as long as the process lives.
    """

    def __init__(self, table: str) -> None:
        self.table = table
        self._area_part = lru_cache(_PARTS_KEPT)(partial(_area_part, table))

    def profile(self, code: str) -> MunicipalityProfile | None:
        """What is known of a municipality; `None` for one that has not joined and has no known address.

        An address whose owner has not been verified is left out: never mail a guess. A sandbox has joined, with the
        registry of its municipality as that stands, and addresses that are nobody's.
        """
        if is_sandbox(code):
            return self._sandbox(code)
        rows = {str(row["sk"]): row for row in query_all(self.table, f"M#{code}")}
        if "PROFILE" not in rows and POINTER not in rows:
            return None
        head = rows.get("PROFILE", {})
        mails = {
            row["department"]: row["mail"]
            for sk, row in rows.items()
            if sk.startswith("D#") and row.get("mail") and row.get("mail_verified")
        }
        if head.get("registrar_mail") and head.get("registrar_mail_verified"):
            mails["registrar"] = head["registrar_mail"]
        published = self._published(code, rows.get(POINTER))
        return MunicipalityProfile(
            code=code,
            claimed=bool(head.get("claimed")),
            topic_arn=head.get("topic_arn"),
            topic_subscribers=bool(head.get("topic_subscribers") or head.get("topic_subscriptions")),
            push_subscribers=tuple(sorted(head.get("push_subscribers", ()))),
            mails=mails | dict(published.mails) if published else mails,
            acute_phone=head.get("acute_phone"),
            published=published,
        )

    def _sandbox(self, code: str) -> MunicipalityProfile:
        real = self.profile(real_of(code)) or MunicipalityProfile(real_of(code))
        own = get_item(self.table, f"M#{code}", "PROFILE") or {}
        units = real.mails if real.claimed else [each.department for each in default_departments()]
        return replace(
            real,
            claimed=True,
            topic_arn=None,
            topic_subscribers=False,
            push_subscribers=tuple(sorted(own.get("push_subscribers", ()))),
            mails={unit: f"{unit.replace(':', '.')}@{code}.invalid" for unit in units},
        )

    def joined(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Those of the municipalities that have joined, in the same order."""
        rows = batch_get(self.table, [(f"M#{code}", "PROFILE") for code in codes])
        claimed = {str(row["pk"]).removeprefix("M#") for row in rows if row.get("claimed")}
        return tuple(code for code in codes if code in claimed)

    def category(self, profile: MunicipalityProfile | None, category_id: str | None) -> Category | None:
        """The category as the municipality has it: its own, or the national one."""
        published = profile.published if profile else None
        if profile is None or published is None or category_id not in published.groups_of:
            return None if published else category(category_id)
        data = get_item(self.table, build_key(profile.code, published.build), f"CAT#{category_id}")
        return category_from_data(data) if data else None

    def groups(self, profile: MunicipalityProfile | None) -> tuple[Group, ...]:
        """The categories people in the municipality may choose, in groups; without a version, the national set."""
        if profile is None or profile.published is None:
            return groups()
        rows = query_all(self.table, build_key(profile.code, profile.published.build), prefix="CAT#")
        found = sorted(rows, key=lambda row: int(row["order"]))
        return grouped(profile.published, [category_from_data(row) for row in found])

    def areas(self, profile: MunicipalityProfile | None) -> AreaIndex:
        """The sub-areas of the version in force.

        A look-up in it reads one item, unless the process has read it before or there is none for the place.
        """
        published = profile.published if profile else None
        if profile is None or published is None:
            return AreaIndex.of({})
        return AreaIndex(published.area_prefixes, partial(self._area_part, build_key(profile.code, published.build)))

    def ruling(
        self, profile: MunicipalityProfile | None, category_id: str | None, about: Circumstances
    ) -> tuple[Category | None, Circumstances, tuple[Rule, ...]]:
        """What a decision needs: the category, the circumstances with its group, and the rules that could apply.

        One read by key of at most seven items, and six more for each sub-area the point is in, however many rules
        there are; none where there is no version.
        """
        published = profile.published if profile else None
        if profile is None or published is None:
            about_category = categories().get(category_id or "")
            group = about_category.group if about_category else None
            return about_category, replace(about, category=category_id, group=group), ()
        known = category_id if category_id in published.groups_of else None
        about = replace(about, category=known, group=published.groups_of.get(known or ""))
        keys = [f"RULES#{key}" for key in bucket_keys(about)] + ([f"CAT#{known}"] if known else [])
        partition = build_key(profile.code, published.build)
        found = {str(item["sk"]): item for item in batch_get(self.table, [(partition, key) for key in keys])}
        data = found.pop(f"CAT#{known}", None)
        rules = tuple(rule for key in keys if key in found for rule in rules_of(found[key]["rules"]))
        return (category_from_data(data) if data else None), about, rules

    def _published(self, code: str, pointer: Mapping[str, Any] | None) -> Published | None:
        # Version 0 is what a roll back to the time before the first version leaves.
        if pointer is None or not pointer["version"]:
            return None
        head = get_item(self.table, build_key(code, pointer["build"]), "HEAD")
        if head is None:
            raise LookupError(f"version {pointer['version']} of {code} has no content")
        today = clock.now().date()
        return Published.from_data(head, version=pointer["version"], build=pointer["build"], today=today)


def _area_part(table: str, partition: str, prefix: str) -> AreaPart:
    item = get_item(table, partition, f"{AREAS}{prefix}")
    if item is None:
        raise LookupError(f"{partition} has no part {prefix!r} of its sub-areas")
    return AreaPart(bytes(item["content"]))
