"""Languages by name and tag, most spoken first, for a searchable list.

A tag is what travels on the wire (docs/contract.md: ``^[a-z]{2,3}(-[A-Z]{2})?$``). Names come from
langcodes, speaker numbers from language_data; both are offline tables. To go through them takes
longer than to draw a page, so what is offered is written down in languages.tsv, by
``python -m docs.make_languages``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from speko_client.models import LANGUAGE_PATTERN

_TAG = re.compile(LANGUAGE_PATTERN)
_WRITTEN = Path(__file__).with_name("languages.tsv")


def name(tag: str) -> str:
    """The English name of a tag, ``es-MX`` -> ``Spanish (Mexico)``; the tag where it has none."""
    return _offered().get(tag) or _looked_up(tag)


@lru_cache(maxsize=1024)
def label(tag: str) -> str:
    """Name and tag together, as lists show them: ``Spanish (Mexico) · es-MX``."""
    return f"{name(tag)} · {tag}"


@cache
def tags() -> tuple[str, ...]:
    """Tags worth offering, by number of speakers; English first, for most who come here."""
    return tuple(_offered())


def is_valid(tag: str) -> bool:
    """Whether a typed tag has the wire's form and names a real language."""
    if tag in _offered():
        return True
    import langcodes

    return bool(_TAG.match(tag)) and langcodes.tag_is_valid(tag)


def tidied(tag: str) -> str:
    """A typed tag in the wire's spelling: `` pt_br`` is meant as ``pt-BR``."""
    language, dash, region = tag.strip().replace("_", "-").partition("-")
    return f"{language.lower()}{dash}{region.upper()}"


@cache
def _offered() -> dict[str, str]:
    lines = _WRITTEN.read_text("utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


@lru_cache(maxsize=1024)
def _looked_up(tag: str) -> str:
    import langcodes

    try:
        return langcodes.Language.get(tag).display_name()
    except (ValueError, LookupError):
        return tag
