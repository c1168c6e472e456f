"""Languages by name and tag, most spoken first, for a searchable list.

A tag is what travels on the wire (CONTRACT.md: ``^[a-z]{2,3}(-[A-Z]{2})?$``). Names come from
langcodes, speaker numbers from language_data; both are offline tables.
"""

from __future__ import annotations

import re
from functools import lru_cache

from speko_client.models import LANGUAGE_PATTERN

_TAG = re.compile(LANGUAGE_PATTERN)
_MIN_SPEAKERS = 1_000_000
_MIN_REGIONAL_SPEAKERS = 8_000_000


@lru_cache(maxsize=1024)
def name(tag: str) -> str:
    """The English name of a tag, ``es-MX`` -> ``Spanish (Mexico)``; the tag where it has none."""
    import langcodes

    try:
        return langcodes.Language.get(tag).display_name()
    except (ValueError, LookupError):
        return tag


def label(tag: str) -> str:
    """Name and tag together, as lists show them: ``Spanish (Mexico) · es-MX``."""
    return f"{name(tag)} · {tag}"


@lru_cache(maxsize=1)
def tags() -> tuple[str, ...]:
    """Tags worth offering, by number of speakers; English first, for most who come here."""
    from language_data.population_data import LANGUAGE_SPEAKING_POPULATION as SPEAKERS

    offered = [
        (count, tag)
        for tag, count in SPEAKERS.items()
        if _TAG.match(tag)
        and count >= (_MIN_REGIONAL_SPEAKERS if "-" in tag else _MIN_SPEAKERS)
        and tag != "en"
    ]
    return ("en", *(tag for _, tag in sorted(offered, key=lambda row: (-row[0], row[1]))))


def is_valid(tag: str) -> bool:
    """Whether a typed tag has the wire's form and names a real language."""
    import langcodes

    return bool(_TAG.match(tag)) and langcodes.tag_is_valid(tag)
