"""Counting what an operator wants to be woken for."""

from functools import cache

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit


def count(metric: str, value: int = 1) -> None:
    """Adds to a metric of the room, written at once so that nothing is lost with the process."""
    _metrics().add_metric(name=metric, unit=MetricUnit.Count, value=value)
    _metrics().flush_metrics()


@cache
def _metrics() -> Metrics:
    return Metrics()
