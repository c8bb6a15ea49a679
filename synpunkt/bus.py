"""Events on their way: from the bus through a queue to one room, with retries for each record alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from events import Envelope, parse
from synpunkt.errors import what_and_where

LambdaHandler = Callable[[Mapping[str, Any], LambdaContext], Mapping[str, Any]]


def queue_handler(handle: Callable[[Any], None]) -> LambdaHandler:
    """A Lambda entry point that gives `handle` the JSON of each SQS record.

    A record whose handling raises goes back to its queue, and to the dead-letter queue in the end; the others of
    its batch are done.
    """
    logger = Logger()
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def one(record: SQSRecord) -> None:
        try:
            handle(json.loads(record.body))
        except Exception as error:
            # The type and place only: a message may quote what somebody wrote.
            told = {"message_id": record.message_id, "tries": record.attributes.approximate_receive_count}
            logger.error("not handled, back to the queue", extra={**told, **what_and_where(error)})
            raise

    def handler(event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, Any]:
        if not event["Records"]:
            # Somebody starts the function ahead of its first record.
            return {"batchItemFailures": []}
        return process_partial_response(event=dict(event), record_handler=one, processor=processor, context=context)

    return handler


def event_handler(handle: Callable[[Envelope], None]) -> LambdaHandler:
    """A Lambda entry point that gives `handle` each event of ours, as it came over the bus."""
    logger = Logger()

    def one(message: Mapping[str, Any]) -> None:
        event = parse(message["detail"])
        logger.info("event", event_type=event.type, event_id=event.event_id, case_id=event.case_id)
        handle(event)

    return queue_handler(one)
