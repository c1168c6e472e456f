"""The cookie by which a browser is known again: an id of its own, signed, for 180 days."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from itsdangerous import BadSignature, Signer, TimestampSigner
from starlette.requests import cookie_parser

COOKIE_SECONDS: Final = 180 * 24 * 3600
SECRET_LENGTH: Final = 32
"""The least number of characters that a secret must have."""

_NAME: Final = "speko_visitor"
_ID_BYTES: Final = 16


class VisitorCookie:
    """Makes and reads the cookie; whoever knows ``secret`` could be any visitor.

    ``secure`` says that the browser came by HTTPS. Then the cookie's name says so as well, and
    browsers take it from this very host only: no neighbour under the same domain can set it.
    """

    def __init__(self, secret: str) -> None:
        self._signer = TimestampSigner(secret, salt="visitor", digest_method=hashlib.sha256)
        self._forgetting = Signer(secret, salt="forget", digest_method=hashlib.sha256)

    def visitor_in(self, header: str, *, secure: bool) -> str | None:
        """The id in a Cookie header; None where it has none that was signed here and in time.

        Browsers send the secure one by HTTPS only, so it counts even where a proxy did not say so.
        """
        cookies = cookie_parser(header)
        value = cookies.get(_name(secure=True)) or ("" if secure else cookies.get(_name(secure)))
        try:
            return self._signer.unsign(value or "", max_age=COOKIE_SECONDS).decode()
        except (BadSignature, UnicodeError):
            return None

    def for_visitor(self, visitor: str, *, secure: bool) -> str:
        """The Set-Cookie header for this id, good for 180 days from now."""
        return _set_cookie(self._signer.sign(visitor).decode(), COOKIE_SECONDS, secure)

    def forget_token(self, visitor: str) -> str:
        """What a link must bring along to have this browser forgotten: only its own pages have it.

        Else any page in the web could lead a visitor to that link, and away from their sessions.
        """
        return self._forgetting.get_signature(visitor).decode()

    def may_forget(self, visitor: str, token: str) -> bool:
        """Whether the token is this visitor's."""
        return self._forgetting.verify_signature(visitor, token.encode())


def new_visitor() -> str:
    """An id for a browser that has none yet."""
    return secrets.token_hex(_ID_BYTES)


def removal(*, secure: bool) -> str:
    """The Set-Cookie header that takes the cookie away."""
    return _set_cookie("", 0, secure)


def kept_secret(path: Path) -> str:
    """The secret in this file, which only the process's own user may read; made where missing.

    Several processes may call this at once: all get the same. Raises OSError where the file can
    neither be read nor made, or holds no secret of ours.
    """
    with suppress(FileExistsError, FileNotFoundError):
        if not path.exists():
            _make(path, secrets.token_urlsafe(SECRET_LENGTH))
    path.chmod(0o600)
    secret = path.read_text("ascii", errors="replace").strip()
    if len(secret) < SECRET_LENGTH:
        raise OSError(f"{path} does not hold {SECRET_LENGTH} characters")
    return secret


def _make(path: Path, secret: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secret)
        # Unlike a rename, a link never replaces what another process has just put there.
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _name(secure: bool) -> str:
    return f"__Host-{_NAME}" if secure else _NAME


def _set_cookie(value: str, seconds: int, secure: bool) -> str:
    attributes = f"Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax"
    return f"{_name(secure)}={value}; {attributes}" + ("; Secure" if secure else "")
