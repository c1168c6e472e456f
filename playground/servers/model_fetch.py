"""Fetches the local model's file by a command of the gateway, and reports the progress."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from playground.servers.child import Tail, environment_of, lines_of, spawn
from playground.settings import Settings

_END_SECONDS = 5.0


class ModelFetchError(Exception):
    """The local model's file could not be fetched; its text says why."""


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """Bytes fetched so far, and in all."""

    done: int
    total: int


def fetch_model(command: Sequence[str], settings: Settings) -> Iterator[FetchProgress]:
    """Fetch the file; ``command`` runs ``speko_gateway``. Raises ModelFetchError."""
    environment = environment_of(settings)
    try:
        child = spawn((*command, "pull-model", "--progress", "json"), environment)
    except OSError as error:
        raise ModelFetchError(f"The fetch could not be started: {error.strerror}.") from error
    with child:
        tail = Tail(child.stderr, environment)
        try:
            yield from _progress(child.stdout)
            failed = child.wait(_END_SECONDS) != 0
        finally:
            child.kill()
        if failed:
            raise ModelFetchError(f"The fetch failed. {tail.text()}")


def _progress(stream: IO[str] | None) -> Iterator[FetchProgress]:
    for line in lines_of(stream):
        report = json.loads(line)
        if "error" in report:
            raise ModelFetchError(str(report["error"]))
        if "total" in report:
            yield FetchProgress(int(report["done"]), int(report["total"]))
