"""Who is who in tables and files: names for reading, ids as data."""

from __future__ import annotations

import pandas as pd

from playground.look.tables import for_a_file, for_reading

FRAME = pd.DataFrame(
    {"provider": pd.Series(["openai", "custom-my-lab", None], dtype="string"), "turn": [1, 2, 3]}
)


def test_a_person_reads_names() -> None:
    shown = for_reading(FRAME)["provider"]
    assert shown.dropna().tolist() == ["OpenAI", "My lab"]
    assert shown.isna().tolist() == [False, False, True]


def test_a_file_has_the_id_and_the_name() -> None:
    written = for_a_file(FRAME)
    assert list(written) == ["provider", "provider_name", "turn"]
    assert written["provider"].dropna().tolist() == ["openai", "custom-my-lab"]
    assert written["provider_name"].dropna().tolist() == ["OpenAI", "My lab"]
