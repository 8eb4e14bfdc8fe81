"""What every explanation can do: be read in a notebook, and become a page."""

from __future__ import annotations

from typing import ClassVar

from dedup.errors import printable

_LONGEST = 60


class Explanation:
    """An explanation of one document or of two."""

    __slots__ = ()

    TEMPLATE: ClassVar[str]
    """Name of the template of its page."""

    def subject(self) -> str:
        """Return what is explained, in words."""
        raise NotImplementedError

    def answer(self) -> str:
        """Return the answer in some words."""
        raise NotImplementedError

    def page(self) -> str:
        """Return a self-contained HTML page, as ``dedup explain --html`` writes it."""
        from dedup.explain.html_pages import page  # jinja2: most explanations become no page

        return page(self.TEMPLATE, title=f"{self.subject()}: {self.answer()}", found=self)

    def _repr_html_(self) -> str:
        """Return the inside of the page, for a notebook."""
        from dedup.explain.html_pages import fragment  # as in page

        return fragment(self.TEMPLATE, found=self)

    def __repr__(self) -> str:
        """Return the answer in one line."""
        return f"<{type(self).__name__} {self.subject()}: {self.answer()}>"


def quoted(title: str | None, doc_id: str) -> str:
    """Return a document as a short representation names it."""
    name = title or doc_id
    cut = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
    return f'"{printable(cut)}"'
