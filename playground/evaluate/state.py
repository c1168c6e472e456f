"""The Evaluate page's browser state: the suite that is put together, and what is open of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from playground.browser import widgets
from playground.browser.slots import Slot
from playground.evaluate.draft import Draft
from speko_client.models import OptimizeFor

if TYPE_CHECKING:
    from playground.findings.tuning import Objective, Tuned

_DRAFT = Slot("evaluate_draft", Draft)
_REVISION = Slot("evaluate_revision", int)
_SHEETS = Slot[dict[str, Any]]("evaluate_sheets", dict)
_OPENED = Slot[tuple[str, str, str]]("evaluate_opened", tuple)
_PAGE = Slot[tuple[object, ...]]("evaluate_grid_page", tuple)
_UPLOADS = Slot("evaluate_uploads", int)
_TOLD = Slot("evaluate_told", str)


class Scored(NamedTuple):
    """A run that was made into scores: the snapshot, who won before, and what was left out."""

    run_id: str
    snapshot_id: str
    label: str
    before: Mapping[OptimizeFor, str]
    left_out: tuple[str, ...]


_SCORED = Slot("evaluate_scored", Scored)


_TUNED = Slot["tuple[str, Objective, Tuned | None]"]("replay_tuned", tuple)


def tuned_for(run_id: str) -> tuple[Objective, Tuned | None] | None:
    """What tuning found for a run; None where nobody has tuned it."""
    kept = _TUNED.get()
    return (kept[1], kept[2]) if kept and kept[0] == run_id else None


def keep_tuned(found: tuple[str, Objective, Tuned | None]) -> None:
    """Remember what tuning found, and of which run."""
    _TUNED.set(found)


def scored() -> Scored | None:
    """What was made into scores last."""
    return _SCORED.get()


def keep_scored(made: Scored | None) -> None:
    """Remember it; None forgets."""
    _SCORED.set(made)


class Opened(NamedTuple):
    """The square whose drawer is open."""

    run_id: str
    case_id: str
    arm_id: str


def draft() -> Draft | None:
    """The suite as this browser tab has it; None where it was not looked for yet."""
    return _DRAFT.get()


def keep_draft(draft: Draft) -> bool:
    """Remember what was typed; returns whether it is anything new."""
    changed = draft != _DRAFT.get()
    _DRAFT.set(draft)
    return changed


def replace_draft(draft: Draft) -> None:
    """Go on with another suite: what is typed into shows it from the next look on."""
    _DRAFT.set(draft)
    _REVISION.set(revision() + 1)


def revision() -> int:
    """Part of the keys of what is typed into; another one after each replacement."""
    return _REVISION.get() or 0


def sheet(key: str, make: Callable[[], Any]) -> Any:
    """What an editor was given at first; made anew where it is not on the page.

    What is typed comes on top of it, so it must not change while somebody types.
    """
    kept = _SHEETS.get() or {}
    if key not in kept or not widgets.is_drawn(key):
        kept = {**kept, key: make()}
        _SHEETS.set({name: value for name, value in kept.items() if name.endswith(_suffix())})
    return kept[key]


def sheet_key(name: str) -> str:
    """The key of an editor."""
    return f"evaluate-{name}{_suffix()}"


def _suffix() -> str:
    return f"-{revision()}"


def open_square(square: Opened | None) -> None:
    """Open a square's drawer at the next look; None: none."""
    _OPENED.set(square)


def take_opened() -> Opened | None:
    """The square whose drawer is to be opened now; only once."""
    found = _OPENED.get()
    _OPENED.set(None)
    return Opened(*found) if found else None


def grid_page(of: tuple[object, ...]) -> int:
    """Which page of these rows is shown, from 0."""
    kept, page = _PAGE.get() or (None, 0)
    return int(str(page)) if kept == of else 0


def turn_to(of: tuple[object, ...], page: int) -> None:
    """Show another page of these rows. For callbacks."""
    _PAGE.set((of, page))


def tell(problem: str) -> None:
    """Have the page say this when it is drawn next. For callbacks."""
    _TOLD.set(problem)


def take_told() -> str | None:
    """What is to be said now; only once."""
    told = _TOLD.get()
    _TOLD.set(None)
    return told


def upload_key() -> str:
    """The key of the field for a file; it is another one after each file, and so empty."""
    return f"evaluate-file-{_UPLOADS.get() or 0}"


def uploaded() -> None:
    """Be ready for another file."""
    _UPLOADS.set((_UPLOADS.get() or 0) + 1)
