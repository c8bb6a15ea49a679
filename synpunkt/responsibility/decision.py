"""The decision: which municipality and department, whom to tell in which order, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from synpunkt.names import municipality_name
from synpunkt.places import DATA_VERSION, Place
from synpunkt.promises.calendar import DEFAULT_WORKING_HOURS
from synpunkt.responsibility.catalogue import Category, Department, default_departments
from synpunkt.responsibility.published import REGISTRAR, Published
from synpunkt.responsibility.rules import UNKNOWN_OWNER, Choice, Circumstances, Rule, Target, choose
from synpunkt.sandbox import alike, real_of
from synpunkt.texts import LANGUAGES, text

TRIAGE = "triage"
CHOSEN_NEAR_BORDER = "chosen_near_border"
# How a municipality got the case from somebody who has it: it looks at it itself, and no rule sends it past it.
_IN_PERSON = frozenset({"handed_over", "returned"})


class FallbackLevel(StrEnum):
    """How far down the chain the decision had to go."""

    DEPARTMENT = "department"
    REGISTRAR = "registrar"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True)
class MunicipalityProfile:
    """What we know of a municipality that joined; one that has not has no profile.

    `mails`: department → address, only addresses whose owner is verified; `<department>:second` and `body:<body>`
    stand there too. `topic_arn`: where its systems may listen, `topic_subscribers`: whether any do. `push_subscribers`:
    the ids of its subscriptions that a case can be delivered by. `published`: its own registry, when it has one.
    """

    code: str
    claimed: bool = False
    topic_arn: str | None = None
    mails: Mapping[str, str] = field(default_factory=dict)
    acute_phone: str | None = None
    published: Published | None = None
    topic_subscribers: bool = False
    push_subscribers: tuple[str, ...] = ()

    def unit_name(self, unit: str, language: str) -> str:
        """What a key of `mails` is called: a department, or a body outside; the id when nobody knows it."""
        if self.published is not None and unit.startswith("body:"):
            body = self.published.bodies.get(unit.removeprefix("body:"))
            return body.name[language] if body else unit
        return department_name(unit.removesuffix(":second"), self.published, language)


@dataclass(frozen=True, slots=True)
class Responsible:
    """A municipality found for a report, by which method. `place`: where the point fell, if there was one."""

    municipality: str
    method: str
    place: Place | None = None

    @property
    def neighbour(self) -> str | None:
        """The municipality on the other side of a near border; where the neighbour was chosen, the point's own."""
        if self.place is None or self.method != CHOSEN_NEAR_BORDER:
            return self.place.neighbour if self.place else None
        return self.place.municipality


def responsible_at(place: Place, chosen: str | None) -> Responsible:
    """The municipality for a place: the neighbour in reach if the reporter chose that one, else the one it lies in.

    Nobody knows better than who stands there which side of a near border is meant. Away from it the point decides.
    Whoever chose a sandbox tries things out, so it is the sandbox of what the point says.
    """
    if chosen is not None and real_of(chosen) == place.neighbour:
        return Responsible(chosen, CHOSEN_NEAR_BORDER, place)
    return Responsible(alike(place.municipality, chosen), "point", place)


@dataclass(frozen=True, slots=True)
class Decision:
    """Who takes a report, and why. `recipients`: whom to try, in order; the last is always `triage`."""

    municipality: str
    department: str
    claimed: bool
    recipients: tuple[str, ...]
    routing: Mapping[str, Any]


def decide(
    responsible: Responsible,
    category: Category | None,
    profile: MunicipalityProfile | None,
    about: Circumstances | None = None,
    candidates: Iterable[Rule] = (),
) -> Decision:
    """Exactly one decision for any municipality, category, profile and rules. Deterministic, never none.

    `candidates`: the rules that could apply; without any, the department that owns the category takes it. What was
    handed over to the municipality, or came back to it, goes to no body by a rule: it may come from that very body.
    """
    about = about or Circumstances(category.category if category else None)
    published = profile.published if profile else None
    departments = _departments(published)
    usable = [each for each in candidates if _exists(each.target, published)]
    if responsible.method in _IN_PERSON:
        usable = [each for each in usable if each.target.body is None]
    choice = choose(usable, about)
    target = choice.rule.target if choice.rule else Target()
    owner = target.department or (category.department if category else REGISTRAR)
    owner = owner if owner in departments else REGISTRAR
    recipients = recipients_of(owner, profile, body=target.body)
    place = responsible.place
    routing: dict[str, Any] = {
        "data_version": DATA_VERSION,
        "municipality_method": responsible.method,
        "border_m": round(place.border_m, 1) if place else None,
        "neighbour": responsible.neighbour,
        "neighbour_m": round(place.neighbour_m, 1) if place and place.neighbour_m is not None else None,
        "uncertain": place.uncertain if place else False,
        "rule": _rule_name(choice, category),
        "rejected": list(choice.rejected),
        "road_owner": about.road_owner,
        "road_ambiguous": about.road_ambiguous,
        "fallback_level": _level(owner, recipients).value,
        "claimed": profile is not None and profile.claimed,
    }
    if published is not None:
        routing |= {
            "registry_version": published.version,
            "body": target.body,
            "areas": list(about.areas),
            "copies": [f"copy:{_unit(each)}" for each in (choice.rule.copies if choice.rule else ())],
            "names": _names(owner, target, category, published),
        }
        if asked := _asked(category, about):
            routing["asked"] = asked
        # What a body outside does, the municipality cannot promise.
        if routing["claimed"] and not recipients[0].startswith("mail:body:"):
            routing |= _promise(category, published)
    assumed = responsible.place is not None and _municipal_road_assumed(choice, usable, about)
    routing["sentences"] = {
        language: _why_here(routing, responsible, owner, choice, profile, language, assumed=assumed)
        for language in LANGUAGES
    }
    return Decision(responsible.municipality, owner, routing["claimed"], recipients, routing)


def recipients_of(owner: str, profile: MunicipalityProfile | None, *, body: str | None = None) -> tuple[str, ...]:
    """The chain: a body's own mail, the municipality's systems, the department's mails, the registrar's, triage."""
    if profile is None:
        return (TRIAGE,)
    first = [f"mail:body:{body}"] if body and f"body:{body}" in profile.mails else []
    # A topic takes every message, also while nobody listens: then it is no way to reach anybody.
    listened_to = profile.claimed and profile.topic_arn and profile.topic_subscribers
    systems = [f"topic:{profile.code}"] if listened_to else []
    if profile.claimed:
        systems += [f"push:{each}" for each in profile.push_subscribers]
    units = [key for unit in dict.fromkeys((owner, REGISTRAR)) for key in (unit, f"{unit}:second")]
    # One address stands once, however many units share it: a second mail there would be the first one again.
    once: dict[str, str] = {}
    for unit in units:
        if unit in profile.mails:
            once.setdefault(profile.mails[unit].strip().lower(), unit)
    chain = [*first, *systems, *(f"mail:{unit}" for unit in once.values())]
    return (*chain, TRIAGE)


def department_name(department_id: str, published: Published | None, language: str) -> str:
    """What a department is called; the id itself when nobody knows it any more."""
    found = _departments(published).get(department_id)
    return found.name[language] if found else department_id


def decided_department(department_id: str, names: Mapping[str, Mapping[str, str]] | None, language: str) -> str:
    """What a department was called when it was decided (`names` of the decision); else as in the national set."""
    return (names or {}).get("department", {}).get(language) or department_name(department_id, None, language)


def _departments(published: Published | None) -> Mapping[str, Department]:
    if published is not None:
        return published.departments
    return {each.department: each for each in default_departments()}


def _exists(target: Target, published: Published | None) -> bool:
    """Lint refuses rules that refer to nothing; a decision must stand even if one got through."""
    if published is None:
        return False
    return target.body in published.bodies if target.body else target.department in published.departments


def _unit(target: Target) -> str:
    return f"body:{target.body}" if target.body else str(target.department)


def _rule_name(choice: Choice, category: Category | None) -> str:
    if choice.rule:
        return f"rule:{choice.rule.rule}"
    return f"category:{category.category}" if category else "no_category"


def _municipal_road_assumed(choice: Choice, usable: Iterable[Rule], about: Circumstances) -> bool:
    """Whether another rule would have decided, had it been known who keeps the road."""
    winner = choice.rule
    if about.road_owner != UNKNOWN_OWNER or (winner and (winner.target.body or winner.road_owners)):
        return False
    return any(
        rule.misses(replace(about, road_owner=owner)) is None and (winner is None or rule.order() < winner.order())
        for rule in usable
        for owner in rule.road_owners
    )


def _names(owner: str, target: Target, category: Category | None, published: Published) -> dict[str, Any]:
    """The names as they were when it was decided, so that a page about an old case needs no registry."""
    names: dict[str, Any] = {"department": dict(published.departments[owner].name)}
    if category:
        names["category"] = dict(category.name)
    if target.body:
        names["body"] = dict(published.bodies[target.body].name)
    return names


def _asked(category: Category | None, about: Circumstances) -> dict[str, Any]:
    """The questions that were answered, as they were asked then: for the same reason."""
    questions = category.questions if category else ()
    return {
        each["id"]: {name: each[name] for name in ("type", "text", "options") if name in each}
        for each in questions
        if each["id"] in about.answers
    }


def _promise(category: Category | None, published: Published) -> dict[str, Any]:
    """What the municipality promises about the category; nothing unless it has said so itself."""
    targets = published.targets if category is None or category.targets is None else category.targets
    if not targets:
        return {}
    return {"promise": {**targets, "working_hours": published.working_hours or DEFAULT_WORKING_HOURS}}


def _why_here(
    routing: Mapping[str, Any],
    responsible: Responsible,
    owner: str,
    choice: Choice,
    profile: MunicipalityProfile | None,
    language: str,
    *,
    assumed: bool,
) -> str:
    """The decision in a few sentences a citizen understands."""
    name = municipality_name(responsible.municipality, language)
    sentences = _where(responsible, language)
    if routing["road_ambiguous"]:
        sentences.append(text("why.road_ambiguous", language))
    if assumed:
        sentences.append(text("why.road_assumed", language))
    department = department_name(owner, profile.published if profile else None, language)
    if choice.rule and profile:
        sentences.append(_rule_sentence(choice.rule, profile, routing["road_owner"], language))
        body = choice.rule.target.body
        if body and f"body:{body}" not in profile.mails:
            who = profile.unit_name(f"body:{body}", language)
            sentences.append(text("why.body_unreachable", language, body=who, department=department))
    else:
        key = "why.no_category" if routing["rule"] == "no_category" else "why.category"
        sentences.append(text(key, language, department=department))
    if routing["fallback_level"] == FallbackLevel.TRIAGE:
        sentences.append(text("why.triage", language, municipality=name))
    return " ".join(sentences)


def _where(responsible: Responsible, language: str) -> list[str]:
    """Which municipality and how it was found, with every doubt there is about it."""
    place, method = responsible.place, responsible.method
    name, other = (municipality_name(code, language) for code in (responsible.municipality, responsible.neighbour))
    if place is None:
        return [text(f"why.{method}", language, municipality=name)]
    metres = max(1, round(place.border_m if place.neighbour_m is None else place.neighbour_m))
    if method == CHOSEN_NEAR_BORDER:
        sentences = [text("why.chosen_near_border", language, municipality=name, neighbour=other, metres=metres)]
    else:
        sentences = [text(f"why.{method}", language, municipality=name)]
        if place.neighbour:
            sentences.append(text("why.border", language, metres=metres, neighbour=other))
        elif place.uncertain and not place.poor:
            sentences.append(text("why.national_border", language, metres=metres))
    if place.poor:
        sentences.append(text("why.uncertain", language))
    return sentences


def _rule_sentence(rule: Rule, profile: MunicipalityProfile, road_owner: str, language: str) -> str:
    if rule.why:
        return rule.why[language]
    who = profile.unit_name(_unit(rule.target), language)
    if rule.places:
        place = next(iter(rule.places.values()))[language]
        return text("why.rule.area", language, who=who, place=place)
    if rule.road_owners:
        return text(f"why.rule.road.{road_owner}", language, who=who)
    topic = "topic" if rule.categories or rule.groups else "anything"
    return text(f"why.rule.{topic}", language, who=who)


def _level(owner: str, recipients: tuple[str, ...]) -> FallbackLevel:
    if recipients == (TRIAGE,):
        return FallbackLevel.TRIAGE
    first = recipients[0]
    if first.startswith(("topic:", "push:", "mail:body:")) or {f"mail:{owner}", f"mail:{owner}:second"} & set(
        recipients
    ):
        return FallbackLevel.DEPARTMENT
    return FallbackLevel.REGISTRAR
