"""One private stack for all system tests; a test that stops and starts it leaves it running."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from infra.local.harness import PrivateStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateStack]:
    """The running stack: `url`, `client("sqs")`, `about`, `workers(...)`, `stop()`, `start()`."""
    private = PrivateStack(tmp_path_factory.mktemp("stack"))
    seconds = private.start()
    print(f"\nthe private stack was ready after {seconds:.1f} s")
    yield private
    private.stop()


@pytest.fixture
def http(stack: PrivateStack) -> Iterator[httpx.Client]:
    """A client that speaks to the stack's front."""
    with httpx.Client(base_url=stack.url, timeout=60) as client:
        yield client
