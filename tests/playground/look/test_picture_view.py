"""The buttons that save a chart say which chart, and carry its title and caption."""

from __future__ import annotations

from playground.look.picture_view import buttons_html


def test_each_format_has_a_named_button() -> None:
    html = buttons_html("chart-latency", "Latency", 'all "simulated" <b>')
    assert html.count("<button ") == 2
    assert 'aria-label="PNG of Latency"' in html
    assert 'aria-label="SVG of Latency"' in html
    assert 'data-file="speko-latency"' in html
    assert 'data-caption="all &quot;simulated&quot; &lt;b&gt;"' in html
