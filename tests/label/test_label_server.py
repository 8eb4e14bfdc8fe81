"""The local server of `dedup label --web`: who is answered, and who is not."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from urllib.parse import urlsplit

import pytest

from dedup.errors import ConfigError, OutputError
from dedup.evaluation.labelled_pairs import read_labels
from dedup.explain.open_run import open_run
from dedup.label.label_server import LabelServer
from dedup.label.open_labels import open_labels

AGAIN = "dedup label out -o 'my <labels>.jsonl'"


class Served:
    """A server in a thread of its own, and requests to it."""

    def __init__(self, path, labels, port=0):
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(path, labels, port), daemon=True)
        self._thread.start()
        assert self._ready.wait(120)
        parts = urlsplit(self.address)
        self.host, self.port, self.path = parts.netloc, parts.port, parts.path
        self.origin = f"http://{self.host}"

    def _serve(self, path, labels, port):
        # The store is opened in the thread that serves.
        with (
            open_run(path) as run,
            open_labels(run, labels, 3, 0) as session,
            LabelServer(run, session, port, AGAIN) as server,
        ):
            self.address = server.address
            self._ready.set()
            server.serve()

    def ask(self, method="GET", path=None, body=None, **headers):
        """Send a request; the status, the headers and the text of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, self.path if path is None else path, skip_host=True)
            headers = {"Host": self.host, **{n.replace("_", "-"): v for n, v in headers.items()}}
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            found = connection.getresponse()
            return found.status, found.headers, found.read().decode()
        finally:
            connection.close()

    def post(self, action, place, **headers):
        """Send an answer as the page does."""
        body = json.dumps({"action": action, "place": place}).encode()
        given = {
            "Origin": self.origin,
            "Content_Type": "application/json",
            "Content_Length": str(len(body)),
        }
        return self.ask("POST", body=body, **{**given, **headers})

    def wait(self):
        """Wait for the end of the command."""
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def labels(tmp_path):
    return tmp_path / "labels.jsonl"


@pytest.fixture
def served(sample_run, labels):
    server = Served(sample_run.path, labels)
    yield server
    if server._thread.is_alive():
        server.post("stop", None)
        server.wait()


def answers_of(path):
    return [each.same for each in read_labels(path)]


def test_the_page_is_served_with_headers_that_keep_it_here(served):
    status, headers, text = served.ask()

    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Server" not in headers
    assert "Access-Control-Allow-Origin" not in headers
    assert "default-src 'none'; style-src 'sha256-" in text
    assert "connect-src 'self'" in text
    assert "unsafe" not in text
    assert "Do both tell one story?" in text


def test_neither_the_score_nor_the_decision_is_on_the_page(served, labels):
    _, _, text = served.ask()
    first = read_labels(labels)[0]

    assert first.a in text
    for word in ("canonical", "duplicate", "story_id", first.stratum):
        assert word not in text.replace(first.a, "")


def test_the_address_is_of_this_machine_and_has_a_token_that_cannot_be_guessed(served, tmp_path):
    assert served.host == f"127.0.0.1:{served.port}"
    assert len(served.path.strip("/")) >= 40


def refused(served):
    """Requests that must not be answered, by what is wrong with them."""
    token, body = served.path, b'{"action":"same","place":0}'
    own = {"Origin": served.origin, "Content_Type": "application/json"}
    own["Content_Length"] = str(len(body))
    return {
        "no token": ({"path": "/"}, 403),
        "wrong token": ({"path": token.replace(token[5], "?")}, 403),
        "part of the token": ({"path": token[:-2] + "/"}, 403),
        "no ASCII": ({"path": "/%C3%A4/"}, 403),
        "another name": ({"Host": f"evil.example:{served.port}"}, 403),
        "localhost": ({"Host": f"localhost:{served.port}"}, 403),
        "another port": ({"Host": "127.0.0.1:1"}, 403),
        "no host": ({"Host": None}, 403),
        "a file": ({"path": f"{token}../../etc/passwd"}, 404),
        "a query": ({"path": f"{token}?x"}, 404),
        "PUT": ({"method": "PUT"}, 501),
        "HEAD": ({"method": "HEAD"}, 501),
        "OPTIONS": ({"method": "OPTIONS"}, 501),
        "POST without token": ({"method": "POST", "path": "/", "body": body, **own}, 403),
        "POST by rebinding": (
            {"method": "POST", "body": body, **own, "Host": "evil.example"},
            403,
        ),
        "foreign origin": (
            {"method": "POST", "body": body, **own, "Origin": "http://evil.example"},
            403,
        ),
        "null origin": ({"method": "POST", "body": body, **own, "Origin": "null"}, 403),
        "no origin": ({"method": "POST", "body": body, **own, "Origin": None}, 403),
        "a form": (
            {"method": "POST", "body": body, **own, "Content_Type": "text/plain"},
            415,
        ),
        "no length": ({"method": "POST", **own, "Content_Length": None}, 411),
        "negative": ({"method": "POST", **own, "Content_Length": "-1"}, 411),
        "too large": ({"method": "POST", **own, "Content_Length": "1001"}, 413),
        "endless": ({"method": "POST", **own, "Content_Length": "9" * 5000}, 413),
    }


def test_what_does_not_come_from_the_page_is_refused(served, labels):
    for name, (request, wanted) in refused(served).items():
        status, headers, text = served.ask(**request)
        assert status == wanted, name
        assert headers["Content-Type"] == "text/plain; charset=utf-8", name
        assert headers["Cache-Control"] == "no-store", name
        assert "Do both" not in text, name
    assert answers_of(labels) == [None, None, None]
    assert served.ask()[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"1", b"\xff", b"{}", b'{"action":"same"', b'{"action":"drop","place":0}',
        b'{"action":["same"],"place":0}', b'{"action":"same","place":"0"}',
        b'{"action":"same","place":true}', b'{"action":"same","place":0.0}', b"[" * 900,
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(served, labels, body):
    own = {"Origin": served.origin, "Content_Type": "application/json"}
    status, _, text = served.ask("POST", body=body, **own, Content_Length=str(len(body)))

    assert (status, text) == (400, "an answer has an action and a place")
    assert answers_of(labels) == [None, None, None]


def test_answers_are_saved_before_they_are_answered(served, labels):
    assert 'data-place="1"' in served.post("same", 0)[2]
    assert answers_of(labels) == [True, None, None]
    assert "Two stories; pair 3 of 3" in served.post("different", 1)[2]
    assert "Taken back; pair 2 of 3" in served.post("undo", 2)[2]
    assert answers_of(labels) == [True, None, None]
    served.post("skip", 1)
    status, _, text = served.post("different", 2)
    assert status == 200
    assert "No pair is left" in text
    assert "Nothing changed" in served.post("same", None)[2]
    assert answers_of(labels) == [True, None, False]


def test_an_answer_that_is_sent_twice_counts_once(served, labels):
    served.post("same", 0)
    status, _, text = served.post("different", 0)
    assert status == 200
    assert "Nothing changed; pair 2 of 3" in text
    assert answers_of(labels) == [True, None, None]
    served.post("undo", 1)
    served.post("undo", 1)
    assert answers_of(labels) == [None, None, None]


def test_an_answer_that_cannot_be_saved_is_not_lost_silently(served, labels, monkeypatch):
    def refuse(*_):
        raise OutputError("no space left to write labels\x1b[2J; free some")

    with monkeypatch.context() as patch:
        patch.setattr("dedup.label.label_session.write_labels", refuse)
        status, headers, text = served.post("same", 0)
    assert status == 500
    assert headers["Content-Type"].startswith("text/plain")
    assert text == "no space left to write labels\\x1b[2J; free some"
    assert 'data-place="1"' in served.post("same", 0)[2]


def test_the_last_page_says_how_to_go_on(served, labels):
    served.post("same", 0)
    status, _, text = served.post("stop", 1)
    served.wait()

    assert status == 200
    assert "data-ended" in text
    assert "dedup label out -o &#39;my &lt;labels&gt;.jsonl&#39;" in text
    assert answers_of(labels) == [True, None, None]
    with pytest.raises(ConnectionRefusedError):
        served.ask()
    assert [each.name for each in labels.parent.iterdir()] == ["labels.jsonl"]


def test_a_connection_that_says_nothing_keeps_nobody_waiting(served):
    idle = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(10)]
    assert served.ask()[0] == 200
    for each in idle:
        each.close()
    assert served.ask()[0] == 200


@pytest.mark.parametrize("request_line", [b"\x00\x01", b"GET", b"GET / HTTP/9.9", b"X" * 70_000])
def test_noise_is_refused_without_a_trace(served, request_line, capfd):
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(request_line + b"\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        try:
            answer = connection.recv(100_000)
        except ConnectionResetError:  # it had not read all of it
            answer = b""
    assert b"Do both" not in answer
    assert b"<html" not in answer
    assert served.ask()[0] == 200
    assert capfd.readouterr().err == ""


def test_a_port_in_use_is_named(sample_run, labels):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        open_run(sample_run.path) as run,
        open_labels(run, labels, 3, 0) as session,
    ):
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"--port {port} cannot be used"):
            LabelServer(run, session, port, AGAIN)
