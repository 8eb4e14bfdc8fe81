"""A news site on this machine, and crawls of it by the spider that docs/crawlers.md shows."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

from pages import DOCS, blocks
from runs import read_lines
from test_docs_commands import NAMED

LIMIT = 120


class _Site(BaseHTTPRequestHandler):
    """Answers with front pages, which are lists of links, and with pages."""

    pages: ClassVar[dict[str, bytes]]
    fronts: ClassVar[dict[str, list[str]]]

    def do_GET(self):
        if self.path in self.fronts:
            links = [f'<p><a href="{each}">{each}</a></p>' for each in self.fronts[self.path]]
            body = f"<html><body>{''.join(links)}</body></html>".encode()
        else:
            body = self.pages.get(self.path.split("?")[0])
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        """Write nothing to stderr."""


@contextmanager
def news_site(pages, fronts):
    """Serve pages by their paths, and lists of paths as front pages; give the address."""
    handler = type("Site", (_Site,), {"pages": pages, "fronts": fronts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@dataclass(frozen=True)
class Crawl:
    """A crawl that was started."""

    process: subprocess.Popen
    kept_file: Path
    log_file: Path

    def kept(self):
        """The items that it kept, when it has ended; it must have gone well."""
        self.process.wait(LIMIT)
        log = self.log_file.read_text("utf-8")
        assert self.process.returncode == 0, log
        assert "ERROR" not in log, log
        return read_lines(self.kept_file)

    def dropped(self):
        """What the log says of each item that was dropped."""
        lines = self.log_file.read_text("utf-8").splitlines()
        return [line.partition("Dropped: ")[2] for line in lines if "Dropped: " in line]


def write_project(folder):
    """Write the files that the page shows."""
    for block in blocks(DOCS / "crawlers.md"):
        if named := NAMED.match(block.text):
            (folder / named[1]).write_text(block.text, "utf-8")


def crawl(folder, name, front, **settings):
    """Start the spider of the page, one page at a time, the last link first."""
    known = {"CONCURRENT_REQUESTS": "1", "LOG_LEVEL": "INFO", **settings}
    options = [each for setting in known.items() for each in ("-s", "=".join(setting))]
    kept, log = folder / f"{name}.jsonl", folder / f"{name}.log"
    command = ["-m", "scrapy", "runspider", "news.py", "-a", f"front={front}", "-O", kept.name]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *command, *options], cwd=folder, stdout=file, stderr=file
        )
    return Crawl(process, kept, log)
