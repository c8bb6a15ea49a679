"""Addresses of photos that an <img> can use: relative, for one file of one photo, signed, and soon worth nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from synpunkt import clock
from synpunkt.identity import TokenMaker
from synpunkt.photos import file_name

# An address is the same for five minutes, so that a page that looks again loads no photo again, and holds for ten to
# fifteen.
_STEP_SECONDS = 300
_STEPS = 3


@dataclass(frozen=True, slots=True)
class PhotoLinks:
    """Makes and checks such addresses; whoever makes one has looked whether the reader has the case."""

    tokens: TokenMaker
    public_url: str

    def url(self, case_id: str, holder: str, photo_id: str, rendition: str, revision: int) -> str:
        """The address of a rendition (`1600` or `320`), for those at the municipality `holder`, who have the case."""
        name = file_name(rendition, revision)
        step = int(clock.now().timestamp()) // _STEP_SECONDS + _STEPS
        token = self.tokens.photo_token(
            case_id, holder, photo_id, name, datetime.fromtimestamp(step * _STEP_SECONDS, UTC)
        )
        return f"/api/v1/desk/cases/{case_id}/photos/{photo_id}/{name}?link={token}"

    def latest(self, case_id: str, holder: str, photo_id: str, rendition: str) -> str:
        """As `url`, where nobody knows how often the photo was drawn anew: whatever it is when it is looked at."""
        return self.url(case_id, holder, photo_id, rendition, 0)

    def opens(self, token: str, case_id: str, holder: str, photo_id: str, name: str) -> bool:
        """Whether the address that ends in `token` was made for that file, for whoever has the case now, and holds."""
        return self.tokens.opens_photo(token, case_id, holder, photo_id, name, clock.now())
