"""Ways into back offices. An adapter is a module with `make(config, secrets, tools)`; docs/bridge.md says how to write
one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from functions.bridge.adapters.base import Adapter, Case, NotSent, Place, Receipt, Refused, Reporter, Tools, Uncertain

__all__ = ["Adapter", "Case", "NotSent", "Place", "Receipt", "Refused", "Reporter", "Tools", "Uncertain", "adapter"]

_BUILT_IN = {
    "open311": "functions.bridge.adapters.open311",
    "mail": "functions.bridge.adapters.mail",
    "csv": "functions.bridge.adapters.csv_drop",
    # What `python -m infra.bridge --adapter FILE` puts into the zip.
    "own": "own_adapter",
}


def adapter(name: str, config: Mapping[str, Any], secrets: Mapping[str, str], tools: Tools) -> Adapter:
    """The adapter of that name. Raises `ValueError` for a name nobody knows, or what its `make` cannot use."""
    if name not in _BUILT_IN:
        raise ValueError(f"ADAPTER is one of {', '.join(_BUILT_IN)}")
    return cast(Adapter, import_module(_BUILT_IN[name]).make(config, secrets, tools))
