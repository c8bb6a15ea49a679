"""What starts the bridge: its queues, its clock and two addresses, as Chalice wants them, in one file."""

from __future__ import annotations

from chalice.app import Chalice, CloudWatchEvent, Response, SQSEvent

from functions.bridge import doors, edge, room
from functions.bridge.incoming import Malformed, unwrapped

app = Chalice(app_name="synpunkt-bridge")


# One message at a time: Chalice's mapping cannot tell which of a batch failed, so a failure would send all of it again.
@app.on_sqs_message(queue="${Inbox.QueueName}", batch_size=1, maximum_concurrency=2)
@edge.told("inbox")
def on_inbox(event: SQSEvent) -> None:
    """Takes one event. What is raised comes again, and ends in the dead letters; what cannot be read, at once."""
    for record in event:
        try:
            room.taking().take(unwrapped(record.body))
        except Malformed as error:
            edge.log("malformed", code=str(error))
            room.dead().put([record.body])
        except Exception:
            # What is raised comes again when the queue shows it again; sooner at first than the queue would.
            room.inbox().show_again(record.receipt_handle, received=record.to_dict()["attributes"])
            raise


# What is laid in the inbox twice is taken once, so a batch that fails whole does no harm here. Chalice can name queues
# of our own account alone: which one it is stands in infra/bridge/resources.json.
@app.on_sqs_message(queue_arn="arn:aws:sqs:eu-north-1:000000000000:named-by-a-parameter", batch_size=10)
@edge.told("hosted")
def on_hosted(event: SQSEvent) -> None:
    """Brings what waits in the queue that Synpunkt keeps into our own, which has dead letters."""
    room.inbox().put([record.body for record in event])


@app.schedule("rate(5 minutes)")
@edge.told("schedule")
def on_schedule(event: CloudWatchEvent) -> None:
    """Asks the back office about what is open, and tells what is new."""
    room.following().run(room.settings().poll_at_most, room.seconds_left(event.context))


@app.route("/events", methods=["POST"])
def take_event() -> Response:
    """Synpunkt's webhook: what is signed is laid in the inbox."""
    return doors.answered(doors.event, app.current_request)


@app.route("/status", methods=["POST"])
def take_status() -> Response:
    """What a back office says of one of its own, signed."""
    return doors.answered(doors.status, app.current_request)
