"""The last number in an answer, as people of its language write numbers. Pure.

- ``1.234`` is 1234 in German and 1.234 in English: a sign that separates thousands there, before
  exactly three digits, does so; anywhere else it is a decimal sign. Of two kinds the last decides.
- Thousands may also be separated by apostrophes and narrow blanks, in any language; by blanks in
  those that do so.
- Signs around it do not count: ``$5``, ``5 %`` and ``5 km`` are 5. A minus counts unless it joins
  two things (``10-5``, ``GPT-4``) or begins a list (``- 5``).
- Digits inside a word (``H2O``, ``COVID-19``) are no number. ``1.5e6`` is one; ``2/3`` are two.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import deque
from typing import Final

_COMMA: Final = (
    "af az be bg bs ca cs da de el es et eu fi fo fr gl hr hu hy id is it ka kk ky lt lv mk nb nl "
    "nn no pl pt ro ru sk sl sq sr sv tk tr uk uz vi"
)
"""Languages that write 1,5 for one and a half (CLDR 47)."""
_POINT: Final = "es-MX es-US es-PR es-GT es-HN es-NI es-PA es-PE es-SV es-DO de-CH de-LI it-CH"
"""Countries that do not, although the language does."""
_BLANK: Final = "af be bg cs es et fi fr hu hy ka kk ky lt lv nb nn no pl pt ru sk sq sv tk uk uz"
"""Languages that write 12 345."""
_COMMAS, _POINTS, _BLANKS = (frozenset(tags.split()) for tags in (_COMMA, _POINT, _BLANK))

_ALWAYS: Final = "'\u2019\u00a0\u202f\u2009\u066c"
_MINUS: Final = "-\u2212\u2013"
_MONEY: Final = "$€£¥₹₽₩₺₴₫"
_SEPARATED: Final = rf"[.,]?\d+(?:[.,\u066b{_ALWAYS}]\d+)*"
_BLANKED: Final = rf"(?:\d{{1,3}}(?:[ {_ALWAYS}]\d{{3}})+(?!\d)(?:[.,]\d+)?|{_SEPARATED})"
_SIGN: Final = (
    rf"(?P<sign>(?<![^\W_])(?<![.,)\]%])[{_MINUS}+](?:[{_MONEY}] ?)?"
    rf"|(?<![^\W_])(?<!\d[.,])(?<![^\W\d_][{_MINUS}]))"
)
_POWER: Final = r"(?P<power>[eE][+-]?\d{1,3}(?!\w))?"
_NUMBER: Final = {
    wide: re.compile(f"{_SIGN}(?P<digits>{digits}){_POWER}")
    for wide, digits in ((False, _SEPARATED), (True, _BLANKED))
}
_SEPARATOR: Final = re.compile(r"[.,\u066b]")
_LONGEST: Final = 400
"""Digits of a number; a longer one is none."""


def last_number(text: str, language: str = "en") -> float | None:
    """The last number in the text, None where it has none. ``language`` is a tag such as es-MX."""
    wide = language.split("-")[0] in _BLANKS
    last = deque(_NUMBER[wide].finditer(text), maxlen=1)
    return _value(last[0], language) if last else None


def decimal_comma(language: str) -> bool:
    """Whether one and a half is 1,5 there."""
    return language not in _POINTS and language.split("-")[0] in _COMMAS


def _value(found: re.Match[str], language: str) -> float | None:
    digits = "".join(each for each in found["digits"] if each not in f" {_ALWAYS}")
    if len(digits) > _LONGEST:
        return None
    signs = _SEPARATOR.findall(digits)
    if signs:
        decimal = _decimal_sign(digits, signs, "," if decimal_comma(language) else ".")
        digits = "".join(
            each if each.isdecimal() else "." if each == decimal else "" for each in digits
        )
    plain = "".join(str(unicodedata.decimal(each)) if each != "." else each for each in digits)
    value = float(f"{plain}{found['power'] or ''}")
    if math.isinf(value):
        return None
    return -value if found["sign"][:1] in _MINUS and found["sign"] else value


def _decimal_sign(digits: str, signs: list[str], usual: str) -> str | None:
    """The sign before the fraction; None where all signs separate thousands."""
    last = signs[-1]
    if signs.count(last) > 1:
        return None
    if len(set(signs)) > 1 or last in (usual, "\u066b"):
        return last
    before, _, after = digits.partition(last)
    return None if len(after) == 3 and 0 < len(before) <= 3 and before.strip("0") else last
