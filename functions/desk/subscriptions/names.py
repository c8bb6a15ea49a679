"""What a municipality's cases can be called by: its departments and categories."""

from __future__ import annotations

from dataclasses import dataclass

from synpunkt.responsibility import MunicipalityProfile, categories, default_departments


@dataclass(frozen=True, slots=True)
class Names:
    """The ids of departments and categories."""

    departments: frozenset[str]
    categories: frozenset[str]

    @classmethod
    def of(cls, profile: MunicipalityProfile | None) -> Names:
        """Those of the registry in force; the national ones where there is none.

        The national categories always are among them: a case may have been sent in before the municipality's own were.
        """
        national = frozenset(categories())
        if profile is None or profile.published is None:
            return cls(frozenset(each.department for each in default_departments()), national)
        return cls(frozenset(profile.published.departments), national | profile.published.groups_of.keys())
