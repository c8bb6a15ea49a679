"""Who takes a report: categories, departments, and the decision with its reasons. Pure; rules are data."""

from synpunkt.responsibility.catalogue import (
    Category,
    Department,
    Group,
    categories,
    category,
    default_departments,
    department,
    groups,
)
from synpunkt.responsibility.decision import (
    Decision,
    FallbackLevel,
    MunicipalityProfile,
    Responsible,
    decide,
    recipients_of,
)
from synpunkt.responsibility.notices import NoticeRule, matching_notices, notice_rules

__all__ = [
    "Category",
    "Decision",
    "Department",
    "FallbackLevel",
    "Group",
    "MunicipalityProfile",
    "NoticeRule",
    "Responsible",
    "categories",
    "category",
    "decide",
    "default_departments",
    "department",
    "groups",
    "matching_notices",
    "notice_rules",
    "recipients_of",
]
