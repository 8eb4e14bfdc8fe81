"""Addresses of pages to what identifies an article: its host and its page."""

from __future__ import annotations

import functools
import re
from urllib.parse import parse_qsl, urlencode, urlsplit

# Parameters that say where a reader came from, not what is read.
TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "cmpid", "ocid", "smid"}
    | {"ref", "ref_src", "source", "src", "output", "outputtype", "amp", "xtor", "ito", "cid"}
)

# First labels under which sites serve the same articles to other devices.
DEVICE_LABELS = frozenset({"www", "m", "mobile", "amp"})

_NO_ADDRESS = None, "", ""

INDEX_PAGES = ("/index.html", "/index.htm", "/index.php")

# How the path of the same article ends on another device, in the order in which they are dropped.
_ENDINGS = (*INDEX_PAGES, "/amp/", "/amp", "/")

# What most addresses are: nothing in them that a parser could read otherwise.
_COMMON = re.compile(r"https?://([a-z0-9.-]+)((?:/[A-Za-z0-9._~%/-]*)?)")


def host_of(url: str | None) -> str | None:
    """Return the host of an address in lower case without ``www.`` and the like, or None.

    >>> host_of("https://WWW.Example.com:443/a")
    'example.com'
    """
    return _split(url)[0] if url else None


def page_of(url: str | None) -> str | None:
    """Return what identifies the article at an address, or None where it names no page.

    Scheme, device host, fragment, tracking parameters and index page names are dropped; the
    remaining parameters are sorted.

    >>> page_of("https://www.example.com/a/?utm_source=x&id=7#top")
    'example.com/a?id=7'
    """
    host, path, asked = _split(url) if url else _NO_ADDRESS
    if host is None:
        return None
    if path.endswith(_ENDINGS):
        for ending in _ENDINGS:
            path = path.removesuffix(ending)
        path = path.rstrip("/")
    query = _query(asked) if asked else ""
    # A front page shows another article every hour.
    return f"{host}{path}{query}" if path or query else None


def _query(asked: str) -> str:
    """Return the parameters that say what is read, sorted, with the question mark before them."""
    kept = sorted(
        (name, value)
        for name, value in parse_qsl(asked, keep_blank_values=True)
        if name.lower() not in TRACKING and not name.lower().startswith("utm_")
    )
    return f"?{urlencode(kept, errors='replace')}" if kept else ""


def _plain_host(host: str) -> str | None:
    """Return a host without the label of a device, or None where nothing but dots is left."""
    host = host.lower().strip(".")
    first, _, rest = host.partition(".")
    return (rest if first in DEVICE_LABELS and "." in rest else host) or None


@functools.lru_cache(maxsize=8)  # a document's address is asked for its host, then for its page
def _split(url: str) -> tuple[str | None, str, str]:
    """Return host, path and query of an http address; no host for anything else."""
    if found := _COMMON.fullmatch(url):
        return _plain_host(found[1]), found[2], ""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname  # reading it raises on a bad one
    except ValueError:
        return _NO_ADDRESS
    if not host or parts.scheme not in ("http", "https"):
        return _NO_ADDRESS
    return _plain_host(host), parts.path, parts.query
