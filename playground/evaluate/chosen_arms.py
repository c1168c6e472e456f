"""Which arms answer: the router by some presets, pinned candidates, saved what-ifs. Pure.

Choosing adds and removes arms; those that stay keep the settings they were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from playground.look import palette
from playground.look.words import OPTIMIZE_FOR
from playground.suites.suite import Arm
from speko_client.models import OptimizeFor, WhatIf

Arms = tuple[Arm, ...]


def preset_of(arm: Arm) -> OptimizeFor | None:
    """The preset that an arm is the router by; None where it is another kind of arm."""
    plain = arm.pin is None and arm.what_if is None and not (arm.allowed or arm.scores or arm.drill)
    return arm.optimize_for if plain else None


def presets(arms: Iterable[Arm]) -> list[OptimizeFor]:
    """The presets that the router is asked by."""
    found = {preset_of(arm) for arm in arms}
    return [preset for preset in get_args(OptimizeFor) if preset in found]


def pins(arms: Iterable[Arm]) -> list[str]:
    """The candidates that are asked by themselves."""
    return [arm.pin for arm in arms if arm.pin]


def with_presets(arms: Arms, chosen: Sequence[OptimizeFor]) -> Arms:
    """The arms with the router by these presets."""
    left = [arm for arm in arms if (found := preset_of(arm)) is None or found in chosen]
    new = [routed(preset) for preset in chosen if preset not in presets(arms)]
    return _in_order([*left, *new])


def with_pins(arms: Arms, chosen: Sequence[str]) -> Arms:
    """The arms with these candidates, each pinned."""
    left = [arm for arm in arms if arm.pin is None or arm.pin in chosen]
    new = [pinned(pin) for pin in chosen if pin not in pins(arms)]
    return _in_order([*left, *new])


def with_what_ifs(arms: Arms, chosen: Mapping[str, WhatIf], saved: Iterable[str]) -> Arms:
    """The arms with these what-ifs, by their ids; of the ``saved`` ones, no others."""
    ids = {_what_if_id(each) for each in saved}
    wanted = {_what_if_id(each) for each in chosen}
    left = [arm for arm in arms if arm.id not in ids or arm.id in wanted]
    have = {arm.id for arm in left}
    new = [
        Arm(id=arm_id, name=f"What-if: {what_if.name}", what_if=what_if)
        for each, what_if in chosen.items()
        if (arm_id := _what_if_id(each)) not in have
    ]
    return _in_order([*left, *new])


def what_ifs(arms: Iterable[Arm], saved: Iterable[str]) -> list[str]:
    """The ids of the saved what-ifs that have an arm."""
    have = {arm.id for arm in arms}
    return [each for each in saved if _what_if_id(each) in have]


def others(arms: Iterable[Arm], saved: Iterable[str]) -> list[Arm]:
    """The arms that no choice on the page stands for, such as those of a suite file."""
    ids = {_what_if_id(each) for each in saved}
    return [arm for arm in arms if not arm.pin and preset_of(arm) is None and arm.id not in ids]


def routed(preset: OptimizeFor) -> Arm:
    """The router by a preset."""
    return Arm(id=f"router-{preset}", name=f"Router, {OPTIMIZE_FOR[preset]}", optimize_for=preset)


def pinned(pin: str) -> Arm:
    """A candidate (``vendor:model``) by itself."""
    vendor, _, model = pin.partition(":")
    return Arm(id=pin[:200], name=palette.label(vendor, model or None)[:200], pin=pin)


def _what_if_id(saved: str) -> str:
    return f"what-if-{saved}"


def _in_order(arms: Iterable[Arm]) -> Arms:
    """Routed arms first, in the order of the presets; what was chosen first stays first.

    Of two with one id, the first.
    """
    order = get_args(OptimizeFor)
    own: dict[str, Arm] = {}
    for arm in arms:
        own.setdefault(arm.id, arm)
    return tuple(
        sorted(
            own.values(),
            key=lambda arm: (bool(arm.pin), _place(order, preset_of(arm), arm.what_if)),
        )
    )


def _place(order: Sequence[str], preset: OptimizeFor | None, what_if: WhatIf | None) -> int:
    if preset is not None:
        return order.index(preset)
    return len(order) + (what_if is None)
