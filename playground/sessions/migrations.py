"""The store's shape, in numbered steps; ``database`` does those that a store lacks.

A step that was released is never edited; add another. The number of steps done stands in the table
``schema_version``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

Migration = Callable[[sa.Connection], None]


def execute(connection: sa.Connection, *statements: str) -> None:
    """Run statements one after the other."""
    for statement in statements:
        connection.execute(sa.text(statement))


def step_1_conversations_and_turns(connection: sa.Connection) -> None:
    """Sessions and their turns. A turn's ``body`` is its JSON; the columns are what is asked for.

    ``revision`` counts the changes of a conversation; a turn has the one it was last changed at.
    ``owner`` and ``heartbeat_at`` (Unix seconds) are set while a turn runs.
    """
    execute(
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


def step_2_what_ifs(connection: sa.Connection) -> None:
    """Saved what-ifs; ``body`` is the what-if's JSON, its name included."""
    execute(
        connection,
        """CREATE TABLE what_ifs (
            id VARCHAR(64) PRIMARY KEY,
            name TEXT NOT NULL,
            body TEXT NOT NULL,
            created_at DOUBLE PRECISION NOT NULL)""",
    )


def step_3_owners(connection: sa.Connection) -> None:
    """Whose it is; what was there before belongs to this machine's user (``teams.owner``).

    A turn's ``runner`` is the process that runs it, called ``owner`` before. The ids of deleted
    conversations stay for a while, so that nothing that was on its way to one brings it back.
    """
    execute(
        connection,
        "ALTER TABLE turns RENAME COLUMN owner TO runner",
        "ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT 'machine'",
        "ALTER TABLE what_ifs ADD COLUMN owner TEXT NOT NULL DEFAULT 'machine'",
        "DROP INDEX IF EXISTS conversations_by_time",
        "CREATE INDEX conversations_by_owner ON conversations (owner, updated_at)",
        """CREATE TABLE deleted_conversations (
            id VARCHAR(64) PRIMARY KEY,
            deleted_at DOUBLE PRECISION NOT NULL)""",
    )


def step_4_spending(connection: sa.Connection) -> None:
    """What visitors spent on the host's keys, turn by turn; kept for a day, deleted sessions too.

    A table of its own, so that a visitor who deletes a session does not get its cost back.
    """
    execute(
        connection,
        """CREATE TABLE spending (
            turn_id VARCHAR(64) PRIMARY KEY,
            owner TEXT NOT NULL,
            started_at DOUBLE PRECISION NOT NULL,
            cost_usd DOUBLE PRECISION NOT NULL)""",
        "CREATE INDEX spending_by_owner ON spending (owner, started_at)",
    )


def step_5_comparisons(connection: sa.Connection) -> None:
    """What makes a session a comparison, as JSON (``playground.compare.seats``), and the votes.

    A vote keeps its turns' ids and the labels it is about, so that it outlives the session; no
    text of one. ``body`` is its JSON.
    """
    execute(
        connection,
        "ALTER TABLE conversations ADD COLUMN comparison TEXT",
        """CREATE TABLE votes (
            id VARCHAR(64) PRIMARY KEY,
            owner TEXT NOT NULL,
            conversation_id VARCHAR(64) NOT NULL,
            created_at DOUBLE PRECISION NOT NULL,
            body TEXT NOT NULL)""",
        "CREATE INDEX votes_by_owner ON votes (owner, created_at)",
    )


def step_6_library(connection: sa.Connection) -> None:
    """What sessions are found by: tags, a pin, the archive, the bin, sums, labels and the words.

    ``added_at`` is when a session was put there whole, which is as good as a new turn in it.
    ``number`` is a session's in the tables beside it. ``indexed`` is the version of ``segments``
    that its words were made by, 0 where they were not: ``indexing`` makes up for it, for the
    sessions of earlier versions too. ``turn_facts`` has what is counted of each turn, ``labels``
    what a session is filtered by. A row of ``search`` has the words of one text, or a part of it;
    ``indexing`` says how its number is made.
    """
    execute(
        connection,
        "ALTER TABLE conversations ADD COLUMN number BIGINT",
        *(
            f"ALTER TABLE conversations ADD COLUMN {column}"
            for column in (
                "origin TEXT",
                "tags TEXT NOT NULL DEFAULT '[]'",
                "pinned_at DOUBLE PRECISION",
                "archived_at DOUBLE PRECISION",
                "binned_at DOUBLE PRECISION",
                "added_at DOUBLE PRECISION",
                "indexed INTEGER NOT NULL DEFAULT 0",
                "tokens_in BIGINT",
                "tokens_out BIGINT",
                "cost_usd DOUBLE PRECISION",
                "failovers BIGINT NOT NULL DEFAULT 0",
                "failed INTEGER NOT NULL DEFAULT 0",
            )
        ),
        """UPDATE conversations SET number = (SELECT place FROM
            (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM conversations)
            AS placed WHERE placed.id = conversations.id)""",
        "CREATE UNIQUE INDEX conversations_by_number ON conversations (number)",
        "CREATE INDEX conversations_by_origin ON conversations (owner, origin)",
        "CREATE INDEX conversations_in_bin ON conversations (binned_at)",
        "CREATE INDEX conversations_to_index ON conversations (indexed)",
        """CREATE TABLE turn_facts (
            session BIGINT NOT NULL,
            place INTEGER NOT NULL,
            created_at DOUBLE PRECISION NOT NULL,
            status VARCHAR(16) NOT NULL,
            provider TEXT,
            model TEXT,
            kind TEXT,
            language TEXT NOT NULL,
            vertical TEXT,
            preset TEXT NOT NULL,
            tokens_in BIGINT,
            tokens_out BIGINT,
            cost_usd DOUBLE PRECISION,
            failovers BIGINT NOT NULL,
            PRIMARY KEY (session, place))""",
        """CREATE TABLE labels (
            session BIGINT NOT NULL,
            name VARCHAR(16) NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (session, name, value))""",
        "CREATE INDEX labels_by_value ON labels (name, value, session)",
    )
    if connection.dialect.name == "sqlite":
        # The words come segmented: nothing but spaces is left to split at.
        execute(
            connection,
            "CREATE VIRTUAL TABLE search USING fts5(words, tokenize = 'ascii', columnsize = 0)",
        )
    else:
        execute(
            connection,
            "CREATE SEQUENCE conversation_numbers",
            """SELECT setval('conversation_numbers',
                (SELECT coalesce(max(number), 0) + 1 FROM conversations), false)""",
            "CREATE TABLE search (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
            # What waits to be put into the index is looked through word by word: little may wait.
            """CREATE INDEX search_by_word ON search USING gin (words)
                WITH (gin_pending_list_limit = 256)""",
        )


def step_7_shares(connection: sa.Connection) -> None:
    """Frozen pages that anybody with their link can read; ``expires_at`` NULL: until revoked.

    Of the link, only a hash is kept. ``page`` is the HTML as it was when it was shared.
    """
    execute(
        connection,
        """CREATE TABLE shares (
            id VARCHAR(64) PRIMARY KEY,
            token_hash VARCHAR(64) NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            conversation_id VARCHAR(64) NOT NULL,
            title TEXT NOT NULL,
            page TEXT NOT NULL,
            created_at DOUBLE PRECISION NOT NULL,
            expires_at DOUBLE PRECISION)""",
        "CREATE INDEX shares_by_owner ON shares (owner, created_at)",
        "CREATE INDEX shares_by_conversation ON shares (conversation_id)",
    )


def step_8_evaluations(connection: sa.Connection) -> None:
    """Runs of suites (``playground.evaluate``), and their cells: what came of each single call.

    ``suite`` is the suite's JSON as it was when the run began. ``runner`` is the process that makes
    cells now, and ``heartbeat_at`` when it last said so. ``done``, ``passed`` and ``failed`` count
    the run's cells. A cell's ``body`` is its JSON; the columns are what a grid shows. The primary
    key makes a second cell of the same case, arm and repeat impossible.
    """
    execute(
        connection,
        """CREATE TABLE runs (
            id VARCHAR(64) PRIMARY KEY,
            owner TEXT NOT NULL,
            name TEXT NOT NULL,
            suite_name TEXT NOT NULL,
            suite TEXT NOT NULL,
            cases INTEGER NOT NULL,
            arms INTEGER NOT NULL,
            status VARCHAR(16) NOT NULL,
            started_at DOUBLE PRECISION NOT NULL,
            ended_at DOUBLE PRECISION,
            total INTEGER NOT NULL,
            done INTEGER NOT NULL,
            passed INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            spent_usd DOUBLE PRECISION NOT NULL,
            max_cost_usd DOUBLE PRECISION,
            seed BIGINT NOT NULL,
            server TEXT NOT NULL,
            note TEXT NOT NULL,
            runner VARCHAR(64),
            heartbeat_at DOUBLE PRECISION)""",
        "CREATE INDEX runs_by_owner ON runs (owner, started_at)",
        """CREATE TABLE cells (
            run_id VARCHAR(64) NOT NULL REFERENCES runs (id),
            case_id TEXT NOT NULL,
            arm_id TEXT NOT NULL,
            repeat INTEGER NOT NULL,
            passed INTEGER,
            provider TEXT,
            model TEXT,
            predicted TEXT,
            failovers INTEGER NOT NULL,
            simulated INTEGER NOT NULL,
            ttft_ms DOUBLE PRECISION,
            total_ms DOUBLE PRECISION,
            cost_usd DOUBLE PRECISION,
            tokens BIGINT,
            error TEXT,
            verdict VARCHAR(16),
            body TEXT NOT NULL,
            PRIMARY KEY (run_id, case_id, arm_id, repeat))""",
    )


def step_9_suite_drafts(connection: sa.Connection) -> None:
    """The suite that an owner puts together (``playground.evaluate.drafts``), as JSON."""
    execute(
        connection,
        """CREATE TABLE suite_drafts (
            owner VARCHAR(200) PRIMARY KEY,
            body TEXT NOT NULL,
            updated_at DOUBLE PRECISION NOT NULL)""",
    )


STEPS: Sequence[Migration] = (
    step_1_conversations_and_turns,
    step_2_what_ifs,
    step_3_owners,
    step_4_spending,
    step_5_comparisons,
    step_6_library,
    step_7_shares,
    step_8_evaluations,
    step_9_suite_drafts,
)
