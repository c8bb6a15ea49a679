"""Domain names that many share: under them anybody can register one, so having one proves nothing."""

from __future__ import annotations

# Under `se`, short ones (`ac.se`, `y.se`) apart; and what countries commonly have.
_IN_SWEDEN = """
brand com fhsk fhv komforb kommunalforbund komvux lanbib naturbruksgymn org parti press
"""
_IN_MANY = """
ac co com edu gob gov govt mil ne net nom or org sch
"""
_SWEDISH = frozenset(_IN_SWEDEN.split())
_GENERIC = frozenset(_IN_MANY.split())


def is_shared(domain: str) -> bool:
    """Whether a name in lower case is a country's own shelf, such as `co.uk` or `org.se`, rather than somebody's."""
    labels = domain.split(".")
    if len(labels) != 2:
        return len(labels) < 2
    own, top = labels
    swedish = top == "se" and (own in _SWEDISH or len(own) <= 2)
    return swedish or (len(top) == 2 and own in _GENERIC)
