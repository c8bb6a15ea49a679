"""A jurisdiction of Open311: a municipality by its SCB code, or by its domain."""

from __future__ import annotations

from synpunkt.places import municipality
from synpunkt.places.domains import municipalities_called
from synpunkt.stores.registry import RegistryStore


def jurisdiction(registry: RegistryStore, jurisdiction_id: str) -> str | None:
    """The code of the municipality that `jurisdiction_id` means; `None` for nobody's, and where it could be two.

    Of two municipalities whose name a domain may be, the one is meant whose verified addresses are at it.
    """
    wanted = jurisdiction_id.strip().lower()
    if municipality(wanted) is not None:
        return wanted
    found = municipalities_called(wanted)
    if len(found) > 1:
        found = tuple(code for code in found if _is_at(registry, code, wanted.removeprefix("www.")))
    return found[0] if len(found) == 1 else None


def _is_at(registry: RegistryStore, code: str, domain: str) -> bool:
    profile = registry.profile(code)
    return profile is not None and any(mail.rpartition("@")[2] == domain for mail in profile.mails.values())
