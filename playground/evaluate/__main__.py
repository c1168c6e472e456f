"""Evaluate from the command line: ``python -m playground.evaluate run suite.yaml``."""

from __future__ import annotations

import sys

from playground.evaluate.command_line import main

if __name__ == "__main__":
    sys.exit(main())
