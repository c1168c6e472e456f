"""Every format makes its file of one session and of many, under a name that any system takes."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from playground.exports.formats import FORMATS, Format, slug
from tests.turns import conversation, turn

ONE = conversation(turn("a"), title="会议: leases / deposits?")
MANY = [ONE, conversation(turn("z", conversation_id="e"), id="e", title="会议: leases / deposits?")]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.key)
def test_a_format_makes_a_file_of_one_and_of_many(form: Format) -> None:
    assert b"Answer to a." in form.file([ONE])
    assert form.file_name(ONE.title, 1) == f"speko-会议-leases-deposits.{form.ending}"
    content, name = form.file(MANY), form.file_name("", 2)
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert len({*archive.namelist()}) == 2
            assert b"Answer to z." in archive.read(archive.namelist()[1])
        assert form.mime_of(2) == "application/zip"
    else:
        assert b"Answer to a." in content
        assert b"Answer to z." in content
        assert name == f"speko-2-sessions.{form.ending}"


def test_many_sessions_are_one_json_file() -> None:
    form = next(each for each in FORMATS if each.key == "json")
    assert [each["id"] for each in json.loads(form.file(MANY))["sessions"]] == ["c", "e"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("", "session"), ("../../etc/passwd", "etc-passwd"), ("?!", "session"), ("A" * 99, "a" * 40)],
)
def test_a_title_becomes_a_safe_name(title: str, name: str) -> None:
    assert slug(title) == name
