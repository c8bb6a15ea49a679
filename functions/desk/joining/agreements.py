"""The agreement on processing personal data, as it stands in `docs/agreements`: which text, and its exact content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CURRENT = "2026-11-mall"
_FOLDER = Path(__file__).parents[3] / "docs" / "agreements"


@dataclass(frozen=True, slots=True)
class Text:
    """A text people agree to. `digest`: SHA-256 of its bytes, so that what was agreed to can be shown later."""

    version: str
    digest: str
    markdown: str

    def blocks(self) -> Iterator[tuple[str, str | list[str]]]:
        """Its parts for a page: `heading`, `paragraph` or `list`, and what they say."""
        for block in self.markdown.strip().split("\n\n"):
            if block.startswith("#"):
                yield "heading", block.lstrip("# ")
            elif block.startswith("* "):
                yield "list", [" ".join(each.split()) for each in block[2:].split("\n* ")]
            else:
                yield "paragraph", " ".join(block.split())


@cache
def agreement_text() -> Text:
    """The text that is accepted from now on."""
    content = (_FOLDER / f"{CURRENT}.md").read_bytes()
    return Text(CURRENT, hashlib.sha256(content).hexdigest(), content.decode())
