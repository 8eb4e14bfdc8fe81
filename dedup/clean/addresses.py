"""Addresses of pages to what identifies an article: its host and its page."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

# Parameters that say where a reader came from, not what is read.
TRACKING = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "cmpid", "ocid", "smid"}
    | {"ref", "ref_src", "source", "src", "output", "outputtype", "amp", "xtor", "ito", "cid"}
)

# First labels under which sites serve the same articles to other devices.
DEVICE_LABELS = frozenset({"www", "m", "mobile", "amp"})

INDEX_PAGES = ("/index.html", "/index.htm", "/index.php")


def host_of(url: str | None) -> str | None:
    """Return the host of an address in lower case without ``www.`` and the like, or None.

    >>> host_of("https://WWW.Example.com:443/a")
    'example.com'
    """
    parts = _split(url)
    return _plain_host(parts.hostname) if parts is not None and parts.hostname else None


def page_of(url: str | None) -> str | None:
    """Return what identifies the article at an address, or None where it names no page.

    Scheme, device host, fragment, tracking parameters and index page names are dropped; the
    remaining parameters are sorted.

    >>> page_of("https://www.example.com/a/?utm_source=x&id=7#top")
    'example.com/a?id=7'
    """
    parts = _split(url)
    host = _plain_host(parts.hostname) if parts is not None and parts.hostname else None
    if parts is None or host is None:
        return None
    path = parts.path
    for index in INDEX_PAGES:
        path = path.removesuffix(index)
    path = path.removesuffix("/amp/").removesuffix("/amp").rstrip("/")
    parameters = parse_qsl(parts.query, keep_blank_values=True) if parts.query else ()
    kept = sorted(
        (name, value)
        for name, value in parameters
        if name.lower() not in TRACKING and not name.lower().startswith("utm_")
    )
    if not path and not kept:
        return None  # a front page shows another article every hour
    query = f"?{urlencode(kept, errors='replace')}" if kept else ""
    return f"{host}{path}{query}"


def _plain_host(host: str) -> str | None:
    """Return a host without the label of a device, or None where nothing but dots is left."""
    host = host.lower().strip(".")
    first, _, rest = host.partition(".")
    return (rest if first in DEVICE_LABELS and "." in rest else host) or None


def _split(url: str | None) -> SplitResult | None:
    """Return the parts of an http address, or None for anything else."""
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
        parts.hostname  # noqa: B018 - reading it is what raises on a bad host
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") else None
