"""The world of the component tests serves the contract tests, too; how many inputs were tried is printed last."""

from __future__ import annotations

import pytest

from tests.component.conftest import world

__all__ = ["TRIED", "world"]

TRIED = "inputs tried"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many inputs schemathesis tried in the two passes, on all workers together."""
    counts: dict[str, int] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == TRIED:
                which = report.nodeid.partition("::")[2].partition("[")[0]
                counts[which] = counts.get(which, 0) + int(value)
    for which, count in counts.items():
        terminalreporter.write_line(f"{which}: {count} inputs tried")
