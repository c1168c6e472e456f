"""The launcher as a server of its own: whose settings are in force."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from playground.sessions.store import Store
from playground.sessions.turns import utc_now
from playground.teams.owner import MACHINE_OWNER
from tests.e2e.harness import ROOT, PlaygroundServer
from tests.patience import PATIENCE
from tests.turns import turn

pytestmark = pytest.mark.slow


def test_the_environment_counts_before_what_streamlit_makes_of_the_secrets_file(
    tmp_path: Path,
) -> None:
    elsewhere = tmp_path / "of-the-secrets-file"
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(f'SPEKO_DATA_DIR = "{elsewhere}"\n')
    server = PlaygroundServer(tmp_path, {})
    server.start()
    server.stop()  # which waits until the first page was prepared, the store with it
    assert (server.data_dir / "playground.db").exists(), server.log
    assert not elsewhere.exists()


def test_what_was_not_used_for_so_long_is_deleted_at_the_start(tmp_path: Path) -> None:
    server = PlaygroundServer(tmp_path, {"SPEKO_RETENTION_DAYS": "30"})
    url = f"sqlite:///{server.data_dir / 'playground.db'}"
    old = Store(url, now=lambda: utc_now() - timedelta(days=40))
    old.of(MACHINE_OWNER).save_turn(turn("t1"))
    server.start()
    deadline = time.monotonic() + PATIENCE
    while old.of(MACHINE_OWNER).recent(1):
        assert time.monotonic() < deadline, server.log
        time.sleep(0.05)  # there is no event to wait for: the server is another process
    server.stop()
    old.close()


def test_the_server_answers_before_the_client_and_the_settings_are_imported() -> None:
    heavy = ("speko_client", "pydantic", "sqlalchemy", "pandas")
    script = f"import app, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
