"""Where the rows of a table begin again, behind one whose quotes are broken."""

from __future__ import annotations

import re

from dedup.read.table_dialect import Dialect, with_doubled_quotes

WINDOW = 16_384
"""Characters that are looked at from a line on."""

# So many rows without a quote are no lines of a text that have as many delimiters by chance.
_ENOUGH_ROWS = 3


class RowGrammar:
    r"""What well-formed rows of a table look like, stricter than a reader takes them.

    >>> rows = RowGrammar(Dialect(","), 2)
    >>> rows.begins('A title,"Rain, they\nsaid"\n', cut=False)
    True
    >>> rows.begins('said"\nA title,"Rain, they\nsaid"\n', cut=False)
    False
    """

    def __init__(self, dialect: Dialect, columns: int) -> None:
        """Compile the forms of a row of so many columns, and of the beginning of one."""
        mark = re.escape(dialect.delimiter)
        # A blank behind a delimiter is a sentence's.
        bare = rf'(?! )[^"{mark}\r\n]*+'
        cell = rf'(?:"(?:[^"]|"")*+"|{bare})'
        others = rf"(?:{mark}{cell})"
        self._row = re.compile(rf"{cell}{others}{{{columns - 1}}}{mark}*+(?:[\r\n]++|\Z)")
        self._cut = re.compile(rf'(?:{cell}{mark}){{0,{columns - 1}}}(?:"(?:[^"]|"")*+|{bare})\Z')

    def begins(self, text: str, *, cut: bool) -> bool:
        """Return whether rows begin where a text does.

        Args:
            text: Lines of the table.
            cut: Whether more lines follow.
        """
        if self._follow(text, cut=cut):
            return True
        return '\\"' in text and self._follow(with_doubled_quotes(text), cut=cut)

    def _follow(self, text: str, *, cut: bool) -> bool:
        """Return whether a text is rows, up to one with a quoted value, which is no chance."""
        at = 0
        for _ in range(_ENOUGH_ROWS):
            row = self._row.match(text, at)
            if not row or (cut and row.end() == len(text)):
                return at > 0 and cut and self._cut.match(text, at) is not None
            if '"' in row[0]:
                return True
            at = row.end()
            if at == len(text):
                break
        return True
