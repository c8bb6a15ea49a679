"""The templates, expanded once for all infrastructure tests."""

from __future__ import annotations

import pytest

from infra.expand import Stack, exports_of, resolved


@pytest.fixture(scope="session")
def data() -> Stack:
    """What must survive, in a cloud stage."""
    return resolved("data")


@pytest.fixture(scope="session")
def app(data: Stack) -> Stack:
    """What runs, in a cloud stage."""
    return resolved("app", exports=exports_of(data))


@pytest.fixture(scope="session")
def local_app(data: Stack) -> Stack:
    """What runs, in the local stage."""
    return resolved("app", stage="local", exports=exports_of(resolved("data", stage="local")))
