"""Texts of any length and script in columns of a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dedup.cli.text_columns import fitted
from dedup.errors import printable

TEXTS = st.text(max_size=80) | st.text("ab临é", max_size=80)


@given(TEXTS, st.integers(4, 60), st.booleans())
def test_a_text_fills_at_most_its_column_and_keeps_its_beginning(text, width, by_ends):
    shown = printable(text)
    found = fitted(shown, width, by_ends=by_ends)

    assert cell_len(found) <= width
    if cell_len(shown) <= width:
        assert found == shown
    else:
        start, _, end = found.partition("…")
        assert shown.startswith(start.rstrip())
        assert shown.endswith(end.lstrip())
