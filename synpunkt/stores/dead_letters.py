"""Dead letters: what a room gave up on, kept until somebody sends it back."""

from __future__ import annotations

import boto3


def redrive(queue: str) -> int:
    """Moves every message of `<queue>-dead` back to `<queue>` and answers how many.

    A message is taken from the dead letters only after its queue has it, so nothing is lost on the way; one that is
    sent twice does no harm, because the rooms are idempotent. Raises `KeyError` when one of the two is not there.
    """
    sqs = boto3.client("sqs")
    try:
        target = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        dead = sqs.get_queue_url(QueueName=f"{queue}-dead")["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist as error:
        raise KeyError(queue) from error
    moved = 0
    while received := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10).get("Messages", []):
        for message in received:
            sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved
