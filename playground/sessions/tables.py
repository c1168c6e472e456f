"""The store's tables, as ``migrations`` makes them. Times are Unix seconds."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

_METADATA = sa.MetaData()

CONVERSATIONS: Final = sa.Table(
    "conversations",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.BigInteger),
    sa.Column("owner", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("leaf_id", sa.String),
    sa.Column("settings", sa.Text),
    sa.Column("comparison", sa.Text),
    sa.Column("created_at", sa.Double),
    sa.Column("updated_at", sa.Double),
    sa.Column("turn_count", sa.Integer),
    sa.Column("revision", sa.Integer),
    sa.Column("origin", sa.Text),
    sa.Column("tags", sa.Text),
    sa.Column("pinned_at", sa.Double),
    sa.Column("archived_at", sa.Double),
    sa.Column("binned_at", sa.Double),
    sa.Column("added_at", sa.Double),
    sa.Column("indexed", sa.Integer),
    sa.Column("tokens_in", sa.BigInteger),
    sa.Column("tokens_out", sa.BigInteger),
    sa.Column("cost_usd", sa.Double),
    sa.Column("failovers", sa.BigInteger),
    sa.Column("failed", sa.Integer),
)

TURNS: Final = sa.Table(
    "turns",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("conversation_id", sa.String),
    sa.Column("place", sa.Integer),
    sa.Column("revision", sa.Integer),
    sa.Column("status", sa.String),
    sa.Column("runner", sa.String),
    sa.Column("heartbeat_at", sa.Double),
    sa.Column("body", sa.Text),
)

TURN_FACTS: Final = sa.Table(
    "turn_facts",
    _METADATA,
    sa.Column("session", sa.BigInteger, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("created_at", sa.Double),
    sa.Column("status", sa.String),
    sa.Column("provider", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("kind", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("vertical", sa.Text),
    sa.Column("preset", sa.Text),
    sa.Column("tokens_in", sa.BigInteger),
    sa.Column("tokens_out", sa.BigInteger),
    sa.Column("cost_usd", sa.Double),
    sa.Column("failovers", sa.BigInteger),
)

LABELS: Final = sa.Table(
    "labels",
    _METADATA,
    sa.Column("session", sa.BigInteger, primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
)
"""What a session is filtered by. Names: provider, model, kind, language, vertical, preset, tag."""

SEARCH: Final = sa.Table(
    "search", _METADATA, sa.Column("rowid", sa.BigInteger, primary_key=True), sa.Column("words")
)
"""``words`` is one of FTS5's columns in SQLite, and a tsvector in Postgres."""

SHARES: Final = sa.Table(
    "shares",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("token_hash", sa.String),
    sa.Column("owner", sa.Text),
    sa.Column("conversation_id", sa.String),
    sa.Column("title", sa.Text),
    sa.Column("page", sa.Text),
    sa.Column("created_at", sa.Double),
    sa.Column("expires_at", sa.Double),
)
"""Used by ``playground.shares``; here, because a session that is deleted takes its shares along."""

DELETED: Final = sa.Table(
    "deleted_conversations",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("deleted_at", sa.Double),
)

RUNS: Final = sa.Table(
    "runs",
    _METADATA,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("suite_name", sa.Text),
    sa.Column("suite", sa.Text),
    sa.Column("cases", sa.Integer),
    sa.Column("arms", sa.Integer),
    sa.Column("status", sa.String),
    sa.Column("started_at", sa.Double),
    sa.Column("ended_at", sa.Double),
    sa.Column("total", sa.Integer),
    sa.Column("done", sa.Integer),
    sa.Column("passed", sa.Integer),
    sa.Column("failed", sa.Integer),
    sa.Column("spent_usd", sa.Double),
    sa.Column("max_cost_usd", sa.Double),
    sa.Column("seed", sa.BigInteger),
    sa.Column("server", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("runner", sa.String),
    sa.Column("heartbeat_at", sa.Double),
)
"""Used by ``playground.evaluate``, as ``CELLS`` is; here, because unused ones are deleted too."""

CELLS: Final = sa.Table(
    "cells",
    _METADATA,
    sa.Column("run_id", sa.String, primary_key=True),
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("arm_id", sa.Text, primary_key=True),
    sa.Column("repeat", sa.Integer, primary_key=True),
    sa.Column("passed", sa.Integer),
    sa.Column("provider", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("predicted", sa.Text),
    sa.Column("failovers", sa.Integer),
    sa.Column("simulated", sa.Integer),
    sa.Column("ttft_ms", sa.Double),
    sa.Column("total_ms", sa.Double),
    sa.Column("cost_usd", sa.Double),
    sa.Column("tokens", sa.BigInteger),
    sa.Column("error", sa.Text),
    sa.Column("verdict", sa.String),
    sa.Column("body", sa.Text),
)
"""What came of each call of a run; ``passed`` and ``simulated`` are 0 or 1."""
