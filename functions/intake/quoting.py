"""Cutting a mail down to what its sender wrote: without what they answered to, and without their signature."""

from __future__ import annotations

import re

from mailparser_reply import EmailMessage as MailParts
from mailparser_reply.constants import MAIL_LANGUAGES

from functions.intake.mail_words import SEPARATOR, SWEDISH_CLOSINGS, SWEDISH_SENT_FROM, WROTE
from synpunkt.texts import LANGUAGES, text

# The library's patterns look for a name within a line in ways that take the square of its length: it is shown the
# beginning and the end of a long line, and as many lines as nobody writes above what they answer to.
_BEGINNING, _END = 80, 40
_MOST_LINES = 400
# A closing is followed by a name, a title and a telephone, not by more of the letter.
_LONGEST_SIGNATURE = 15
_ABOVE = tuple(text("mail.above_this_line", language).strip("- ") for language in LANGUAGES)


def own_words(whole: str) -> str:
    """What the sender wrote themselves, of a mail in plain text; empty when that is nothing.

    Answers above what is quoted, below it and between its lines are understood. In doubt more is kept, with one
    exception: from the line that says that answers stand above it, nothing is.
    """
    lines = whole.split("\n")
    above = _without_signature(_first_part(_before_our_line(lines)))
    if any(line.strip() for line in above):
        return _joined(above)
    return _joined(_without_signature(_below(lines)))


class _Parts(MailParts):  # type: ignore[misc]
    """The library, with the closings it lacks, and without cutting out "disclaimers": any word may begin one."""

    def _get_language_regex(self, language: str, regex_key: str) -> str:
        found = MAIL_LANGUAGES[language].get(regex_key, "")
        patterns = found if isinstance(found, list) else [found] if found else []
        if language == "sv":
            more = {"signatures": SWEDISH_CLOSINGS, "sent_from": SWEDISH_SENT_FROM}.get(regex_key, ())
            patterns = [*more, *patterns]
        return "|".join(patterns)

    def _process_signatures_disclaimers(self, text: str) -> tuple[list[str], str]:
        found = self.SIGNATURE_REGEX.search(text)
        return [], found.group() if found else ""


def _parts(lines: list[str]) -> _Parts:
    shortened = "\n".join(map(_shortened, lines))
    parts = _Parts(shortened, ["sv", "en"], keep_hyphen_lists=True)
    parts.read()
    return parts


def _shortened(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _BEGINNING + _END else f"{line[:_BEGINNING]}{line[-_END:]}".strip()


def _first_part(lines: list[str]) -> list[str]:
    """The lines before the first header of something quoted, and before lines that are quoted to the end."""
    lines = _trimmed(lines)
    shown = _trimmed(lines[:_MOST_LINES])
    first = _parts(shown).replies[0] if shown else None
    if first is None or first.headers:
        return []
    length = first.content.count("\n") + 1 if first.content else 0
    kept = lines if length == len(shown) else lines[:length]
    own: list[str] = []
    for line in kept:
        if not _is_quoted(line):
            own.append(line)
        elif own and WROTE.search(" ".join(_trimmed(own)[-2:])):
            # A header that the library does not know, such as one that is broken before its verb.
            own = own[: -_header_length(own)]
    return own


def _header_length(lines: list[str]) -> int:
    """How many lines at the end are the header of what is quoted below: the last filled one, or two."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return len(lines) - (filled[-1] if WROTE.search(lines[filled[-1]]) or len(filled) < 2 else filled[-2])


def _below(lines: list[str]) -> list[str]:
    """What stands below or between quoted lines, when nothing stands above them."""
    quoted = [number for number, line in enumerate(lines) if _is_quoted(line)]
    if not quoted:
        return []
    return [line for line in lines[quoted[0] :] if not _is_quoted(line)]


def _before_our_line(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if any(ours in line for ours in _ABOVE):
            return lines[:number]
    return lines


def _without_signature(lines: list[str]) -> list[str]:
    lines = _trimmed(lines)
    ends = [number for number, line in enumerate(lines) if SEPARATOR.fullmatch(line.rstrip())]
    lines = _trimmed(lines[: ends[0]]) if ends else lines
    if not 0 < len(lines) <= _MOST_LINES:
        return lines
    signature = _parts(lines).replies[0].signatures or ""
    length = signature.count("\n") + 1 if signature else 0
    if not 0 < length <= _LONGEST_SIGNATURE or length >= len(lines):
        return lines
    return lines[:-length]


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without empty ones at either end, so that they can be counted from both."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
