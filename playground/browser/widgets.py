"""What widgets and components of this browser tab say, and their first values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from pydantic import SecretStr

from playground.browser.slots import Slot, browser_state

_SCOPE = Slot("widget_scope", str)


class _Given(NamedTuple):
    """A first value, and whether it was given ``again``."""

    value: object
    again: bool


_GIVEN = Slot[dict[str, _Given]]("first_values", dict)


def scope() -> str | None:
    """Whose values the form's widgets show: the id of a conversation."""
    return _SCOPE.get()


def set_scope(conversation_id: str | None) -> None:
    """From now on they show those of ``conversation_id``; None: of no conversation."""
    _SCOPE.set(conversation_id)


def forget_widgets() -> None:
    """Have the form's widgets show the form's values again."""
    ending = f"-{scope()}"
    for key in [key for key in map(str, browser_state()) if key.endswith(ending)]:
        del browser_state()[key]


def form_values() -> dict[str, object]:
    """What the form's widgets say now, by key."""
    ending, state = f"-{scope()}", browser_state()
    # By key: to go through all values would ask every component on the page for its own.
    found = {key: state[key] for key in map(str, state) if key.endswith(ending)}
    return {key: [*value] if isinstance(value, list) else value for key, value in found.items()}


def seed(key: str, value: object, options: Collection[object] | None = None) -> str:
    """Give a widget its first value; later its own state counts, if it is among the ``options``.

    What is drawn in a run that is cut off may never reach the browser, which would then show a
    default of its own. So the first value is given again until a run that gave it again has ended.
    """
    state, given = browser_state(), _GIVEN.get() or {}
    gone = options is not None and state.get(key) not in (None, *options)
    again = key in given and state.get(key) == given[key].value
    if gone or again or key not in state:
        state[key] = value
        _GIVEN.set({**given, key: _Given(value, again)})
    return key


def run_ended() -> None:
    """The page is drawn to its end: who was given a first value again has it now."""
    given = _GIVEN.get() or {}
    _GIVEN.set({key: each for key, each in given.items() if not each.again})


def is_drawn(key: str) -> bool:
    """Whether the widget has a value already."""
    return key in browser_state()


def put(key: str, value: object) -> None:
    """Have a widget show this. In callbacks, and before it is drawn."""
    browser_state()[key] = value


def take_secret(key: str) -> SecretStr | None:
    """What was typed into a password field; the widget's own copy is cleared. In callbacks only."""
    text = typed(key)
    browser_state()[key] = ""
    return SecretStr(text) if text else None


def take_chosen(key: str) -> str | None:
    """What was chosen in a widget that only triggers something; the widget is cleared."""
    chosen_now = browser_state().get(key)
    browser_state()[key] = None
    return chosen_now if isinstance(chosen_now, str) else None


def typed(key: str) -> str:
    """What a field or a switch says now; empty where it is not on the page, or off."""
    return str(browser_state().get(key) or "").strip()


def chosen(key: str) -> list[str]:
    """What is picked in a list with several choices."""
    return [str(each) for each in browser_state().get(key) or ()]


def sent(component: str, name: str) -> Mapping[str, object]:
    """What one of our browser components sent last under this name; empty if nothing."""
    values = browser_state().get(component)
    value = values.get(name) if isinstance(values, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def selection(key: str) -> Mapping[str, list[Any]]:
    """What is selected in a chart or a table; empty where nothing is, or it is not there."""
    found: Mapping[str, list[Any]] = (browser_state().get(key) or {}).get("selection") or {}
    return found
