"""The page "What is real here": by the server in use, by a deep link, and with a way on."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.look import parts
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"


def page(**query: str) -> AppTest:
    """The page at a deep link."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("../pages/real.py").run()


def shown(app: AppTest) -> str:
    """What the page says, its tables too."""
    typed = [each.proto.body for each in app.get("html")]
    return " ".join([*typed, *(str(each.value) for each in [*app.markdown, *app.warning])])


@pytest.mark.usefixtures("stand_in")
def test_it_says_what_is_simulated_now_and_what_each_label_means() -> None:
    app = page()
    assert not app.exception
    assert [each.value for each in app.title] == ["What is real here"]
    assert "The demo fleet is on" in shown(app)
    for label in ("simulated", "scripted", "illustrative", "estimated, ≈", "live", "drill"):
        assert f'<th scope="row">{label}</th>' in shown(app)


@pytest.mark.usefixtures("stand_in")
def test_it_leads_back_to_the_session_and_on_to_the_keys() -> None:
    app = page(c="some-session")
    links = {each.proto.label: each.proto for each in app.get("page_link")}
    assert "c=some-session" in links["Back to the chat"].query_string
    assert links["Add a key or a server"].page.endswith("connections")


def test_where_the_gateway_does_not_answer_it_says_so_and_explains_the_labels(
    stand_in: StandIn,
) -> None:
    stand_in.lacks = ("/v1/fleet",)
    app = page()
    assert not app.exception
    assert app.warning
    assert '<th scope="row">simulated</th>' in shown(app)


def test_a_label_leads_there_and_is_escaped() -> None:
    for link in (parts.source_chip("<b>"), parts.real_link("<b>")):
        assert 'href="real"' in link
        assert "&lt;b&gt;" in link
