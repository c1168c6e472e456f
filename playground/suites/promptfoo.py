"""A suite from a ``promptfooconfig.yaml``; what cannot be carried over is listed, with its place.

Prompts and providers become arms, each prompt with each provider; tests and simple scenarios become
cases. Code is never run, no file is read, and nothing is fetched. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from pydantic import ValidationError

from playground.suites.field_words import wrong_field
from playground.suites.gathering import FULL, Gathering, LeftOut
from playground.suites.promptfoo_arms import (
    Prompt,
    Provider,
    prompt_of,
    provider_of,
    refuse_nunjucks,
)
from playground.suites.promptfoo_asserts import checks_of, plain_text, refuse_code
from playground.suites.suite import (
    MOST_ARMS,
    MOST_CASES,
    Arm,
    Check,
    Judged,
    Suite,
    SuiteError,
)
from playground.suites.suite_files import value_of
from playground.suites.texts import text_of
from playground.suites.variables import has_names, names_in
from playground.suites.yaml_values import with_nulls

_KEYS: Final = frozenset(("prompts", "providers", "targets", "tests", "scenarios", "defaultTest"))
_READ: Final = _KEYS | {"description", "evaluateOptions", "$schema"}
_OF_A_TEST: Final = frozenset(("vars", "assert", "description"))
_NO_CODE: Final = (
    "is code or depends on it, and is not carried over: answers are checked as they are"
)

_NEEDS_JUDGE: Final = "a judge is not taken from here; name one, because a check needs it"


@dataclass(frozen=True, slots=True)
class Carried:
    """The suite, and what of the file is not in it."""

    suite: Suite
    left_out: tuple[LeftOut, ...]


def is_promptfoo(value: Any) -> bool:
    """Whether a file's value is such a configuration."""
    return isinstance(value, dict) and "cases" not in value and bool(_KEYS & set(value))


def read_promptfoo(content: bytes, name: str = "the file") -> Carried:
    """The suite of a configuration, in YAML or JSON. Raises SuiteError."""
    try:
        return carried(value_of(text_of(content)))
    except SuiteError as error:
        raise error.within(name) from None


def carried(value: Any) -> Carried:
    """The suite of a configuration's value. Raises SuiteError."""
    if not is_promptfoo(value):
        raise SuiteError("a promptfoo configuration has prompts, providers and tests")
    return _Carrying().suite(with_nulls(value))


@dataclass
class _Carrying:
    _gathering: Gathering = field(default_factory=Gathering)

    def suite(self, config: Mapping[str, Any]) -> Carried:
        prompts = self._each("prompts", config.get("prompts"), prompt_of)
        providers_at = "providers" if "providers" in config else "targets"
        providers = self._each(providers_at, config.get(providers_at), provider_of)
        for name in config:
            if name not in _READ:
                self._gathering.leave(str(name), "it is not carried over")
        default = self._default(config.get("defaultTest"))
        shared = self._checks("defaultTest.assert", default.get("assert"))
        prompts = self._of_one_kind(prompts)
        history = prompts[0].messages if len(prompts) == 1 else ()
        wanted = frozenset(
            name for each in prompts for text in _texts_of(each) for name in names_in(text)
        )
        for place, test in self._tests(config):
            if self._gathering.full:
                self._gathering.leave(place, FULL)
                break
            self._test(place, test, default, history if len(history) > 1 else (), wanted)
        arms = self._arms(prompts, providers)
        cases = self._gathering.done().cases
        every = (*shared, *(check for case in cases for check in case.checks))
        if any(isinstance(check, Judged) for check in every):
            self._gathering.leave("providers", _NEEDS_JUDGE)
        one = prompts[0] if len(prompts) == 1 else None
        try:
            suite = Suite.model_validate(
                {
                    "name": plain_text(config.get("description"))[:200] or "From promptfoo",
                    "cases": cases,
                    "arms": arms,
                    "checks": shared,
                    "temperature": None,
                    "max_tokens": None,
                    "repeats": self._repeats(config.get("evaluateOptions")),
                    **(_one_prompt(one) if one else {}),
                }
            )
        except ValidationError as error:
            raise wrong_field(error) from None
        return Carried(suite, self._gathering.done().left_out)

    def _each(self, place: str, value: Any, read: Any) -> list[Any]:
        entries = value if isinstance(value, list) else [] if value is None else [value]
        if isinstance(value, dict) and not {"id", "raw"} & set(value):
            entries = [{"id": path, "label": label} for path, label in value.items()]
        found = []
        for number, entry in enumerate(entries):
            try:
                found.append(read(entry))
            except SuiteError as error:
                self._gathering.leave(f"{place}.{number}", str(error))
            else:
                for why in getattr(found[-1], "left_out", ()):
                    self._gathering.leave(f"{place}.{number}", why)
        return found

    def _of_one_kind(self, prompts: list[Prompt]) -> list[Prompt]:
        """Only a prompt that is alone may be a conversation: arms have no messages."""
        if len(prompts) < 2:
            return prompts
        for number, prompt in enumerate(prompts):
            if len(prompt.messages) > 1:
                self._gathering.leave(
                    f"prompts.{number}", "of several prompts none can be a whole conversation"
                )
        return [prompt for prompt in prompts if len(prompt.messages) == 1]

    def _default(self, value: Any) -> Mapping[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._gathering.leave("defaultTest", "it is a file, and is not read")
            return {}
        self._unread("defaultTest", value)
        return value

    def _unread(self, place: str, test: Mapping[str, Any]) -> None:
        for name, each in test.items():
            if name == "options" and isinstance(each, dict):
                for option in each:
                    self._gathering.leave(f"{place}.options.{option}", _why_no_option(option))
            elif name not in _OF_A_TEST:
                self._gathering.leave(f"{place}.{name}", "it is not carried over")

    def _tests(self, config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        tests = config.get("tests")
        listed = tests if isinstance(tests, list) else [] if tests is None else [tests]
        yield from ((f"tests.{number}", test) for number, test in enumerate(listed))
        scenarios = config.get("scenarios")
        for number, scenario in enumerate(scenarios if isinstance(scenarios, list) else ()):
            yield from self._scenario(f"scenarios.{number}", scenario)
        if not listed and not scenarios:
            yield "defaultTest", {}

    def _scenario(self, place: str, scenario: Any) -> Iterator[tuple[str, Any]]:
        """Each of its tests with each of its configurations."""
        parts = scenario if isinstance(scenario, dict) else {}
        configs, tests = parts.get("config"), parts.get("tests")
        if not isinstance(configs, list) or not isinstance(tests, list):
            self._gathering.leave(place, "only a scenario with lists of config and tests is read")
            return
        for (at, config), (number, test) in product(enumerate(configs), enumerate(tests)):
            if not isinstance(config, dict) or not isinstance(test, dict):
                self._gathering.leave(f"{place}.tests.{number}", "a test has fields")
                continue
            both = {**config, **test}
            both["vars"] = {**_dict(config.get("vars")), **_dict(test.get("vars"))}
            both["assert"] = [*_list(config.get("assert")), *_list(test.get("assert"))]
            yield f"{place}.config.{at}.tests.{number}", both

    def _test(
        self,
        place: str,
        test: Any,
        default: Mapping[str, Any],
        history: Sequence[Mapping[str, str]],
        wanted: frozenset[str],
    ) -> None:
        if not isinstance(test, dict):
            self._gathering.leave(place, f"“{str(test)[:60]}” is a file, and is not read")
            return
        self._unread(place, test)
        try:
            variables = {**_dict(default.get("vars")), **_dict(test.get("vars"))}
            combined = list(_combinations(variables))
        except SuiteError as error:
            self._gathering.leave(f"{place}.vars", str(error))
            return
        checks = self._checks(f"{place}.assert", test.get("assert"))
        about = str(test.get("description") or "")[:200]
        for each in combined:
            for name in wanted - set(each):
                self._gathering.leave(f"{place}.vars", f"“{name}” has no value; it is empty")
            if any(map(has_names, each.values())):
                self._gathering.leave(f"{place}.vars", "a variable in a variable is not filled")
            self._gathering.take(
                place,
                {
                    "id": "" if self._gathering.has(about) else about,
                    "vars": {**dict.fromkeys(wanted, ""), **each},
                    "messages": history,
                    "checks": checks,
                },
            )

    def _checks(self, place: str, value: Any) -> tuple[Check, ...]:
        checks: list[Check] = []
        for number, assertion in enumerate(_list(value)):
            at = f"{place}.{number}"
            if isinstance(assertion, dict) and assertion.get("type") == "assert-set":
                if "threshold" in assertion:
                    self._gathering.leave(at, "an assert-set with a threshold is not carried over")
                else:
                    checks += self._checks(f"{at}.assert", assertion.get("assert"))
                continue
            try:
                checks += checks_of(assertion)
            except SuiteError as error:
                self._gathering.leave(at, str(error))
        return tuple(checks)

    def _repeats(self, options: Any) -> str | int:
        repeats: str | int = 1
        for name, value in options.items() if isinstance(options, dict) else ():
            if name == "repeat":
                repeats = value
            else:
                self._gathering.leave(f"evaluateOptions.{name}", "it is not carried over")
        return repeats

    def _arms(self, prompts: Sequence[Prompt], providers: Sequence[Provider]) -> list[Arm]:
        several = len(prompts) > 1
        said: list[tuple[int, Prompt | None]] = [*enumerate(prompts)] if several else [(0, None)]
        asked: list[Provider | None] = [*providers] or [None]
        pairs = list(product(said, asked))
        if len(pairs) > MOST_ARMS:
            self._gathering.leave("prompts", f"only {MOST_ARMS} of {len(pairs):,} arms are taken")
        arms: dict[str, Arm] = {}
        for (number, prompt), provider in pairs[:MOST_ARMS]:
            if prompt is None and provider is None:
                continue
            label = (prompt.name or f"prompt {number + 1}") if prompt else ""
            name = ", ".join(filter(None, (provider.name if provider else "router", label)))[:200]
            arm_id = name if name not in arms else f"{name[:190]} {len(arms) + 1}"
            try:
                arms[arm_id] = Arm.model_validate(
                    {
                        "id": arm_id,
                        "pin": provider.pin if provider else None,
                        **(_one_prompt(prompt) if prompt else {}),
                        **(provider.settings if provider else {}),
                    }
                )
            except ValidationError as error:
                self._gathering.leave("providers", f"{name[:60]}: {wrong_field(error)}")
        return list(arms.values())


def _one_prompt(prompt: Prompt) -> dict[str, str]:
    return {"prompt": prompt.messages[-1]["content"], "system_prompt": prompt.system}


def _texts_of(prompt: Prompt) -> tuple[str, ...]:
    return (prompt.system, *(message["content"] for message in prompt.messages))


def _dict(value: Any) -> dict[str, Any]:
    refuse_code(value)
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _combinations(variables: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Every combination of the values of variables that are lists, as promptfoo takes them."""
    choices = [
        [_value(each) for each in (value if isinstance(value, list) else [value])]
        for value in variables.values()
    ]
    count = 1
    for values in choices:
        count *= len(values)
    if count > MOST_CASES:
        raise SuiteError(f"its lists make {count:,} cases; {MOST_CASES:,} is the most")
    return (dict(zip(variables, values, strict=True)) for values in product(*choices))


def _value(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    text = plain_text(value)
    refuse_code(text)
    if "{%" in text or "{#" in text:
        refuse_nunjucks(text)
    return text


def _why_no_option(name: str) -> str:
    return (
        _NO_CODE
        if "transform" in name.lower() or name == "postprocess"
        else ("it is not carried over")
    )
