"""The public event contract: what every receiver may rely on."""

from events.contract import DATA, SOURCE, Envelope, parse

__all__ = ["DATA", "SOURCE", "Envelope", "parse"]
