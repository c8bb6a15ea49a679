"""The words that are looked for in incoming mails: what people and mail programs write, in Swedish and English."""

from __future__ import annotations

import re

# The first line of a mail, when it says nothing else: what whoever has the case does, and what its reporter does.
DONE = ("klart", "åtgärdat", "fixat", "done")
STARTED = ("pågår", "påbörjat", "started")
ASKED = ("fråga", "question")
PLANNED = ("planerat", "planned")
FIXED = ("lagat", "åtgärdat", "fixat", "fixed")
NOT_FIXED = ("inte lagat", "inte åtgärdat", "inte fixat", "inte klart", "not fixed")
WITHDRAWN = ("ta tillbaka", "återkalla", "withdraw")
FIRST_LINE = re.compile(r"#?(?P<words>[^\W\d_]+(?: [^\W\d_]+)?)(?: (?P<day>\d{4}-\d\d-\d\d))?[ .!:]*")

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
