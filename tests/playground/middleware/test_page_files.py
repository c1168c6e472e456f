"""Streamlit's page files: known ones at once, everything else by Streamlit itself."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from playground.middleware.page_files import PageFiles, pack

SCRIPT = "run();" * 1000


@pytest.fixture
def files(tmp_path: Path) -> PageFiles:
    """Four files, and behind them an application that says 418."""
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "index.abc.js").write_text("run()")
    (tmp_path / "static" / "js" / "charts.js").write_text(SCRIPT)
    (tmp_path / "static" / "font.woff2").write_bytes(b"\0font")
    (tmp_path / "secret.txt").write_text("not served")

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    packed: dict[Path, bytes] = {}
    pack(tmp_path / "static", packed)
    return PageFiles(behind, tmp_path / "static", packed)


async def ask(files: PageFiles, path: str, method: str = "GET", **headers: str) -> Any:
    """Status, headers and body of the answer."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named}
    await files(scope, _never, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


async def _never() -> Any:
    raise AssertionError("A file needs no body of the request.")


async def test_a_script_comes_whole_and_is_kept_by_the_browser(files: PageFiles) -> None:
    status, headers, body = await ask(files, "/static/js/index.abc.js")
    assert (status, body) == (200, b"run()")
    assert headers[b"content-type"] in {b"text/javascript", b"application/javascript"}
    assert headers[b"content-length"] == b"5"
    assert headers[b"cache-control"] == b"public, immutable, max-age=31536000"


async def test_a_font_comes_byte_by_byte(files: PageFiles) -> None:
    assert (await ask(files, "/static/font.woff2"))[2] == b"\0font"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/static/js/gone.js",
        "/static/js",
        "/static/../secret.txt",
        "/static/js/../../secret.txt",
        "//static/font.woff2",
        "/_stcore/health",
    ],
)
async def test_anything_else_is_left_to_streamlit(path: str, files: PageFiles) -> None:
    assert (await ask(files, path))[0] == 418


async def test_parts_conditions_and_other_methods_are_left_to_streamlit(files: PageFiles) -> None:
    path = "/static/js/index.abc.js"
    assert (await ask(files, path, range="bytes=0-2"))[0] == 418
    assert (await ask(files, path, if_none_match='"x"'))[0] == 418
    assert (await ask(files, path, "HEAD"))[0] == 418
    assert (await ask(files, path, "POST"))[0] == 418


@pytest.mark.parametrize("accepted", ["gzip", "br;q=1.0, gzip;q=0.8", "deflate, GZIP", "gzip;q=1"])
async def test_a_large_script_is_packed_for_a_browser_that_takes_it(
    accepted: str, files: PageFiles
) -> None:
    status, headers, body = await ask(files, "/static/js/charts.js", accept_encoding=accepted)
    assert (status, gzip.decompress(body)) == (200, SCRIPT.encode())
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == str(len(body)).encode()
    assert headers[b"vary"] == b"accept-encoding"
    assert headers[b"cache-control"] == b"public, immutable, max-age=31536000"
    assert len(body) < len(SCRIPT) / 10


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0", "identity"])
async def test_others_get_it_as_it_is(accepted: str, files: PageFiles) -> None:
    _, headers, body = await ask(files, "/static/js/charts.js", accept_encoding=accepted)
    assert body == SCRIPT.encode()
    assert b"content-encoding" not in headers
    assert headers[b"vary"] == b"accept-encoding"


async def test_what_gains_nothing_is_never_packed(files: PageFiles) -> None:
    for path in ("/static/js/index.abc.js", "/static/font.woff2"):
        _, headers, _ = await ask(files, path, accept_encoding="gzip")
        assert b"content-encoding" not in headers
