"""Writes docs/suite-file.schema.json, the JSON Schema of a suite file.

python -m docs.make_suite_schema     after a change to what a suite holds
"""

from __future__ import annotations

from pathlib import Path

from playground.suites.suite_files import schema_text

SCHEMA = Path(__file__).with_name("suite-file.schema.json")


def main() -> None:
    """Write the file."""
    SCHEMA.write_text(schema_text(), "utf-8")


if __name__ == "__main__":
    main()
