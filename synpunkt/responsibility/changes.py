"""What differs between two registry documents, in words for the person who edits them."""

from __future__ import annotations

from collections.abc import Mapping

from synpunkt.responsibility.document import Document

_PARTS = {
    "departments": "department",
    "groups": "group",
    "national_categories": "national category",
    "own_categories": "category",
    "areas": "area",
    "bodies": "body",
    "rules": "rule",
}
_WHOLES = ("targets", "working_hours")


def changes(
    before: Document | None,
    after: Document | None,
    shapes_before: Mapping[str, str] | None = None,
    shapes_after: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """Each part that was added, changed or removed: `rule winter-roads changed: to, priority`.

    `shapes_before`, `shapes_after`: sub-area → what tells its shape from another: `area old-town has another shape`.
    """
    found: list[str] = []
    found += [f"{name} changed" for name in _WHOLES if getattr(before, name, None) != getattr(after, name, None)]
    for name, word in _PARTS.items():
        old = {each.id: each for each in getattr(before, name)} if before else {}
        new = {each.id: each for each in getattr(after, name)} if after else {}
        for part_id in dict.fromkeys((*old, *new)):
            if part_id not in old:
                found.append(f"{word} {part_id} added")
            elif part_id not in new:
                found.append(f"{word} {part_id} removed")
            elif old[part_id] != new[part_id]:
                fields = type(new[part_id]).model_fields
                differing = [each for each in fields if getattr(old[part_id], each) != getattr(new[part_id], each)]
                found.append(f"{word} {part_id} changed: {', '.join(differing)}")
    old_shapes, new_shapes = shapes_before or {}, shapes_after or {}
    for area in sorted(old_shapes.keys() & new_shapes.keys()):
        if old_shapes[area] != new_shapes[area]:
            found.append(f"area {area} has another shape")
    return tuple(found)
