"""The words that are looked for in incoming mails: what people and mail programs write, in Swedish and English."""

from __future__ import annotations

import re

# The first line of a mail from whoever has the case, alone on its line.
FIXED = ("klart", "åtgärdat", "fixat", "done")
STARTED = ("pågår", "påbörjat", "started")
COMMAND = re.compile(rf"#?({'|'.join((*FIXED, *STARTED))})[ .!:]*", re.IGNORECASE)

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
