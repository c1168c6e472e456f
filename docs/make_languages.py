"""Writes playground/intent/languages.tsv: the languages that the form offers, most spoken first.

``python -m docs.make_languages`` goes through the tables of langcodes and language_data.
"""

from __future__ import annotations

import re
from pathlib import Path

import langcodes
from language_data.population_data import LANGUAGE_SPEAKING_POPULATION as SPEAKERS

from speko_client.models import LANGUAGE_PATTERN

TABLE = Path(__file__).parent.parent / "playground" / "intent" / "languages.tsv"
MIN_SPEAKERS = 1_000_000
MIN_REGIONAL_SPEAKERS = 8_000_000


def table() -> str:
    """What languages.tsv has to hold: tag and name, line by line."""
    offered = [
        (-count, tag)
        for tag, count in SPEAKERS.items()
        if re.match(LANGUAGE_PATTERN, tag)
        and count >= (MIN_REGIONAL_SPEAKERS if "-" in tag else MIN_SPEAKERS)
        and tag != "en"
    ]
    ordered = ["en", *(tag for _, tag in sorted(offered))]
    return "".join(f"{tag}\t{langcodes.Language.get(tag).display_name()}\n" for tag in ordered)


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
