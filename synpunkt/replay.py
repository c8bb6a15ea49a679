"""A case seen as a decision sees it, for the first decision and for trying another one on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synpunkt.asked import raw_answers
from synpunkt.responsibility import Circumstances, Past, stored_answer

if TYPE_CHECKING:
    from synpunkt.stores.cases import CaseFile, CaseStore


def circumstances_of(file: CaseFile) -> Circumstances:
    """What the case says of kind, answers and date, and the road owner as it was found when it was routed.

    Sub-areas are left out: which there are depends on the registry version that is asked, so each looks itself.
    """
    case = file.case
    routing = case.routing or {}
    return Circumstances(
        category=case.category,
        kind=case.kind.value,
        road_owner=routing.get("road_owner", "unknown"),
        answers={name: stored_answer(each.full) for name, each in raw_answers(file).items()},
        on=case.created_at.date(),
    )


def newest(cases: CaseStore, municipality: str, at_most: int) -> list[Past]:
    """The newest public cases of a municipality that were routed, read one by one: at most `at_most` and four reads.

    Private and held cases are in no list, so none of them can be here.
    """
    found = []
    for row in cases.list_public(municipality, before=None, limit=at_most).rows:
        file = cases.load(str(row["case_id"]))
        if file is not None and file.case.routing is not None:
            found.append(Past(file.case.reference, circumstances_of(file), file.case.location))
    return found
