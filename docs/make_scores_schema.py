"""Writes docs/scores-file.schema.json, the JSON Schema of a scores snapshot's file.

python -m docs.make_scores_schema     after a change to what a snapshot's file holds
"""

from __future__ import annotations

from pathlib import Path

from playground.scores.reading import schema_text

SCHEMA = Path(__file__).with_name("scores-file.schema.json")


def main() -> None:
    """Write the file."""
    SCHEMA.write_text(schema_text(), "utf-8")


if __name__ == "__main__":
    main()
