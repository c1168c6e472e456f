"""The gateway's log: one line per record on stderr, as JSON for machines or as text for people.

A request's line has ids, names, codes and times, and nothing that a caller or a vendor said. An
error is logged by its type and place, because its text may quote a message; keys known to this
process are cut out of every line. Writing never delays an answer: a thread writes, and where nobody
reads stderr the oldest lines are lost.
"""

from __future__ import annotations

import atexit
import json
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TextIO

from speko_client.redaction import Redactor, secrets_in
from speko_gateway.errors import SetupError

MOST_LINES = 10_000
"""Lines that may wait to be written."""
_GATHER_SECONDS = 0.1
_IDLE_LOOKS = 10
_LAST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is logged, and how: one of the ``LEVELS`` and of the ``FORMATS``."""

    LEVELS: ClassVar = ("debug", "info", "warning", "error")
    FORMATS: ClassVar = ("json", "text")

    level: str = "info"
    format: str = "json"

    @classmethod
    def read(
        cls, level: str | None, form: str | None, environment: Mapping[str, str]
    ) -> LogSettings:
        """Of these flags (None where not given) and this environment. Raises SetupError."""
        return cls(
            level or _one_of(cls.LEVELS, "SPEKO_LOG_LEVEL", environment, cls().level),
            form or _one_of(cls.FORMATS, "SPEKO_LOG_FORMAT", environment, cls().format),
        )


def set_up_logging(settings: LogSettings, environment: Mapping[str, str]) -> None:
    """From here on everything logged goes to stderr; for a process of its own."""
    stream = PatientStream(sys.stderr)
    atexit.register(stream.close)
    handler = logging.StreamHandler(stream)
    secrets = secrets_in(environment)
    lines = JsonLines(secrets) if settings.format == "json" else TextLines(secrets)
    handler.setFormatter(lines)
    logging.basicConfig(level=settings.level.upper(), handlers=[handler], force=True)


class _Lines(logging.Formatter):
    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._redactor = Redactor(secrets)


class JsonLines(_Lines):
    """One JSON object a line: time, level, event, and the record's own fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        fields: dict[str, Any] = {"time": _time(record), "level": record.levelname.lower()}
        request = getattr(record, "request", None)
        if request is not None:
            return json.dumps({**fields, "event": "request", **request})
        fields |= {"event": "log", "logger": record.name, **_message_fields(record)}
        return self._redactor.error(json.dumps(fields))


class TextLines(_Lines):
    """The same, for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        head = f"{_time(record)} {record.levelname}"
        request = getattr(record, "request", None)
        if request is not None:
            return f"{head} " + " ".join(
                f"{name}={_plain(value)}" for name, value in request.items()
            )
        said = " ".join(str(value) for value in _message_fields(record).values())
        return self._redactor.error(f"{head} {record.name}: {said}".replace("\n", " "))


class Seldom:
    """A log for what may happen a thousand times a second: says it now and then, with a count."""

    def __init__(self, log: logging.Logger, seconds: float = 10.0) -> None:
        self._log = log
        self._seconds = seconds
        self._next = 0.0
        self._unsaid = 0

    def say(self, level: int, message: str, *values: object) -> None:
        """Log this, unless something was logged just before."""
        if not self._log.isEnabledFor(level):
            return
        now = time.monotonic()
        if now < self._next:
            self._unsaid += 1
            return
        more = f" (and {self._unsaid} such lines were left out before)" if self._unsaid else ""
        self._log.log(level, message + more, *values)
        self._next, self._unsaid = now + self._seconds, 0


class PatientStream:
    """A stream that takes lines at once and has a thread write them, so many together.

    While there is something to write, the thread looks for more by itself: waking it for each line
    would cost a request more than the line does.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque(maxlen=MOST_LINES)
        self._some = threading.Event()
        self._asleep = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        """Take this text; the oldest goes where too much is waiting."""
        self._waiting.append(text)
        if self._asleep:
            self._asleep = False
            self._some.set()

    def flush(self) -> None:
        """Nothing: the thread writes by itself."""

    def close(self) -> None:
        """Write what is left, unless nobody reads it."""
        self._closing.set()
        self._some.set()
        self._thread.join(_LAST_SECONDS)

    def _run(self) -> None:
        idle = 0
        while not self._closing.is_set():
            idle = 0 if self._waiting else idle + 1
            self._write_all()
            if idle > _IDLE_LOOKS:
                self._sleep()
            self._closing.wait(_GATHER_SECONDS)
        self._write_all()

    def _sleep(self) -> None:
        self._some.clear()
        self._asleep = True
        if not self._waiting:  # else a line came in before anyone could know of the sleep
            self._some.wait()
        self._asleep = False

    def _write_all(self) -> None:
        taken: list[str] = []
        while self._waiting:
            taken.append(self._waiting.popleft())
        if not taken:
            return
        try:
            self._stream.write("".join(taken))
            self._stream.flush()
        except (OSError, ValueError):
            # Nobody reads any more (closed pipe, closed file): there is nowhere left to say so.
            self._closing.set()


def _one_of(
    choices: Sequence[str], variable: str, environment: Mapping[str, str], default: str
) -> str:
    given = environment.get(variable, "").strip().lower() or default
    if given not in choices:
        raise SetupError(f"{variable} is {given!r}. It takes {', '.join(choices)}.")
    return given


def _message_fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {"message": record.getMessage()}
    if record.exc_info and record.exc_info[0] is not None:
        kind, _, trace = record.exc_info
        fields["error"] = kind.__name__
        fields["at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
        ]
    return fields


def _plain(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _time(record: logging.LogRecord) -> str:
    when = datetime.fromtimestamp(record.created, UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
