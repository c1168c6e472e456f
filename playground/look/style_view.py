"""The few styles that Streamlit's theme has no option for, light and dark."""

from __future__ import annotations

import streamlit as st

_CSS = """
<style>
.sp-chips { display: flex; flex-wrap: wrap; gap: .3rem; align-items: center; margin-top: .1rem; }
.sp-chip { font-size: .75rem; line-height: 1.2; padding: .2rem .5rem; border-radius: 1rem;
  border: 1px solid color-mix(in srgb, currentColor 14%, transparent);
  color: color-mix(in srgb, currentColor 78%, transparent); white-space: nowrap;
  max-width: 100%; overflow: hidden; text-overflow: ellipsis; }
.sp-provider { font-weight: 600; color: inherit; }
.sp-source { border-style: dashed; }
.sp-live { color: #0B6B3A; border-color: #0B6B3A66; }
.sp-dark .sp-live { color: #6EE7A8; border-color: #6EE7A866; }
.sp-amber { background: #B4530920; border-color: #B4530966; color: #92400E; }
.sp-dark .sp-amber { background: #F59E0B22; border-color: #F59E0B66; color: #FCD34D; }
.sp-whatif { background: #7C3AED22; border-color: #7C3AED88; }
.sp-dot { margin-right: .35rem; }
.sp-hero { margin: 8vh 0 1rem; }
.sp-hero h1 { font-size: 1.9rem; line-height: 1.2; padding: 0; margin: 0 0 .4rem; }
.sp-hero p { font-size: 1.05rem; margin: 0; opacity: .8; max-width: 42rem; }
[data-testid="stMainBlockContainer"] { max-width: 60rem; }
[data-testid="stSidebarUserContent"] [data-testid="stVerticalBlock"] { gap: .55rem; }
[data-testid="stSidebarUserContent"] [data-testid="stButtonGroup"] button {
  padding-left: .3rem; padding-right: .3rem; }
.st-key-session-header { gap: .35rem; padding: .4rem 0 .6rem; }
@media (min-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-session-header) {
    position: sticky; top: 3.5rem; z-index: 9; background: var(--sp-page); }
}
.stApp:has(.sp-light) { --sp-page: #FFFFFF; }
.stApp:has(.sp-dark) { --sp-page: #12141B; }
[class*="st-key-under-"] { row-gap: .1rem; }
.sp-focused { scroll-margin-top: 10rem; border-radius: .75rem;
  outline: 2px solid #3B5BDB66; outline-offset: .4rem; }
</style>
"""

_WIDE = """<style>
[data-testid="stMainBlockContainer"] { max-width: 84rem; padding-top: 4.2rem; }
.st-key-view button p { display: block; }
.st-key-view button p::first-letter { text-transform: uppercase; }
@media (min-width: 641px) and (max-width: 1240px) {
  .st-key-intent-row [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-intent-row [data-testid="stColumn"] { flex: 1 1 9.5rem; min-width: 9.5rem; }
  .st-key-intent-row [data-testid="stColumn"]:nth-child(2) { flex: 2 1 21rem; min-width: 21rem; }
}
@media (min-width: 641px) and (max-width: 980px) {
  .st-key-what-if-top > * > [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
  .st-key-what-if-top > * > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] {
    flex: 1 1 100%; min-width: 100%; }
}
</style>"""


def page_style() -> None:
    """Put the styles on the page; once per run, before anything that wears them."""
    st.html(_CSS)


def wide_style() -> None:
    """Give a page of tables and maps more room, and less above it."""
    st.html(_WIDE)


def is_dark() -> bool:
    """Whether the person's theme is dark, as far as the browser has said."""
    return st.context.theme.type == "dark"


def themed(html: str) -> str:
    """``html`` in a box that knows the theme, for styles that differ in the dark."""
    return f'<div class="{"sp-dark" if is_dark() else "sp-light"}">{html}</div>'
