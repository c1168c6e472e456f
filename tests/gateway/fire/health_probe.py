"""Asks ``/healthz`` again and again, in a process of its own: what the others wait for meanwhile.

Prints, once its standard input ends, the milliseconds that each answer took, as one JSON list,
and in another how many times longer than alone a millisecond of work took here: on a machine that
others use, everybody waits. Its own process, for the one that lights the fire is busy itself.
"""

from __future__ import annotations

import http.client
import json
import select
import sys
import time
from urllib.parse import urlsplit

EVERY_SECONDS = 0.02
WORK_EVERY = 5
WORK_SECONDS = 0.001


def main(url: str) -> None:
    """Ask until told to stop."""
    took: list[float] = []
    busy: list[float] = []
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    while not select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
        began = time.perf_counter()
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b'{"status":"ok"}'
        took.append(round((time.perf_counter() - began) * 1000, 2))
        if len(took) % WORK_EVERY == 1:
            busy.append(round(_stretched(), 2))
    json.dump([took, busy], sys.stdout)


def _stretched() -> float:
    """Seconds that a second of work takes."""
    began, worked = time.perf_counter(), time.process_time()
    while time.process_time() < worked + WORK_SECONDS:
        pass
    return (time.perf_counter() - began) / (time.process_time() - worked)


if __name__ == "__main__":
    main(sys.argv[1])
