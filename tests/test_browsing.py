"""The recorder of the browser sees everything that a page is not to do."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from browsing import PHONE, serious_findings

POLICY = "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'\">"

# Nothing listens at the port of discard.
DOES = {
    "console": ("<script>console.warn('hello')</script>", "console warning: hello"),
    "error": ("<script>throw Error('broken')</script>", "error: broken"),
    "later error": ("<script>Promise.reject(Error('broken'))</script>", "error: broken"),
    "dialog": ("<script>confirm('sure?')</script>", "dialog: sure?"),
    "image": ("<img src='http://127.0.0.1:9/x.png'>", "request: http://127.0.0.1:9/x.png"),
    "file": ("<img src='other.png'>", "/other.png"),
    "fetch": ("<script>fetch('http://127.0.0.1:9/')</script>", "request: http://127.0.0.1:9/"),
    "socket": ("<script>new WebSocket('ws://127.0.0.1:9/')</script>", "request: ws://127.0.0.1:9/"),
    "window": ("<script>open('about:blank')</script>", "window: about:blank"),
    "frame": ("<iframe src='http://127.0.0.1:9/'></iframe>", "request: http://127.0.0.1:9/"),
    "script": (f"{POLICY}<script>alert(1)</script>", "policy: script-src-elem refused inline"),
    "style": (f"{POLICY}<p style='color: red'>x</p>", "policy: style-src-attr refused inline"),
    "handler": (f"{POLICY}<body onload='alert(1)'>", "policy: script-src-attr refused inline"),
}


@pytest.fixture
def write(tmp_path):
    def write_page(inside):
        path = tmp_path / "page.html"
        path.write_text(f"<!DOCTYPE html><html lang='en'><title>Page</title>{inside}", "utf-8")
        return path

    return write_page


@pytest.mark.parametrize(("inside", "recorded"), DOES.values(), ids=DOES)
def test_what_a_page_does_is_recorded(inside, recorded, write, open_page):
    seen = open_page(write(inside))

    seen.page.wait_for_load_state("networkidle")
    with pytest.raises(AssertionError):
        seen.check()
    assert any(recorded in each for each in seen.taken())


def test_a_page_that_only_shows_itself_passes(write, open_page):
    seen = open_page(write("<main><h1>Page</h1><p>text</p></main>"))
    seen.page.goto(f"{seen.home}#list")

    seen.check()
    assert seen.text() == "Page text"
    assert serious_findings(seen.page) == []


def test_pages_of_the_server_that_was_opened_are_no_request_elsewhere(open_page):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<link rel='icon' href='data:,'><script>fetch('/more')</script>")

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        seen = open_page(f"http://127.0.0.1:{server.server_port}/?token=x")
        seen.page.wait_for_load_state("networkidle")
        seen.check()
    finally:
        server.shutdown()
        server.server_close()


def test_what_keeps_people_from_a_page_is_found(write, open_page):
    seen = open_page(write("<main><h1>Page</h1><p style='color: #ddd'>pale</p><input></main>"))
    findings = serious_findings(seen.page)

    assert {each.split()[0] for each in findings} == {"color-contrast", "label"}


def test_a_page_that_is_too_wide_for_a_phone_is_seen(write, open_page):
    page = write("<meta name='viewport' content='width=device-width'><div id='x'>x</div>")
    seen = open_page(page, viewport=PHONE)

    assert not seen.is_wider_than_window()
    seen.page.evaluate("document.getElementById('x').style.width = '500px'")
    assert seen.is_wider_than_window()
