"""What a mail means for its case: its first line, when that says nothing else, and the words below it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from functions.intake import mail_words
from synpunkt.lifecycle import (
    By,
    Case,
    Change,
    Outcome,
    Status,
    Text,
    Visibility,
    answer,
    ask,
    give_feedback,
    plan,
    reopen,
    reply,
    resolve,
    start_work,
)
from synpunkt.masking import text_beside


class Act(StrEnum):
    """What a first line may say."""

    DONE = "done"
    STARTED = "started"
    ASKED = "asked"
    PLANNED = "planned"
    FIXED = "fixed"
    NOT_FIXED = "not_fixed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Meant:
    """A mail as it was understood. `words`: what is said with the act, or without one; `day`: of a plan.

    `whole`: all that was written, for an act that cannot be done now: then it is something they say, like any other.
    """

    act: Act | None
    words: str
    day: date | None = None
    whole: str = ""

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to do and nothing to tell; a question without words asks nothing."""
        return not self.words and self.act in (None, Act.ASKED)


_OF_WORK = {
    **dict.fromkeys(mail_words.DONE, Act.DONE),
    **dict.fromkeys(mail_words.STARTED, Act.STARTED),
    **dict.fromkeys(mail_words.ASKED, Act.ASKED),
    **dict.fromkeys(mail_words.PLANNED, Act.PLANNED),
}
_OF_REPORTER = {
    **dict.fromkeys(mail_words.FIXED, Act.FIXED),
    **dict.fromkeys(mail_words.NOT_FIXED, Act.NOT_FIXED),
    **dict.fromkeys(mail_words.WITHDRAWN, Act.WITHDRAWN),
}


def meant_by_work(text: str, today: date) -> Meant:
    """What whoever has the case means."""
    return _meant(text, _OF_WORK, today)


def meant_by_reporter(text: str) -> Meant:
    """What its reporter means."""
    return _meant(text, _OF_REPORTER, None)


def work_says(case: Case, meant: Meant, first: By, second: By) -> list[Change]:
    """What whoever has the case does by mail; nothing when it was so before and nothing is said.

    To a case that is closed only an answer can be added. Raises `IllegalTransition`.
    """
    words = meant.whole if meant.act is Act.PLANNED and not _plans(case, meant, first) else meant.words
    match meant.act if case.status is not Status.RESOLVED else None:
        case Act.DONE:
            return [resolve(case, first, outcome=Outcome.FIXED, texts=_said(case, "reply", words))]
        case Act.ASKED:
            return [ask(case, first, text=text_beside(case.version + 1, "question", words, case.visibility))]
        case Act.PLANNED if meant.day is not None and _plans(case, meant, first):
            return [plan(case, first, until=meant.day, text=next(iter(_said(case, "plan", words)), None))]
        case Act.STARTED:
            begun = start_work(case, first)
        case _:
            begun = None
    changes = [begun] if begun else []
    after = begun.case if begun else case
    answers = [reply(after, second if begun else first, text=text) for text in _said(after, "reply", words)]
    return [*changes, *answers]


def reporter_says(case: Case, meant: Meant, first: By, second: By) -> list[Change]:
    """What its reporter does by mail. What cannot be done now is told to those who have the case, as an answer.

    Raises `IllegalTransition`.
    """
    closed = case.status is Status.RESOLVED
    told = _private(case, meant.words) if meant.words else None
    match meant.act:
        case Act.NOT_FIXED if closed:
            return [reopen(case, first, text=told)]
        case Act.WITHDRAWN if not closed:
            after = [answer(case, first, text=told)] if told else []
            latest = after[-1].case if after else case
            return [*after, resolve(latest, second, outcome=Outcome.WITHDRAWN)]
        case Act.FIXED if closed:
            said = give_feedback(case, first, fixed=True)
            return [said, *([answer(said.case, second, text=_private(said.case, meant.words))] if told else [])]
    # A word that fits nothing now is still something they say.
    words = meant.whole if meant.act else meant.words
    return [answer(case, first, text=_private(case, words))] if words else []


def _plans(case: Case, meant: Meant, by: By) -> bool:
    return case.status is not Status.RESOLVED and meant.day is not None and meant.day >= by.now.date()


def _meant(text: str, acts: dict[str, Act], today: date | None) -> Meant:
    """`today`: without it a first line says a word and no more."""
    greeting, first, rest = _lines(text)
    found = mail_words.FIRST_LINE.fullmatch(first)
    act = acts.get(found["words"].lower()) if found else None
    if found is None or act is None:
        return Meant(None, text)
    beside, day = found["beside"], day_of(found["day"], today) if found["day"] and today else None
    if (act is Act.PLANNED) != bool(found["day"]) or (act is Act.PLANNED and day is None) or (beside and not today):
        return Meant(None, text)
    words = "\n".join(each for each in (greeting, beside, rest) if each)
    # A greeting alone is nothing to tell anybody.
    return Meant(act, words if beside or rest else "", day, text)


def _lines(text: str) -> tuple[str, str, str]:
    """The greeting, if there is one; the first line that says something; and what stands below."""
    first, _, rest = text.strip().partition("\n")
    if not mail_words.GREETING.fullmatch(first.strip()):
        return "", first.strip(), rest.strip()
    second, _, below = rest.strip().partition("\n")
    return first.strip(), second.strip(), below.strip()


def day_of(written: str, today: date) -> date | None:
    """A day as people write it: `2030-12-31`, `31/12`, `31 december 2030`. Without a year, the next there is."""
    try:
        if "-" in written:
            return date.fromisoformat(written)
        day, month, *year = written.replace("/", " ").lower().split()
        number = int(month) if month.isdigit() else _month(month)
        found = date(int(year[0]) if year else today.year, number, int(day))
        return found if year or found >= today else found.replace(year=today.year + 1)
    except ValueError:
        return None


def _month(name: str) -> int:
    short = name[:3]
    return mail_words.MONTHS_IN_ENGLISH.get(short) or mail_words.MONTHS.index(short) + 1


def _said(case: Case, name: str, words: str) -> tuple[Text, ...]:
    return (text_beside(case.version + 1, name, words, case.visibility),) if words else ()


def _private(case: Case, words: str) -> Text:
    """What is answered by mail is said to those who have the case, and not to everyone."""
    return text_beside(case.version + 1, "answer", words, Visibility.PRIVATE)
