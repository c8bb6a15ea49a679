"""What a reporter is told besides the receipt; none of it is a reason to refuse."""

from __future__ import annotations

from functions.intake.models import Notice, ReportIn
from synpunkt.names import municipality_name
from synpunkt.responsibility import (
    CHOSEN_NEAR_BORDER,
    Category,
    MunicipalityProfile,
    Responsible,
    matching_notices,
)
from synpunkt.sandbox import is_sandbox
from synpunkt.texts import text


def notices_for(
    report: ReportIn,
    about: Category | None,
    found: Responsible | None,
    profile: MunicipalityProfile | None,
    code: str,
    language: str,
) -> list[Notice]:
    """The notices for a report, the most urgent first. `found`: who has its point, if it has one."""
    name = municipality_name(code, language)
    acute = profile.acute_phone if profile else None
    notices = []
    if is_sandbox(code):
        notices.append(Notice(code="test_case", text=text("notice.test_case", language)))
    for rule in matching_notices(report.category, report.description):
        key, phone = f"notice.{rule.code}", rule.phone
        if rule.code == "acute_fault":
            key, phone = (key, acute) if acute else (f"{key}_no_phone", None)
        notices.append(Notice(code=rule.code, text=text(key, language, municipality=name, phone=phone), phone=phone))
    if about and about.ring_instead:
        ring = about.ring_instead
        notices.append(Notice(code="ring_instead", text=ring["text"][language], phone=ring["phone"]))
    for notice_code in _about_place(report, found):
        notices.append(Notice(code=notice_code, text=text(f"notice.{notice_code}", language)))
    if profile is None or not profile.claimed:
        notices.append(Notice(code="unclaimed", text=text("notice.unclaimed", language, municipality=name)))
    if report.reporter and report.reporter.contact_by == "sms":
        notices.append(Notice(code="sms_not_available", text=text("notice.sms_not_available", language)))
    return notices


def _about_place(report: ReportIn, found: Responsible | None) -> list[str]:
    place = found.place if found else None
    if found is None or place is None:
        return []
    codes = []
    if report.municipality not in (None, found.municipality):
        codes.append("point_decides")
    if found.method == CHOSEN_NEAR_BORDER:
        codes.append("chosen_near_border")
    elif place.neighbour:
        codes.append("near_border")
    elif place.uncertain and not place.poor:
        codes.append("near_national_border")
    if place.poor:
        codes.append("place_uncertain")
    return codes
