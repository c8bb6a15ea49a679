"""The page of a case, and the page that says no more than it must."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions.cases.dialogue import Dialogue, enclosed
from functions.cases.models import CaseOut
from functions.cases.settings import ApiSettings
from functions.cases.view import Reader, case_out, own_letter
from synpunkt.http import Problem
from synpunkt.http.incoming import MAX_REASON, clean
from synpunkt.http.pages import origin_of, page, tiles_of
from synpunkt.http.tokens import keep_token
from synpunkt.http.uploads import MAX_PHOTOS, origin
from synpunkt.identity import Purpose
from synpunkt.stores.cases import CaseFile
from synpunkt.stores.usual import UsualStore
from synpunkt.usual import usual_time


def case_page(
    settings: ApiSettings,
    file: CaseFile,
    reader: Reader,
    *,
    related: int = 0,
    new: bool = False,
    tried: bool = False,
    mistake: str | None = None,
    words: str = "",
) -> Response[str]:
    """The case as its reader may see it. `mistake`: what is wrong with what they sent, `words`, if anything."""
    case = shown(settings, file, reader, related=related)
    mine = reader.purpose is Purpose.REPORTER
    return page(
        "case.html",
        reader.language,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=f"/c/{case.reference}?lang={'en' if reader.language == 'sv' else 'sv'}",
        case=case.model_dump(mode="json"),
        status_text=case.status_text,
        token_ok=mine,
        work_link=reader.purpose is Purpose.WORK,
        tried=tried,
        new=new,
        mistake=mistake,
        words=words,
        ready_text=own_letter(file, reader, settings.public_url),
        tiles=tiles_of(settings.tile_url, settings.tile_attribution),
        also_from=[*([origin(settings.quarantine_bucket)] if mine else []), *origin_of(settings.tile_url)],
    )


def shown(settings: ApiSettings, file: CaseFile, reader: Reader, *, related: int = 0) -> CaseOut:
    """The case as its reader may see it, with how long such a case usually takes."""
    usual = usual_time(UsualStore(settings.cases_table), file.case, reader.language)
    return case_out(file, reader, settings.public_url, usual=usual, related=related)


def locked_page(settings: ApiSettings, language: str, reference: str, *, tried: bool = False) -> Response[str]:
    """Not here, or not public: which of the two is not told."""
    return page(
        "locked.html",
        language,
        status=HTTPStatus.NOT_FOUND,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=None,
        reference=reference[:20],
        tried=tried,
    )


def unlocked(settings: ApiSettings, reference: str, token: str, query: Mapping[str, str] | None) -> Response[str]:
    """Back to the page, with the token in a cookie that only this page sends and no script reads."""
    kept = {name: value for name, value in (query or {}).items() if (name, value) in _KEPT}
    secure = settings.public_url.startswith("https:")
    return keep_token("case", f"/c/{reference}", reference, token, secure=secure, query=kept)


_KEPT = frozenset({("new", "1"), ("lang", "sv"), ("lang", "en")})


# What the page can tell beside the form, with the words still in it.
_OF_PHOTOS = frozenset(
    {"upload_rejected", "upload_unknown", "upload_used", "too_many_photos", "idempotency_key_missing"}
)


def told(dialogue: Dialogue, file: CaseFile, reader: Reader, fields: Mapping[str, str]) -> str | None:
    """Does what the reporter asked for on their page; answers the name of what they have to put right, if anything."""
    try:
        return _told(dialogue, file, reader, fields)
    except Problem as problem:
        if problem.code in _OF_PHOTOS:
            return "photos"
        raise


def _told(dialogue: Dialogue, file: CaseFile, reader: Reader, fields: Mapping[str, str]) -> str | None:
    words = clean(fields.get("text", "")).strip()
    act = fields["act"]
    photos = enclosed(fields.get("photos", "").split()[:MAX_PHOTOS], fields.get("upload_key"))
    if len(words) > MAX_REASON:
        return "too_long"
    if act == "answer":
        if not words:
            return "empty"
        dialogue.add(file, reader, words, photos)
    elif act == "fixed":
        dialogue.say_fixed(file, reader)
    elif act == "not_fixed":
        dialogue.say_not_fixed(file, reader, words or None, photos)
    elif act == "withdraw":
        dialogue.withdraw(file, reader)
    return None
