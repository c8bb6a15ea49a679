"""The world of the component tests serves the contract tests, too."""

from tests.component.conftest import world

__all__ = ["world"]
