"""Files that mean harm, or are damaged, end in a sentence; what is whole beside them stays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

import pytest

from playground.imports import elements, files, foreign, reading, tree
from playground.imports.foreign import BrokenError, ImportFileError
from playground.imports.reading import Ended, Found
from tests.playground.imports.exports_of_others import (
    as_json,
    as_read,
    as_zip,
    chatgpt,
    chatgpt_branched,
    claude,
    found_in,
    messages,
    node,
)


def _titles(found: list[Found | Ended]) -> list[str]:
    return [each.title for each in found if isinstance(each, Found) and each.woven]


def _problems(found: list[Found | Ended]) -> list[str]:
    return [each.problem for each in found if each.problem]


def _broken(found: list[Found | Ended]) -> list[str]:
    return [each.title for each in found if isinstance(each, Found) and each.problem]


def test_one_broken_conversation_does_not_take_the_others_along() -> None:
    circle = chatgpt(node("a", "a", "user", "x"), title="Round and round")
    no_tree = chatgpt_branched(title="Gone", mapping=None)
    found = found_in(as_json(circle, chatgpt_branched(title="One"), no_tree, claude(name="Two")))
    assert _titles(found) == ["One", "Two"]
    assert _broken(found) == ["Round and round", "Gone"]


def test_a_value_that_is_no_json_does_not_take_the_others_along() -> None:
    whole = json.dumps(chatgpt_branched(title="Whole"))
    found = found_in(f'[{{"mapping": oops}}, {whole}, {{"mapping": NaN}}]'.encode())
    assert _titles(found) == ["Whole"]
    assert [problem.partition(":")[0] for problem in _problems(found)] == [
        "It is not valid JSON"
    ] * 2
    assert "NaN is no number" in _problems(found)[1]


def test_a_broken_line_does_not_take_the_others_along() -> None:
    lines = [json.dumps(messages(title="One")), '{"messages": [', json.dumps(messages(title="Two"))]
    found = found_in("\n".join(lines).encode())
    assert _titles(found) == ["One", "Two"]
    assert len(_problems(found)) == 1


def test_a_file_that_is_cut_off_gives_what_came_before() -> None:
    data = as_json(chatgpt_branched(title="One"), chatgpt_branched(title="Two"))
    found = found_in(data[:-30])
    assert _titles(found) == ["One"]
    assert "cut off" in _problems(found)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    text = json.dumps([chatgpt_branched(title="你好 Ünï")], ensure_ascii=False)
    assert _titles(found_in(text.encode(encoding))) == ["你好 Ünï"]


def test_another_encoding_is_a_sentence() -> None:
    text = json.dumps([chatgpt_branched(title="Grüße")], ensure_ascii=False)
    assert "UTF-8" in _problems(found_in(text.encode("latin-1")))[0]


def test_what_no_database_can_hold_is_replaced() -> None:
    made = as_read(chatgpt(node("u\0", None, "user", "a\0b\ud800c"), title="x\0\udfffy"))
    assert made.conversation.turns[0].message == "a�b�c"
    assert made.conversation.title == "x��y"
    made.conversation.model_dump_json().encode()


@pytest.mark.parametrize("time", [float("inf"), 1e999, -1e30, 10**300, "99999-01-01", True, [], ""])
def test_a_time_that_is_none_is_as_if_it_were_missing(time: object) -> None:
    made = as_read(chatgpt_branched(create_time=time, update_time=time))
    assert made.conversation.created_at.year == 2025
    assert made.conversation.updated_at.year == 2025


def test_json_that_is_nested_too_deeply_is_a_sentence() -> None:
    deep = '{"mapping":' * 50_000 + "1" + "}" * 50_000
    found = found_in(f"[{deep}, {json.dumps(claude())}]".encode())
    assert _titles(found) == ["Two cities"]
    assert "nested too deeply" in _problems(found)[0]


def test_a_million_messages_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "MOST_MESSAGES", 100)
    row = [node(f"n{n}", f"n{n - 1}" if n else None, "user", "x") for n in range(101)]
    with pytest.raises(BrokenError, match="more than 100 messages"):
        as_read(chatgpt(*row))


def test_branches_that_repeat_what_they_share_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_STEPS", 1_000)
    chain = [node(f"n{n}", f"n{n - 1}" if n else None, "assistant", "x") for n in range(100)]
    comb = [node(f"m{n}", f"n{n}", "user", "x") for n in range(100)]
    with pytest.raises(BrokenError, match="too large"):
        as_read(chatgpt(*chain, *comb))


def test_a_value_that_is_too_large_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elements, "MOST_LETTERS", 1_000)
    with pytest.raises(ImportFileError, match="too large to be a conversation"):
        [*elements.elements([b'[{"mapping": "', *[b"x" * 900] * 3])]
    with pytest.raises(ImportFileError, match="too long"):
        [*elements.elements([b'{"a": 1}\n', b"x" * 900, b"x" * 900])]


def test_too_many_values_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_VALUES", 3)
    found = found_in(as_json(*[chatgpt_branched()] * 5))
    assert len(_titles(found)) == 3
    assert "more than 3 entries" in _problems(found)[0]


def test_a_zip_of_many_files_is_one_export() -> None:
    packed = as_zip(
        {
            "export/conversations-000.json": as_json(chatgpt_branched(title="One")),
            "export/conversations-001.json": as_json(chatgpt_branched(title="Two")),
            "export/user.json": b'{"id": "user-1", "email": "a@b.c"}',
            "export/message_feedback.json": b'[{"id": "f1", "rating": "thumbs_up"}]',
            "export/chat.html": b"<html>not read</html>",
            "export/file-abc.png": b"no image",
            "__MACOSX/export/._conversations-000.json": b"\0\0\0\0",
            "../../etc/conversations.json": as_json(claude(name="Three")),
        }
    )
    assert _titles(found_in(packed)) == ["One", "Two", "Three"]


def test_a_damaged_file_in_a_zip_does_not_take_the_others_along() -> None:
    packed = bytearray(
        as_zip({"a.json": as_json(chatgpt_branched()), "b.json": as_json(claude(name="B"))})
    )
    place = packed.index(b"a.json") + len("a.json") + 20
    packed[place : place + 8] = b"\xff" * 8
    found = found_in(bytes(packed))
    assert _titles(found) == ["B"]
    assert "damaged" in _problems(found)[0]


def _zip_bomb() -> bytes:
    return as_zip({"conversations.json": b"[" + b" " * 30_000_000 + b"]"})


def test_a_zip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = _zip_bomb()
    assert len(bomb) < 100_000

    def opened(*_: object) -> Iterator[bytes]:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr(files, "_pieces", opened)
    with pytest.raises(ImportFileError, match="far more than text does"):
        found_in(bomb)


def test_a_zip_with_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 1_000)
    with pytest.raises(ImportFileError, match="MB of JSON"):
        found_in(as_zip({"a.json": b" " * 600, "b.json": b" " * 600}))
    with pytest.raises(ImportFileError, match="MB of JSON"):
        found_in(b" " * 1_001)
    monkeypatch.setattr(files, "MOST_FILES", 1)
    with pytest.raises(ImportFileError, match="2 files"):
        found_in(as_zip({"a.png": b"", "b.json": b""}))


def test_a_zip_that_says_less_than_it_has_is_damaged() -> None:
    packed = bytearray(as_zip({"a.json": as_json(chatgpt_branched())}))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        size = archive.getinfo("a.json").file_size.to_bytes(4, "little")
    while (place := packed.find(size)) >= 0:
        packed[place : place + 4] = (50).to_bytes(4, "little")
    assert _titles(found_in(bytes(packed))) == []


def test_a_zip_without_json_and_a_damaged_one_are_sentences() -> None:
    with pytest.raises(ImportFileError, match="no JSON file"):
        found_in(as_zip({"chat.html": b""}))
    packed = as_zip({"a.json": b"[]"})
    with pytest.raises(ImportFileError, match="damaged"):
        found_in(b"x" * 10 + packed[:20] + b"\xff" * 30 + packed[-22:])
    with pytest.raises(ImportFileError, match="not whole"):
        found_in(packed[:40])


def test_a_zip_with_a_password_is_a_sentence() -> None:
    packed = bytearray(as_zip({"a.json": b"[]"}))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + flags] |= 1
    assert "password" in _problems(found_in(bytes(packed)))[0]


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"[]", b"{}", b"[1, 2]", b"\x89PNG\r\n\x1a\n", b"\n"]
)
def test_what_is_no_export_has_no_conversation(data: bytes) -> None:
    assert _titles(found_in(data)) == []
