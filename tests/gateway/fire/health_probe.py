"""Asks ``/healthz`` again and again, in a process of its own: what the others wait for meanwhile.

Prints, once its standard input ends, the milliseconds that each answer took, as one JSON list. Its
own process, for the one that lights the fire is busy itself.
"""

from __future__ import annotations

import http.client
import json
import select
import sys
import time
from urllib.parse import urlsplit

EVERY_SECONDS = 0.02


def main(url: str) -> None:
    """Ask until told to stop."""
    took: list[float] = []
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    while not select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
        began = time.perf_counter()
        connection.request("GET", "/healthz")
        assert connection.getresponse().read() == b'{"status":"ok"}'
        took.append(round((time.perf_counter() - began) * 1000, 2))
    json.dump(took, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
