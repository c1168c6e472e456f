"""A sign-in service on loopback that speaks OpenID Connect: whoever asks chooses who they are."""

from __future__ import annotations

import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "playground"


class Provider:
    """Its page offers each user as a link; ``users`` are subjects with their e-mail addresses."""

    def __init__(self, users: dict[str, str]) -> None:
        self.users = users
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1"})
        self.nonces: dict[str, tuple[str, str]] = {}
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def id_token(self, code: str) -> str:
        """What says who signed in with this code."""
        subject, nonce = self.nonces.pop(code)
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 3600,
            "nonce": nonce,
            "email": self.users[subject],
        }
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        """The discovery document, the keys, and the page that asks who one is."""
        url, provider = urlsplit(self.path), self.provider
        if url.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": provider.url,
                    "authorization_endpoint": f"{provider.url}/authorize",
                    "token_endpoint": f"{provider.url}/token",
                    "jwks_uri": f"{provider.url}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            )
        elif url.path == "/keys":
            self._json({"keys": [provider.key.as_dict(private=False)]})
        elif url.path == "/favicon.ico":
            self._send("image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>")
        else:
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            links = [self._link(subject, asked) for subject in provider.users]
            self._send("text/html", "<p>Who are you?</p>" + "".join(links))

    def do_POST(self) -> None:
        """A code for a token."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        token = self.provider.id_token(parse_qs(body)["code"][0])
        self._json({"access_token": "a", "token_type": "Bearer", "id_token": token})

    def _link(self, subject: str, asked: dict[str, str]) -> str:
        code = secrets.token_hex(8)
        self.provider.nonces[code] = subject, asked["nonce"]
        query = urlencode({"code": code, "state": asked["state"]})
        return f'<a href="{asked["redirect_uri"]}?{query}">{subject}</a> '

    def _json(self, value: Any) -> None:
        self._send("application/json", json.dumps(value))

    def _send(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
