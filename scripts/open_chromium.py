"""The Chromium of the system, driven by playwright: for tests and pictures of pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

MISSING = "no Chromium on this machine: apt-get install chromium"

_START_MS = 180_000.0
"""Time that a busy machine may take to start it."""


def find_chromium() -> str | None:
    """Return the path of the first program of ``PROGRAMS`` that is installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def open_chromium() -> Iterator[Browser]:
    """Start it without a window, and end it.

    Meanwhile an event loop of asyncio runs in this thread: no other can be started in it.

    Raises:
        RuntimeError: There is none.
    """
    program = find_chromium()
    if program is None:
        raise RuntimeError(MISSING)
    # Chromium has no sandbox for root, and containers give /dev/shm little room.
    own = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[*own, "--disable-dev-shm-usage"], timeout=_START_MS
        )
        try:
            yield browser
        finally:
            browser.close()
