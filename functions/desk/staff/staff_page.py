"""The desk's page: the login, and inside it all that web/desk/ does."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.desk.settings import StaffApiSettings
from synpunkt.http.pages import origin_of, page, tiles_of
from synpunkt.http.uploads import origin
from synpunkt.names import in_alphabetical_order


def desk_page(settings: StaffApiSettings, language: str) -> Response[str]:
    """The page. Where the user pool has pages of its own, people log in there; locally, by password here."""
    hosted = settings.hosted_login
    return page(
        "desk.html",
        language,
        public_url=settings.public_url,
        stage=settings.stage,
        other_lang_url=f"/desk/?lang={'en' if language == 'sv' else 'sv'}",
        login={
            "client": settings.desk_client_id,
            "hosted": hosted or None,
            "password_at": None if hosted else "/_dev/login",
        },
        facts={
            "tiles": tiles_of(settings.tile_url, settings.tile_attribution),
            "municipalities": [{"code": each.code, "name": each.name} for each in in_alphabetical_order()],
        },
        also_from=[origin(settings.quarantine_bucket), *origin_of(hosted), *origin_of(settings.tile_url)],
    )
