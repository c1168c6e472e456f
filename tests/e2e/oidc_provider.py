"""A sign-in service on loopback that speaks OpenID Connect: whoever asks chooses who they are."""

from __future__ import annotations

import json
import secrets
import time
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.loopback_server import LoopbackServer

CLIENT = "playground"


class Provider(LoopbackServer):
    """Its page offers each user as a link; ``users`` are subjects with their e-mail addresses."""

    def __init__(self, users: dict[str, str]) -> None:
        self.users = users
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1"})
        self.nonces: dict[str, tuple[str, str]] = {}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """The discovery document, the keys, the page that asks who one is, a code for a token."""
        url = urlsplit(request.path)
        if request.command == "POST":
            body = request.rfile.read(int(request.headers["content-length"])).decode()
            token = self.id_token(parse_qs(body)["code"][0])
            _json(request, {"access_token": "a", "token_type": "Bearer", "id_token": token})
        elif url.path == "/.well-known/openid-configuration":
            _json(
                request,
                {
                    "issuer": self.base_url,
                    "authorization_endpoint": f"{self.base_url}/authorize",
                    "token_endpoint": f"{self.base_url}/token",
                    "jwks_uri": f"{self.base_url}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                },
            )
        elif url.path == "/keys":
            _json(request, {"keys": [self.key.as_dict(private=False)]})
        elif url.path == "/favicon.ico":
            _send(request, "image/svg+xml", "<svg xmlns='http://www.w3.org/2000/svg'/>")
        else:
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            links = [self._link(subject, asked) for subject in self.users]
            _send(request, "text/html", "<p>Who are you?</p>" + "".join(links))

    def id_token(self, code: str) -> str:
        """What says who signed in with this code."""
        subject, nonce = self.nonces.pop(code)
        now = int(time.time())
        claims = {
            "iss": self.base_url,
            "sub": subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 3600,
            "nonce": nonce,
            "email": self.users[subject],
        }
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)

    def _link(self, subject: str, asked: dict[str, str]) -> str:
        code = secrets.token_hex(8)
        self.nonces[code] = subject, asked["nonce"]
        query = urlencode({"code": code, "state": asked["state"]})
        return f'<a href="{asked["redirect_uri"]}?{query}">{subject}</a> '


def _json(request: BaseHTTPRequestHandler, value: Any) -> None:
    _send(request, "application/json", json.dumps(value))


def _send(request: BaseHTTPRequestHandler, kind: str, text: str) -> None:
    body = text.encode()
    request.send_response(200)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
