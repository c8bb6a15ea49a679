"""Where Chalice and Lambda begin: the app and each function by the name it has in the template."""

from functions.bridge.app import app, on_hosted, on_inbox, on_schedule

__all__ = ["app", "on_hosted", "on_inbox", "on_schedule"]
