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
    decided_department,
    department_name,
    recipients_of,
)
from synpunkt.responsibility.notices import NoticeRule, matching_notices, notice_rules
from synpunkt.responsibility.published import Body, Published, category_from_data, grouped
from synpunkt.responsibility.rules import (
    Circumstances,
    Past,
    Rule,
    answer_text,
    bucket_keys,
    choose,
    rules_of,
    stored_answer,
)

__all__ = [
    "Body",
    "Category",
    "Circumstances",
    "Decision",
    "Department",
    "FallbackLevel",
    "Group",
    "MunicipalityProfile",
    "NoticeRule",
    "Past",
    "Published",
    "Responsible",
    "Rule",
    "answer_text",
    "bucket_keys",
    "categories",
    "category",
    "category_from_data",
    "choose",
    "decide",
    "decided_department",
    "default_departments",
    "department",
    "department_name",
    "grouped",
    "groups",
    "matching_notices",
    "notice_rules",
    "recipients_of",
    "rules_of",
    "stored_answer",
]
