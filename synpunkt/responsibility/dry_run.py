"""A draft tried on cases that were: what would move from where to where. Pure; the cases come in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from synpunkt.places.areas import AreaIndex, areas_at
from synpunkt.responsibility.catalogue import category
from synpunkt.responsibility.compiled import Compiled
from synpunkt.responsibility.decision import MunicipalityProfile, Responsible, decide
from synpunkt.responsibility.rules import Circumstances, Past


@dataclass(frozen=True, slots=True)
class Move:
    """Cases that would go elsewhere. `before`, `after`: `department street` or `body trafikverket`."""

    before: str
    after: str
    rule: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a draft would change. `tried`: how many cases it was tried on; `moves`: the largest first."""

    tried: int
    moves: tuple[Move, ...]

    @property
    def moved(self) -> int:
        """How many cases would go elsewhere."""
        return sum(len(each.references) for each in self.moves)


def dry_run(code: str, current: Compiled | None, draft: Compiled, cases: Sequence[Past], *, today: date) -> DryRun:
    """Each case decided twice, by the version in force and by the draft, and what differs.

    Each of the two looks up the case's point in its own sub-areas.
    """
    moves: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    areas_now, areas_then = AreaIndex.of(current.areas if current else {}), AreaIndex.of(draft.areas)
    for case in cases:
        before, _ = _decided(code, current, _in_areas(case, areas_now), today)
        after, rule = _decided(code, draft, _in_areas(case, areas_then), today)
        if before != after:
            moves[before, after, rule].append(case.reference)
    found = [Move(*key, tuple(references)) for key, references in moves.items()]
    return DryRun(len(cases), tuple(sorted(found, key=lambda each: (-len(each.references), each.before, each.after))))


def _in_areas(case: Past, areas: AreaIndex) -> Circumstances:
    found = areas_at(areas, case.at.lat, case.at.lon) if case.at else ()
    return replace(case.about, areas=found)


def _decided(code: str, registry: Compiled | None, about: Circumstances, today: date) -> tuple[str, str]:
    responsible = Responsible(code, "municipality_given")
    if registry is None:
        decision = decide(responsible, category(about.category), None, about)
    else:
        published = registry.published(version=0, today=today)
        known = about.category if about.category in published.groups_of else None
        about = replace(about, category=known, group=published.groups_of.get(known or ""))
        profile = MunicipalityProfile(code, published=published)
        decision = decide(responsible, registry.category(known), profile, about, registry.candidates(about))
    body = decision.routing.get("body")
    return (f"body {body}" if body else f"department {decision.department}"), str(decision.routing["rule"])
