"""The store's shape, as numbered steps. A step that was released is never edited; add another.

The number of steps done stands in ``schema_version``. All outstanding steps run in the caller's one
transaction, so a store is either as it was or wholly up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, inspect, text

from playground.sessions.store_errors import StoreError

Migration = Callable[[Connection], None]


def step_1_conversations_and_turns(connection: Connection) -> None:
    """Sessions and their turns. A turn's ``body`` is its JSON; the columns are what is asked for.

    ``revision`` counts the changes of a conversation; a turn has the one it was last changed at.
    ``owner`` and ``heartbeat_at`` (Unix seconds) are set while a turn runs.
    """
    _execute(
        connection,
        """CREATE TABLE conversations (
            id VARCHAR(64) PRIMARY KEY,
            title TEXT NOT NULL,
            leaf_id VARCHAR(64),
            settings TEXT NOT NULL,
            created_at DOUBLE PRECISION NOT NULL,
            updated_at DOUBLE PRECISION NOT NULL,
            turn_count INTEGER NOT NULL,
            revision INTEGER NOT NULL)""",
        """CREATE TABLE turns (
            id VARCHAR(64) PRIMARY KEY,
            conversation_id VARCHAR(64) NOT NULL REFERENCES conversations (id),
            place INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            status VARCHAR(16) NOT NULL,
            owner VARCHAR(64),
            heartbeat_at DOUBLE PRECISION,
            body TEXT NOT NULL)""",
        "CREATE INDEX turns_by_revision ON turns (conversation_id, revision)",
        "CREATE INDEX conversations_by_time ON conversations (updated_at)",
    )


def step_2_what_ifs(connection: Connection) -> None:
    """Saved what-ifs; ``body`` is the what-if's JSON, its name included."""
    _execute(
        connection,
        """CREATE TABLE what_ifs (
            id VARCHAR(64) PRIMARY KEY,
            name TEXT NOT NULL,
            body TEXT NOT NULL,
            created_at DOUBLE PRECISION NOT NULL)""",
    )


STEPS: Sequence[Migration] = (step_1_conversations_and_turns, step_2_what_ifs)


def outstanding(connection: Connection, place: str, steps: Sequence[Migration] = STEPS) -> int:
    """How many steps the store lacks; only reads. ``place`` names the store in errors.

    Raises StoreError where a newer version of the playground made it.
    """
    lacking = len(steps) - _version(connection)
    if lacking < 0:
        raise StoreError(
            f"{place} was made by a newer version of the playground. Get that version, or set "
            "SPEKO_DATA_DIR to another folder."
        )
    return lacking


def migrate(connection: Connection, place: str, steps: Sequence[Migration] = STEPS) -> None:
    """Do the steps that the store lacks, inside the caller's transaction. Raises StoreError."""
    done = len(steps) - outstanding(connection, place, steps)
    if done == 0:
        _execute(connection, "CREATE TABLE schema_version (version INTEGER NOT NULL)")
        _execute(connection, "INSERT INTO schema_version (version) VALUES (0)")
    for step in steps[done:]:
        step(connection)
    connection.execute(text("UPDATE schema_version SET version = :new"), {"new": len(steps)})


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table("schema_version"):
        return 0
    return int(connection.execute(text("SELECT version FROM schema_version")).scalar_one())


def _execute(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement))
