"""A posted form, urlencoded or multipart: its fields as text and its files as bytes."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from email.parser import HeaderParser
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from synpunkt.http.problem import Problem

# More than any form of ours has; each costs something to take apart.
MOST_FIELDS = 200
PHOTOS = "media"
"""The field of the photos. `curl -F 'media=<photo.jpg'` sends them without a file's name."""
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Form:
    """What was posted. `fields`: all values of each name, in order; `files`: those that are not empty."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, list[bytes]] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The last value of a field without the blanks around it; `None` when it is absent or blank."""
        return next((value.strip() for value in reversed(self.fields.get(name, [])) if value.strip()), None)


def form_of(event: Mapping[str, Any], content_type: str | None) -> Form:
    """The form in an API Gateway event. Raises `Problem`: 400 for one that cannot be read, 415 for no form at all."""
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
        return read_form(raw, content_type or "")
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed_form") from error


def read_form(raw: bytes, content_type: str) -> Form:
    """The form in a body. Raises `ValueError` when it cannot be read, and `Problem` (415) when it is something else."""
    header = Message()
    header["Content-Type"] = content_type
    kind = header.get_content_type() if content_type.strip() else "application/x-www-form-urlencoded"
    fields: dict[str, list[str]] = {}
    files: dict[str, list[bytes]] = {}
    if kind == "application/x-www-form-urlencoded":
        for name, value in parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        ):
            fields.setdefault(name, []).append(value)
    elif kind == _MULTIPART:
        for name, is_file, content in _parts(raw, header.get_param("boundary")):
            if not is_file:
                fields.setdefault(name, []).append(content.decode("utf-8"))
            elif content:
                files.setdefault(name, []).append(content)
    else:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "form_expected")
    return Form(fields, files)


def _parts(raw: bytes, boundary: object) -> Iterator[tuple[str, bool, bytes]]:
    """Name, whether it is a file, and content of each part."""
    if not isinstance(boundary, str) or not boundary:
        raise ValueError("multipart without a boundary")
    # What stands before the first boundary, and after the last, is nobody's.
    pieces = (b"\r\n" + raw).split(b"\r\n--" + boundary.encode("ascii"), MOST_FIELDS + 2)[1:]
    if not pieces or not pieces[-1].startswith(b"--"):
        raise ValueError("multipart without an end, or with too many parts")
    for piece in pieces[:-1]:
        head, found, content = piece.partition(b"\r\n\r\n")
        if not found:
            raise ValueError("a part without headers")
        about = HeaderParser().parsestr(head.decode("utf-8").strip())
        name = about.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise ValueError("a part without a name")
        yield name, _is_file(name, about, content), content


def _is_file(name: str, about: Message, content: bytes) -> bool:
    """Whether a part is a file: one with a name, a picture, or what stands for a photo and is no text."""
    if about.get_param("filename", header="content-disposition") is not None:
        return True
    return about.get_content_maintype() == "image" or (name == PHOTOS and not _is_text(content))


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
