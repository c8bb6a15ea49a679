"""Reading an incoming mail: who it is from and to, what was written, and what is attached. Nothing in it is trusted."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser
from itertools import islice

from functions.intake.quoting import own_words
from synpunkt.http.incoming import clean
from synpunkt.http.uploads import IMAGE_TYPES, MAX_BYTES, MAX_PHOTOS

_MOST_PARTS = 200
_DEEPEST = 20
_MOST_DIVIDERS = 3000
_MOST_NESTED = 100
_MOST_HTML = 400_000
# Smaller than any photo, and named by the mail's own HTML: the logo of a signature.
_DECORATION_BYTES = 15_000
_RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
_CHARSETS = (
    "utf-8",
    "utf-16",
    "utf-32",
    "cp125",
    "iso8859",
    "mac",
    "koi8",
    "gb",
    "big5",
    "shift_jis",
    "euc",
    "iso2022",
)


@dataclass(frozen=True, slots=True)
class Received:
    """A mail that was understood. `sender`: its one address, in lower case; `None` when it has none, or several.

    `text`: the sender's own words. `left_out`: codes of what cannot be kept. `fingerprint`: the same for every copy.
    """

    sender: str | None
    recipients: tuple[str, ...]
    text: str
    photos: tuple[bytes, ...]
    left_out: tuple[str, ...]
    fingerprint: str
    message: EmailMessage


class Unreadable(Exception):
    """The mail is built of more pieces than any mail program makes; reading it could take for ever."""


def read(raw: bytes) -> Received:
    """The mail, whatever state it is in: what cannot be decoded is replaced, what cannot be kept is named.

    Raises `Unreadable`.
    """
    lower = raw.lower()
    if raw.count(b"\n--") > _MOST_DIVIDERS or sum(map(lower.count, (b"multipart/", b"message/"))) > _MOST_NESTED:
        raise Unreadable
    message = BytesParser(policy=default).parsebytes(raw)
    parts = list(_leaves(message))
    photos: list[bytes] = []
    left_out: list[str] = []
    for part in parts:
        if _is_text(part):
            continue
        code = _why_not(part, len(photos))
        if code is None:
            photos.append(_content(part))
        elif code:
            left_out.append(code)
    return Received(
        sender=_sender(message),
        recipients=tuple(_recipients(message)),
        text=own_words(clean(_written(parts))),
        photos=tuple(photos),
        left_out=tuple(dict.fromkeys(left_out)),
        fingerprint=_fingerprint(message, raw),
        message=message,
    )


def header(message: EmailMessage, name: str) -> str:
    """The first header of that name as text; empty when there is none, or the library cannot read it."""
    try:
        value = message.get(name, "")
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        # The library's parsers of addresses and dates stumble over what spammers write; such a header says nothing.
        return ""
    return " ".join(str(value).split())


def _sender(message: EmailMessage) -> str | None:
    found = getaddresses([header(message, "From")])
    addresses = {address.strip().lower() for _, address in found if "@" in address}
    return addresses.pop() if len(found) == len(addresses) == 1 and len(message.get_all("From") or []) == 1 else None


def _recipients(message: EmailMessage) -> Iterator[str]:
    values = [header(message, name) for name in _RECIPIENT_HEADERS]
    for _, address in getaddresses([value for value in values if value]):
        if "@" in address:
            yield address.strip().lower()
    # What SES writes of the envelope; the rest of such a line is the sender's.
    _, _, envelope = header(message, "Received").partition(" for ")
    if "@" in envelope:
        yield parseaddr(envelope.split(";")[0])[1].strip().lower()


def _leaves(message: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    """The parts that hold something; a mail within the mail is somebody else's words, and none of them."""
    if message.get_content_maintype() == "multipart" and message.is_multipart() and depth < _DEEPEST:
        for part in islice(message.iter_parts(), _MOST_PARTS):
            if isinstance(part, EmailMessage):
                yield from _leaves(part, depth + 1)
    else:
        yield message


def _is_text(part: EmailMessage) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and part.get_content_disposition() != "attachment"


def _written(parts: list[EmailMessage]) -> str:
    for kind in ("text/plain", "text/html"):
        found = [_decoded(part) for part in parts if _is_text(part) and part.get_content_type() == kind]
        text = "\n".join(_as_text(each) if kind == "text/html" else each for each in found)
        if text.strip():
            return text
    return ""


def _decoded(part: EmailMessage) -> str:
    content = _content(part)
    try:
        name = codecs.lookup(part.get_content_charset("utf-8")).name
    except (LookupError, ValueError):
        name = "utf-8"
    if name in ("ascii", "iso8859-1") or not name.startswith(_CHARSETS):
        # Those who say so mean what Windows writes.
        name = "cp1252"
    if not name.startswith(("utf-16", "utf-32", "iso2022")):
        # Text that is UTF-8 by chance and not by intention does not exist, whatever its label says.
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            name = "cp1252" if name == "utf-8" else name
    return content.decode(name, "replace")


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _why_not(part: EmailMessage, so_far: int) -> str | None:
    """Why an attachment is not kept, as a code; empty for what nobody misses, `None` for a photo."""
    kind = part.get_content_type()
    name = (part.get_filename() or "").lower()
    if kind in ("message/rfc822", "message/delivery-status", "text/calendar", "application/pkcs7-signature"):
        return ""
    if kind == "application/ms-tnef" or name == "winmail.dat":
        return "winmail"
    if kind == "application/pdf" or name.endswith(".pdf"):
        return "pdf"
    if kind not in IMAGE_TYPES and not (kind == "application/octet-stream" and name.endswith(_IMAGE_ENDINGS)):
        return "other" if kind.startswith("image/") or part.get_content_disposition() == "attachment" or name else ""
    size = len(_content(part))
    if size == 0 or (part.get("Content-ID") and size < _DECORATION_BYTES):
        return ""
    if size > MAX_BYTES:
        return "too_large"
    return "too_many" if so_far >= MAX_PHOTOS else None


def _fingerprint(message: EmailMessage, raw: bytes) -> str:
    message_id = header(message, "Message-ID")
    return hashlib.sha256(message_id.encode() if message_id else raw).hexdigest()


def _as_text(html: str) -> str:
    reader = _Reader()
    reader.feed(_NO_TAG.sub("&lt;", _DECLARATION.sub("", _without_comments(html[:_MOST_HTML]))))
    reader.close()
    return reader.text()


_DECLARATION = re.compile(r"<[!?][^<>]*>")
# What is no whole tag makes the library look for its end again and again; to people it is a character.
_NO_TAG = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)")


def _without_comments(html: str) -> str:
    """In one pass: the library (and a pattern) looks to the end of the text from every comment that is not closed."""
    kept, at = [], 0
    while (begin := html.find("<!--", at)) >= 0:
        kept.append(html[at:begin])
        end = html.find("-->", begin)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, html[at:]])


_BLOCKS = frozenset({
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})


class _Reader(HTMLParser):
    """The text of a mail in HTML, a line for each block, what it quotes marked as in plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._quoted = 0
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line."""
        self._quoted += tag == "blockquote"
        self._unseen += tag in _UNSEEN
        if tag in _BLOCKS:
            self._break()
        if tag == "li":
            self._lines[-1] += "- "

    def handle_endtag(self, tag: str) -> None:
        """A block ends its line."""
        if tag in _BLOCKS and tag != "br":
            self._break()
        if tag == "p":
            self._lines.append("")
        self._quoted = max(0, self._quoted - (tag == "blockquote"))
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        """White space is one space, as in a browser."""
        if self._unseen:
            return
        words = " ".join(data.split())
        if self._quoted and words and not self._lines[-1]:
            self._lines[-1] = "> "
        if data[:1].isspace() and self._lines[-1] and not self._lines[-1].endswith(" "):
            self._lines[-1] += " "
        self._lines[-1] += words + (" " if words and data[-1:].isspace() else "")

    def text(self) -> str:
        """Everything read so far."""
        return "\n".join(line.strip() for line in self._lines)

    def _break(self) -> None:
        if self._lines[-1]:
            self._lines.append("")
