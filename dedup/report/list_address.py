"""Filters of the list of documents as a fragment of the page's address."""

from __future__ import annotations

from urllib.parse import urlencode

KEPT = "canonical,unique"
"""The statuses of documents that stay, as a filter."""

INPUTS = f"{KEPT},duplicate,rejected"
"""The statuses of the inputs of the dump, without documents of earlier dumps, as a filter."""

UNKNOWN = "unknown"
"""The day of documents without one, as a filter."""


def list_address(**filters: str) -> str:
    """Return the fragment that opens the list with some filters.

    Args:
        filters: ``status``, ``relation``, ``reason``, ``host``, ``day``, ``score``, ``story`` and
            so on, as `scripts/address.js` reads them.

    >>> list_address(host="a.example", status="duplicate")
    '#list?host=a.example&status=duplicate'
    >>> list_address()
    '#list'
    """
    query = urlencode(filters, errors="replace")
    return f"#list?{query}" if query else "#list"
