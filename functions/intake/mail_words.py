"""The words that are looked for in incoming mails: what people and mail programs write, in Swedish and English."""

from __future__ import annotations

import re

# The first line of a mail: what whoever has the case does, and what its reporter does.
DONE = ("klart", "åtgärdat", "fixat", "done")
STARTED = ("pågår", "påbörjat", "started")
ASKED = ("fråga", "question")
PLANNED = ("planerat", "planned")
FIXED = ("lagat", "åtgärdat", "fixat", "fixed")
NOT_FIXED = ("inte lagat", "inte åtgärdat", "inte fixat", "inte klart", "not fixed")
WITHDRAWN = ("ta tillbaka", "återkalla", "withdraw")
# As people write a day; without its year it is the next one.
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
MONTHS_IN_ENGLISH = {"may": 5, "oct": 10}
_DAY = r"\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}(?:[/ ]\d{4})?|\d{1,2} [a-z]{3,9}(?: \d{4})?"
# What mail programs make of bold letters stands around the words, or what people put there.
_AROUND = r"[*_#\"'”\s]{0,6}"
FIRST_LINE = re.compile(
    rf"{_AROUND}(?P<words>[^\W\d_]+(?: [^\W\d_]+)?){_AROUND}:?{_AROUND}(?P<day>{_DAY})?{_AROUND}"
    r"(?:[.!:]*|(?::| [-–]) ?(?P<beside>.+))",
    re.IGNORECASE,
)
GREETING = re.compile(
    r"(?:hej|hejsan|hallå|god (?:dag|morgon|kväll)|hi|hello|dear)\b[^.?\n]{0,40}[!,.]?", re.IGNORECASE
)

# What closes a letter in Swedish and is not in the library's list.
SWEDISH_CLOSINGS = ("Med vänlig hälsning", "Vänlig hälsning", "Vänligen,", "M v h")
SWEDISH_SENT_FROM = ("Skickat från", "Skaffa Outlook för", "Hämta Outlook för")
SEPARATOR = re.compile(r"(?:-- ?|_{10,}|-{5,} ?(?:Ursprungligt meddelande|Original Message) ?-{5,})", re.IGNORECASE)
# The header of something quoted, even when it is broken before its verb.
WROTE = re.compile(
    r"(?:^|\s)(?:\d|(?:den|on|må|ti|to|fr|lö|sö))[^\n]{0,300}\b(?:skrev|wrote)\b[^\n]{0,200}:\s*$", re.IGNORECASE
)
AUTOMATIC_SUBJECT = re.compile(
    r"(?:autosvar|automatiskt svar|frånvaro(?:meddelande)?|auto(?:matic)?[ -]?reply|out of office)\b", re.IGNORECASE
)
