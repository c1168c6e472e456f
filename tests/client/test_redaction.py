"""Secrets are known by their variable's name, and no piece of one is shown."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_client.redaction import RedactedStream, Redactor, redacted, secrets_in

KEY = "sk-fake-" + "9fQ2xLmW7vRk4TzNc8HbYd1Gs5Jp3Ae"
MIDDLE = KEY[14:30]
TELLING = 12

words = st.text("abc", min_size=1, max_size=6)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "HF_TOKEN", "SPEKO_SECRET", "PGPASSWORD"])
def test_a_secret_is_known_by_its_variables_name(name: str) -> None:
    assert secrets_in({name: " long-enough ", "PATH": "/usr/bin"}) == ("long-enough",)


def test_secrets_are_the_values_of_what_is_called_one() -> None:
    environment = {
        "OPENAI_API_KEY": "sk-fake",
        "SPEKO_GATEWAY_KEY": "sk-fake-longer",
        "A_TOKEN": "abc",
        "PATH": "/bin",
    }
    assert secrets_in(environment) == ("sk-fake-longer", "sk-fake")


def test_what_is_too_short_to_be_a_key_is_none() -> None:
    assert secrets_in({"ANY_KEY": "abc", "OTHER_KEY": ""}) == ()


def test_the_longest_goes_first_so_that_no_piece_of_it_is_left() -> None:
    assert redacted("open-sesame and open", ["open", "open-sesame"]) == "[key] and [key]"


def test_no_secret_changes_nothing() -> None:
    assert redacted("as it was", ["", "other"]) == "as it was"


@given(words, st.lists(words, max_size=4))
def test_a_text_that_is_a_secret_is_hidden_whole(text: str, others: list[str]) -> None:
    shorter = [other for other in others if len(other) <= len(text)]
    assert redacted(text, [*shorter, text]) == "[key]"


def encoded(shift: int) -> str:
    """Base64 with the key at one of its three alignments, as in a logged header."""
    return base64.b64encode(b"Bearer:"[:shift] + KEY.encode() + b"!").decode()


ECHOES = [
    pytest.param(KEY, id="whole"),
    pytest.param(MIDDLE, id="its middle"),
    pytest.param(f"...{KEY[-14:]}", id="its end"),
    pytest.param(f"Bearer {KEY}", id="in a header"),
    *(pytest.param(encoded(shift), id=f"base64, {shift} before") for shift in range(3)),
    pytest.param(base64.urlsafe_b64encode(KEY.encode()).decode(), id="base64 for URLs"),
    pytest.param(KEY.encode().hex(), id="hex"),
    pytest.param(KEY.encode().hex().upper(), id="hex in capitals"),
    pytest.param(f"https://x.test/?key={quote(KEY)}&more=1", id="in an address"),
    pytest.param(json.dumps({"k": [KEY]}, separators=(",", ":")), id="in JSON"),
    pytest.param(KEY * 3, id="three times"),
]


def tells(text: str) -> bool:
    """Whether the text has a piece of the key in one of its forms."""
    # Its outer characters also hold bits of what stands beside the key.
    inner = [encoded(shift)[(0, 2, 3)[shift] : -4] for shift in range(3)]
    forms = [KEY, KEY.encode().hex(), KEY.encode().hex().upper(), *inner]
    pieces = (form[at : at + TELLING] for form in forms for at in range(len(form) - TELLING + 1))
    return any(piece in text for piece in pieces if "sk-fake-9fQ2" not in piece)


@pytest.mark.parametrize("echo", ECHOES)
def test_a_key_is_cut_out_in_every_form(echo: str) -> None:
    for shown in (redacted(f"No: {echo}.", [KEY]), Redactor([KEY]).words(f"No: {echo}.")):
        assert shown.startswith("No: ")
        assert shown.endswith(".")
        assert "[key]" in shown
        assert not tells(shown)


@pytest.mark.parametrize("echo", ECHOES)
@given(data=st.data())
def test_a_key_that_comes_in_pieces_is_cut_out(echo: str, data: st.DataObject) -> None:
    text = f"Here it is: {echo}, and more."
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=30).map(sorted))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    stream = RedactedStream(Redactor([KEY]))
    shown = "".join([*map(stream.feed, pieces), stream.end()])
    assert "[key]" in shown
    assert not tells(shown)
    assert shown.startswith("Here it is: ")
    assert shown.endswith(", and more.")


@given(st.lists(st.text() | st.sampled_from(["sk-fake-", "understanding", KEY[:8], KEY[20:28]])))
def test_what_is_no_key_comes_at_once_and_as_it_is(pieces: list[str]) -> None:
    stream = RedactedStream(Redactor([KEY]))
    whole = "".join(pieces)
    if tells(whole):
        return
    assert [stream.feed(piece) for piece in pieces] == pieces
    assert stream.end() == ""
    assert Redactor([KEY]).words(whole) == whole


@pytest.mark.parametrize("key", ["ollama", "lm-studio", "not-needed", "no-key-required"])
def test_a_word_given_as_a_key_stays_in_answers_and_goes_from_errors(key: str) -> None:
    assert Redactor([key]).words(f"Use {key} here") == f"Use {key} here"
    assert redacted(f"Use {key} here", [key]) == "Use [key] here"


def test_what_all_keys_of_a_vendor_begin_with_is_no_secret() -> None:
    key = "sk-ant-api03-" + "9fQ2xLmW7vRk4TzNc8Hb"
    said = "Keys begin with sk-ant-api03- there."
    assert Redactor([key]).words(said) == said
    assert redacted(said, [key]) == said


def test_a_path_in_the_environment_is_cut_whole_only() -> None:
    path = "/run/user/1000/keyring/control"
    assert redacted("cannot write /run/user/1000/other", [path]) == (
        "cannot write /run/user/1000/other"
    )
    assert redacted(f"cannot write {path}", [path]) == "cannot write [key]"


def test_a_key_is_cut_out_of_all_texts_of_a_json_value() -> None:
    value = {"a": [KEY, 1, None], f"x {KEY}": {"b": f"<{KEY}>"}}
    cut = {"a": ["[key]", 1, None], "x [key]": {"b": "<[key]>"}}
    assert Redactor([KEY]).value(value) == cut
