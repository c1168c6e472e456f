"""Writes docs/session-file.schema.json, the JSON Schema of an exported session.

python -m docs.make_session_schema     after a change to what a session holds
"""

from __future__ import annotations

from pathlib import Path

from playground.exports.session_file import schema_text

SCHEMA = Path(__file__).with_name("session-file.schema.json")


def main() -> None:
    """Write the file."""
    SCHEMA.write_text(schema_text(), "utf-8")


if __name__ == "__main__":
    main()
