"""Where the local stack keeps what, and its fixed names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
STAGE = "local"
REGION = "eu-north-1"
ACCOUNT = "000000000000"
MAIL_FROM = "synpunkt@synpunkt.example"
REPLY_TO = "svar@synpunkt.example"
EMULATOR_PYTHON = ROOT / ".venv-emulator" / "bin" / "python"
WEB = ROOT / "build" / "web"


class CannotRun(Exception):
    """Something the person at the keyboard can put right; the message is one clear sentence."""


def named(name: str) -> str:
    """The full name of a stage's resource, as the templates make it."""
    return f"synpunkt-{STAGE}-{name}"


def bucket(name: str) -> str:
    """The full name of a bucket: bucket names are shared by the whole world, hence the account."""
    return f"{named(name)}-{ACCOUNT}"


def topic_arn(code: str) -> str:
    """The topic a claimed municipality's events go to."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{named(f'municipality-{code}')}"


def queue_arn(name: str) -> str:
    """The address of one of the stage's queues."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{named(name)}"


@dataclass(frozen=True)
class Folders:
    """The folders and files under the state directory."""

    state: Path

    @property
    def emulator(self) -> Path:
        """The emulator's own snapshot, written on a clean stop."""
        return self.state / "emulator"

    @property
    def objects(self) -> Path:
        """What the buckets hold."""
        return self.state / "objects"

    @property
    def temporary(self) -> Path:
        """Unpacked functions and layers; emptied at every start."""
        return self.state / "tmp"

    @property
    def log(self) -> Path:
        """The emulator's log, functions' output included."""
        return self.state / "emulator.log"

    @property
    def process(self) -> Path:
        """Who the running emulator is, so that an orphan can be recognised."""
        return self.state / "emulator.json"

    @property
    def stack(self) -> Path:
        """Endpoint, names and credentials, for operator commands and tests."""
        return self.state / "stack.json"

    @property
    def outbox(self) -> Path:
        """Every message sent since the last reset, one JSON object a line."""
        return self.state / "outbox.jsonl"

    def make(self) -> None:
        """Creates what is missing."""
        for folder in (self.state, self.emulator, self.objects, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o700)
