"""An endpoint that does what docs/events.md asks for, with nothing but Python: `webhook_receiver.py PORT SECRET_FILE`.

Prints each new event on a line. A real one would store it where this one prints, and work on it after the answer.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

port, secret_file = int(sys.argv[1]), Path(sys.argv[2])
seen: set[str] = set()


def signed(headers: dict[str, str], body: bytes) -> bool:
    """Whether one of the signatures is ours, and younger than five minutes; without the headers none is."""
    key = base64.b64decode(secret_file.read_text().strip().removeprefix("whsec_"))
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not re.fullmatch(r"[0-9]{1,15}", timestamp) or abs(time.time() - int(timestamp)) > 300:
        return False
    made = base64.b64encode(hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest())
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(each.encode(), b"v1," + made) for each in given)


class Endpoint(BaseHTTPRequestHandler):
    """Takes what it is sent."""

    def do_POST(self) -> None:
        """Answers the challenge, refuses what is not signed, and takes each event once."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            message = json.loads(body)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self.answer(400, {})
        elif message.get("type") == "Challenge":
            self.answer(200, {"challenge": str(message.get("challenge"))})
        elif not signed({name.lower(): value for name, value in self.headers.items()}, body):
            self.answer(401, {})
        else:
            if message["event_id"] not in seen:
                seen.add(message["event_id"])
                print(body.decode(), flush=True)
            self.answer(200, {})

    def answer(self, status: int, content: dict[str, str]) -> None:
        """One answer."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", port), Endpoint).serve_forever()
