"""The settings beside the conversation; they apply from the next turn on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from playground import languages, pool, session, wording
from playground.components.server import ServerFacts
from playground.connections import Connection
from playground.turns import TurnSettings
from speko_client.models import OptimizeFor, Region, Vertical

_NEW_TAG = "Type a tag such as pt-BR to use one that is not listed."


def settings_form(
    owner: str, form: TurnSettings, connection: Connection | None, facts: ServerFacts
) -> TurnSettings:
    """Draw the form for conversation ``owner`` and return what it says now."""
    update = {
        **_intent(owner, form, connection),
        **_sampling(owner, form),
        **_providers(owner, form, facts),
    }
    return form.model_copy(update=update)


def _intent(owner: str, form: TurnSettings, connection: Connection | None) -> dict[str, object]:
    st.markdown("**Intent**")
    takes_vertical = connection is None or connection.takes_vertical
    language = _language(owner, form)
    optimize_for = st.segmented_control(
        "Optimise for",
        get_args(OptimizeFor),
        format_func=wording.OPTIMIZE_FOR.__getitem__,
        required=True,
        width="stretch",
        key=session.seed(f"optimize-{owner}", form.optimize_for or "balanced"),
    )
    left, right = st.columns(2) if takes_vertical else (st, st)
    verticals: dict[str, object] = {}
    if takes_vertical:
        verticals["vertical"] = left.selectbox(
            "Vertical",
            get_args(Vertical),
            format_func=wording.VERTICALS.__getitem__,
            key=session.seed(f"vertical-{owner}", form.vertical or "general"),
        )
    region = right.selectbox(
        "Region",
        get_args(Region),
        format_func=wording.REGIONS.__getitem__,
        key=session.seed(f"region-{owner}", form.region or "global"),
    )
    return {
        "language": language,
        "optimize_for": optimize_for,
        "region": None if region == "global" else region,
        **verticals,
    }


def _language(owner: str, form: TurnSettings) -> str:
    offered = languages.tags()
    options = offered if form.language in offered else (form.language, *offered)
    tag = st.selectbox(
        "Language",
        options,
        format_func=languages.label,
        accept_new_options=True,
        help=_NEW_TAG,
        key=session.seed(f"language-{owner}", form.language),
    )
    chosen = (tag or form.language).strip()
    if languages.is_valid(chosen):
        return chosen
    st.warning(
        f"“{chosen[:40]}” is not a language tag. {languages.label(form.language)} stays. {_NEW_TAG}"
    )
    return form.language


def _sampling(owner: str, form: TurnSettings) -> dict[str, object]:
    st.markdown("**Answer**")
    left, right = st.columns(2)
    temperature = left.number_input(
        "Temperature",
        min_value=0.0,
        max_value=2.0,
        step=0.1,
        format="%.1f",
        placeholder="default",
        help="0 to 2. Empty: the provider's own default; the field is not sent.",
        key=session.seed(f"temperature-{owner}", form.temperature),
        value=None,
    )
    max_tokens = right.number_input(
        "Max tokens",
        min_value=1,
        max_value=1_000_000,
        step=16,
        placeholder="default",
        help="Cap on the answer. Empty: the provider's own default; the field is not sent.",
        key=session.seed(f"max-tokens-{owner}", form.max_tokens),
        value=None,
    )
    system_prompt = st.text_area(
        "System prompt",
        placeholder="None. For example: You are the receptionist of a dental clinic.",
        height=80,
        max_chars=20_000,
        key=session.seed(f"system-prompt-{owner}", form.system_prompt),
    )
    return {
        "temperature": None if temperature is None else round(temperature, 3),
        "max_tokens": max_tokens,
        "system_prompt": system_prompt,
    }


def _providers(owner: str, form: TurnSettings, facts: ServerFacts) -> dict[str, object]:
    st.markdown("**Providers**")
    rows = pool.by_id(facts.known)
    allowed = _entries("Allowed providers", f"allowed-{owner}", form.allowed, facts, "All")
    all_models = pool.models(facts.known)
    if all_models:
        left = len(pool.remaining(facts.known, allowed))
        st.caption(f"{left} of {len(all_models)} candidates in the pool")
        if not left:
            st.warning("Nobody is left to answer. Allow another provider.")
    outage: tuple[str, ...] = ()
    if facts.simulates:
        reachable = [row for row in rows.values() if row.available is not False]
        shown = ServerFacts(facts.fleet, tuple(reachable))
        label = "Simulate an outage of ..."
        outage = _entries(label, f"outage-{owner}", form.outage, shown, "Nobody")
        if outage:
            st.caption(":material/power_off: Down for this session's requests, until removed.")
    return {"allowed": allowed, "outage": outage}


def _entries(
    label: str, key: str, chosen: Sequence[str], facts: ServerFacts, empty: str
) -> tuple[str, ...]:
    rows = pool.by_id(facts.known)
    options = [*rows, *(entry for entry in chosen if entry not in rows)]
    return tuple(
        st.multiselect(
            label,
            options,
            format_func=lambda entry: pool.option_label(rows[entry]) if entry in rows else entry,
            placeholder=empty,
            key=session.seed(key, list(chosen)),
        )
    )
