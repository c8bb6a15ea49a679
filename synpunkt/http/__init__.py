"""What every HTTP room shares: the resolver, problem+json, validation in the caller's language, and pages."""

from synpunkt.http.app import Api, make_api
from synpunkt.http.problem import FieldError, Problem

__all__ = ["Api", "FieldError", "Problem", "make_api"]
