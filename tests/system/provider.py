"""A municipality's own OpenID Connect login, as small as one can be: it lets in whomever the test names."""

from __future__ import annotations

import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

from tests.tokens import key_set, private_key

CLIENT, SECRET, KID = "synpunkt", "a secret between two", "provider"


class Provider:
    """Runs on a port of its own. `email`: who is sitting at the keyboard."""

    def __init__(self) -> None:
        self.email = ""
        self.codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()

    def discovery(self) -> dict[str, Any]:
        """Where everything is."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes once the person has logged in."""
        assert (query["client_id"], query["response_type"]) == (CLIENT, "code")
        code = secrets.token_urlsafe()
        self.codes[code] = {"redirect_uri": query["redirect_uri"], "nonce": query.get("nonce", "")}
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Who it was, for the one who knows the secret, once."""
        assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
        begun = self.codes.pop(form["code"])
        assert begun["redirect_uri"] == form["redirect_uri"]
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "sub": f"id-of-{self.email}", "email": self.email, "iat": now}
        token = jwt.encode({**said, "exp": now + 300}, private_key(KID), algorithm="RS256", headers={"kid": KID})
        return {"access_token": "none", "token_type": "Bearer", "id_token": token, "expires_in": 300}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.end_headers()
            elif parts.path == "/jwks":
                self._answer(key_set(KID))
            else:
                self._answer(provider.discovery())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(provider.token({name: values[0] for name, values in parse_qs(body).items()}))

        def _answer(self, told: Any) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
