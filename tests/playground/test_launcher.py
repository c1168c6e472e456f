"""The launcher as a server of its own: whose settings are in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.harness import PlaygroundServer

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
