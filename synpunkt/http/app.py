"""The resolver of an HTTP room: validation, OpenAPI, and every error as problem+json."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from synpunkt.errors import what_and_where
from synpunkt.http.conditional import conditional, may_read_anywhere, readable_anywhere
from synpunkt.http.problem import MEDIA_TYPE, Problem, not_found
from synpunkt.http.validation import malformed_json, problem_of
from synpunkt.stores.dynamo import Busy
from synpunkt.texts import LANGUAGES, best_language

logger = Logger()


class _JsonOnly(OpenAPIRequestValidationMiddleware):
    """Powertools' validation, of JSON alone: it would read a form as JSON with other fields than were sent.

    Routes that take forms, or files, read the event themselves and never come here.
    """

    def _get_body(self, app: Any) -> dict[str, Any]:
        told = app.current_event.headers.get("content-type", "").partition(";")[0].strip().lower()
        if told not in ("", "application/json"):
            raise RequestUnsupportedContentType("only JSON", errors=[])
        return self._parse_json_data(app)


class Api(APIGatewayRestResolver):
    """Powertools' resolver, of JSON alone where a body is validated, plus the caller's language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._request_validation_middleware = _JsonOnly()  # type: ignore[no-untyped-call]

    @property
    def language(self) -> str:
        """The language to answer in: `?lang=`, else Accept-Language, else Swedish."""
        asked = self.current_event.get_query_string_value("lang", "")
        return asked if asked in LANGUAGES else best_language(self.header("accept-language"))

    def header(self, name: str) -> str | None:
        """A request header, whatever its case."""
        return self.current_event.headers.get(name)

    def problem(self, problem: Problem) -> Response[Any]:
        """The answer to a request that cannot be done."""
        if self.current_event.path.startswith("/open311"):
            # Imported here: most rooms never speak it.
            from synpunkt.http.open311 import problem_answer

            return problem_answer(self, problem)
        if not self.current_event.path.startswith("/api"):
            # Imported here: rooms without pages should not pay for templates.
            from synpunkt.http.pages import problem_page

            return problem_page(problem.model(self.language), self.language)
        return Response(
            status_code=problem.status,
            content_type=MEDIA_TYPE,
            body=problem.model(self.language).model_dump_json(exclude_defaults=True),
            headers={"Cache-Control": "no-store", "Content-Language": self.language, **problem.headers},
        )


def make_api() -> Api:
    """A resolver that validates, documents, and never lets an exception out as anything but a problem."""
    api = Api(enable_validation=True)

    def problem(error: Problem) -> Response[Any]:
        return api.problem(error)

    def invalid(error: RequestValidationError | ValidationError) -> Response[Any]:
        # What the body should have been is the only thing that validation keeps in the route.
        route = api.context.get("_route")
        bodies = route.dependant.body_params if route else []
        return api.problem(problem_of(error.errors(), bodies[0].type_ if len(bodies) == 1 else None))

    def unreadable(_: Exception) -> Response[Any]:
        return api.problem(malformed_json())

    def wrong_media_type(_: RequestUnsupportedContentType) -> Response[Any]:
        return api.problem(Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"))

    def value_error(error: ValueError) -> Response[Any]:
        # The decoder raises it for numbers of thousands of digits; from anywhere else it is our own mistake.
        frames = traceback.extract_tb(error.__traceback__)
        return unreadable(error) if frames and "json" in Path(frames[-1].filename).parts else unexpected(error)

    def busy(_: Busy) -> Response[Any]:
        return api.problem(Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too_busy"))

    def unexpected(error: Exception) -> Response[Any]:
        logger.error("unexpected error", extra=what_and_where(error))
        return api.problem(Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error"))

    def nothing_here(_: NotFoundError) -> Response[Any]:
        return api.problem(not_found())

    api.exception_handler(Problem)(problem)
    api.exception_handler([RequestValidationError, ValidationError])(invalid)
    api.exception_handler([RecursionError, UnicodeDecodeError])(unreadable)
    api.exception_handler(RequestUnsupportedContentType)(wrong_media_type)
    api.exception_handler(ValueError)(value_error)
    api.exception_handler(Busy)(busy)
    api.exception_handler(Exception)(unexpected)
    api.not_found(nothing_here)
    return api


def lambda_handler(api: Api, *, public: bool = False) -> Callable[[Mapping[str, Any], LambdaContext], dict[str, Any]]:
    """The Lambda entry point of an HTTP room. `public`: scripts of any site may read what it tells everybody."""

    def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        if public and (leave := may_read_anywhere(event)):
            return leave
        head = event["httpMethod"] == "HEAD"
        answer = conditional(event, api.resolve({**event, "httpMethod": "GET"} if head else dict(event), context))
        if public:
            answer = readable_anywhere(event, answer)
        # The same answer without its body: uptime checks and link previews ask so.
        return {**answer, "body": "", "isBase64Encoded": False} if head else answer

    return handler
