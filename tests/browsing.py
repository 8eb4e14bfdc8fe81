"""Pages in a real browser: what a page does there beyond showing itself is recorded.

The fixture ``open_page`` opens a file or an address of this machine and gives a ``Seen``. At the
end of a test nothing may stand in its record: no message on the console, no error, no violation of
the page's policy, no dialog, no window, no request but for the page itself (or to the server that
the test started). A test that expects some of it takes it out by ``Seen.taken``.

Conditions are waited for (``expect``), with limits of time that a slow machine keeps.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest
from runs import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

NO_DRIVER = "the development tools are not installed: pip install '.[dev]'"
pytest.importorskip("playwright.sync_api", reason=NO_DRIVER)
pytest.importorskip("axe_playwright_python.sync_playwright", reason=NO_DRIVER)

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from open_chromium import MISSING, find_chromium, open_chromium  # noqa: E402
from playwright.sync_api import Page, expect  # noqa: E402

LIMIT_MS = 120_000
"""For one condition; usually it holds within a second."""

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# `preload` would ask for style sheets once more.
_AXE_OPTIONS = {"resultTypes": ["violations"], "preload": False}

_ON_VIOLATION = """
document.addEventListener("securitypolicyviolation", event => {
  console.error(`policy: ${event.effectiveDirective} refused ${event.blockedURI}`);
});
"""

SCRIPTS = (
    "<script>alert('run')</script>",
    "</script><script>alert('run')</script>",
    "<!--<script>",  # a script element that it stands in would not end where it seems to
    "<img src=x onerror=alert('run')>",
    "\"><svg onload=alert('run')>",
    "' autofocus tabindex=1 onfocus=alert('run') x='",
    "</title></style></textarea></template><script>alert('run')</script>",
    "javascript:alert('run')",
    "{{ 7 * 7 }}{% raw %}${alert('run')}",
    "&lt;script&gt;alert('run')&lt;/script&gt;",
    "\u2028alert('run')\u202e\x00",
    "__proto__",
)
"""Texts that run a script where a page takes them for anything else than texts."""

expect.set_options(timeout=LIMIT_MS)


@dataclass
class Seen:
    """A page that is open, and what it did.

    Attributes:
        page: The page, of playwright.
        home: The address that may be asked for: a file's, or the origin of a server.
        happened: What was recorded, a line for each.
    """

    page: Page
    home: str
    happened: list[str] = field(default_factory=list)

    def taken(self):
        """Return the record and begin a new one."""
        taken, self.happened[:] = list(self.happened), []
        return taken

    def check(self):
        """Fail where something was recorded."""
        # What the page said last is still on its way: an answer comes after it.
        if not self.page.is_closed():
            self.page.evaluate("0")
        assert not self.happened, "\n".join(self.happened)

    def text(self, selector="body"):
        """The visible text of an element, with single spaces."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def is_wider_than_window(self):
        """Whether a reader has to scroll sideways."""
        return self.page.evaluate(
            "document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
        )


def serious_findings(page):
    """What axe finds that keeps people from reading or using a page: a line for each place."""
    findings = Axe().run(page, options=_AXE_OPTIONS).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {' '.join(map(str, node['target']))}: {node['html']}"
        for each in findings
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def check_accessible(page):
    """Fail where axe finds something serious or critical, and print it."""
    findings = serious_findings(page)
    assert not findings, "\n".join(findings)


@contextmanager
def chromium():
    """A browser of its own, or a skipped test where there is none."""
    if find_chromium() is None:
        pytest.skip(MISSING)
    with open_chromium() as browser:
        yield browser


def opened(browser, target, **options):
    """Open a file (a ``Path``, or its address with a fragment) or an address of this machine.

    Args:
        browser: The browser.
        target: What to open.
        options: Of ``Browser.new_context``: ``viewport``, ``color_scheme``, ``reduced_motion``,
            ``java_script_enabled`` and so on.
    """
    address = target.resolve().as_uri() if isinstance(target, Path) else target
    context = browser.new_context(**{"viewport": DESKTOP, "color_scheme": "light", **options})
    context.set_default_timeout(LIMIT_MS)
    context.add_init_script(_ON_VIOLATION)
    page = context.new_page()
    seen = Seen(page, _home(address))
    _record(context, seen)
    page.goto(address)
    return seen


def _home(address):
    """What may be asked for: the file, or everything of a server."""
    parts = urlsplit(address)
    return urldefrag(address)[0] if parts.scheme == "file" else f"{parts.scheme}://{parts.netloc}/"


def _record(context, seen):
    """Record what happens in a context whose only page is the one to look at."""

    def note(kind, what):
        seen.happened.append(f"{kind}: {what}"[:2000])

    def on_request(request):
        own = urldefrag(request.url)[0]
        is_own = own == seen.home if own.startswith("file:") else own.startswith(seen.home)
        if not is_own:
            note("request", request.url)

    def on_dialog(dialog):
        note("dialog", dialog.message)
        dialog.dismiss()

    context.on("request", on_request)
    context.on("console", lambda message: note(f"console {message.type}", message.text))
    context.on("weberror", lambda error: note("error", error.error))
    context.on("dialog", on_dialog)
    context.on("page", lambda page: note("window", page.url))
    seen.page.on("download", lambda download: note("download", download.suggested_filename))
    seen.page.on("websocket", lambda socket: note("request", socket.url))
