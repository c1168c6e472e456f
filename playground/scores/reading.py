"""A snapshot's file as somebody brings it, and a snapshot of the server's as a file. Pure.

What a file says of its own id and origin is not taken over: it gets an id here, and is a file.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from playground.look import words
from playground.scores.own_files import MOST_BYTES, ScoresError
from speko_client.models import (
    TOKENS_PER_MINUTE,
    Figure,
    ScoresRow,
    ScoresRows,
    SnapshotFile,
    SnapshotRow,
)

ModelT = TypeVar("ModelT", bound=BaseModel)

_NO_DATE: Final = datetime.date(1970, 1, 1)
_LONGEST: Final = 80
_BOM: Final = b"\xef\xbb\xbf"


def read_file(content: bytes) -> SnapshotFile:
    """The snapshot in this file. Raises ScoresError, which names the field and what is wrong."""
    if len(content) > MOST_BYTES:
        raise ScoresError(
            f"This file is larger than {MOST_BYTES // 2**20} MB. Leave out some rows."
        )
    try:
        found = from_json(content.removeprefix(_BOM))
    except ValueError as error:
        raise ScoresError(f"This file is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise ScoresError("This file holds no snapshot: its JSON must be an object with rows.")
    rows = found.get("rows")
    # One by one, so that a file with a fault in each row is not answered with all of them.
    for number, row in enumerate(rows if isinstance(rows, list) else (), start=1):
        _validated(SnapshotRow, row, f"row {number}")
    given = {"id": "any", **found, "origin": "file"}
    snapshot = _validated(SnapshotFile, given, "")
    _refuse_repeated(snapshot.rows)
    return snapshot


def as_file(found: ScoresRows) -> SnapshotFile:
    """What the server knows by this snapshot, in the form of a file.

    Prices and times that the server has from elsewhere are in it too, with their source.
    Raises ScoresError where there is no row.
    """
    snapshot = found.snapshot
    rows = [row for each in found.rows if (row := _row(each, snapshot.source)) is not None]
    if not rows:
        raise ScoresError("This snapshot has no figures for anybody who can be called here.")
    return SnapshotFile.model_validate(
        {
            "id": snapshot.id,
            "label": snapshot.label,
            "source": snapshot.source,
            "date": snapshot.date or _NO_DATE,
            "licence": snapshot.licence,
            "notes": snapshot.notes,
            "origin": snapshot.origin,
            "rows": rows,
        }
        | ({"scale": snapshot.scale} if snapshot.scale else {})
    )


def schema_text() -> str:
    """The JSON Schema of a snapshot's file, as it stands in the documentation."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SnapshotFile.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _row(row: ScoresRow, usual: str) -> dict[str, Any] | None:
    figures = {each.axis: each for each in row.figures}
    if not figures:
        return None
    quality, time, price = (figures.get(axis) for axis in ("accuracy", "latency", "cost"))
    scope = row.model_dump(
        include={"provider", "model", "language", "vertical", "region", "status"}
    )
    return scope | {
        "quality": _value(quality),
        "quality_low": quality and quality.low,
        "quality_high": quality and quality.high,
        "n": quality and quality.n,
        "ttft_ms": _value(time),
        "usd_per_minute": price and price.value * TOKENS_PER_MINUTE / 1_000_000,
        "source": _sources(row.figures, usual),
    }


def _sources(figures: Sequence[Figure], usual: str) -> str | None:
    """Where the figures come from, where that is not the snapshot's own source."""
    said = {each.axis: each.source for each in figures if each.source and each.source != usual}
    return "; ".join(f"{axis}: {source}" for axis, source in said.items())[:2_000] or None


def _value(figure: Figure | None) -> float | None:
    return None if figure is None else figure.value


def _validated(kind: type[ModelT], given: object, where: str) -> ModelT:
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise ScoresError(_problem(error, where)) from error


def _problem(error: ValidationError, where: str) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    field = ", ".join(filter(None, (where, _field(first["loc"])))) or "the file"
    match first["type"]:
        case "missing":
            return f"{_capital(field)} is missing."
        case "extra_forbidden":
            return f"{_capital(field)}: a snapshot has no such field. Check its spelling."
    given = first["input"]
    shown = "" if isinstance(given, Mapping | list | tuple) else f", not {_short(given)}"
    return f"{_capital(field)}: {_lower(first['msg'])}{shown}."


def _field(loc: tuple[int | str, ...]) -> str:
    return ", ".join(f"row {part + 1}" if isinstance(part, int) else part for part in loc)


def _refuse_repeated(rows: Sequence[SnapshotRow]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows, start=1):
        scope = (row.provider, row.model, row.language, row.vertical, row.region)
        if scope in seen:
            name = words.candidate(row.provider, row.model)
            raise ScoresError(
                f"Row {number} is for {name} in {row.language}, {row.vertical}, {row.region}, as "
                f"row {seen[scope]} is. Leave one of them out."
            )
        seen[scope] = number


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
