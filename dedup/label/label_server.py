"""The page for judging pairs, served to a browser of this machine and to nobody else.

It listens on 127.0.0.1 alone. Whoever asks must know the token, which is in the address that the
command prints, and must name this server as its host: a page of a foreign site whose name was made
to lead here names its own. An answer must come from the page itself.

Requests are read in threads of their own, and answered one after the other by the thread that
serves, which has the store and the session.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from dedup.errors import ConfigError, DedupError, printable
from dedup.json_codec import load_json
from dedup.label.label_page import Asked, asked_part, label_page
from dedup.label.shown_pair import shown_pair

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.label.label_session import LabelSession

_LOOPBACK = "127.0.0.1"

_TOKEN_BYTES = 32

_LARGEST_BODY = 1000
"""Bytes of an answer."""

_MOST_CONNECTIONS = 32

_SECONDS = 10
"""How long a connection may say nothing."""

_ANSWERS = {"same": True, "different": False, "skip": None}
_WORDS = {"same": "One story", "different": "Two stories", "skip": "Skipped"}

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer; the page itself has the rest of its policy."""

_Job = tuple[Callable[[], str], "Future[str]"]


class LabelServer:
    """Serves a session; use it as a context manager.

    Attributes:
        address: The address of the page, with the token.
    """

    def __init__(self, run: Run, session: LabelSession, port: int, again: str) -> None:
        """Begin to listen.

        Args:
            run: The run whose pairs are asked.
            session: What is asked, and where answers go.
            port: Where to listen; 0 for a free port.
            again: The command that goes on another time.

        Raises:
            ConfigError: The port cannot be used.
        """
        self._run, self._session, self._again = run, session, again
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        try:
            self._listener = _Listener(port, token, self)
        except OSError as error:
            message = f"--port {port} cannot be used ({error.strerror}); name another one, or none"
            raise ConfigError(message) from error
        self.address = f"{self._listener.origin}/{token}/"

    def __enter__(self) -> LabelServer:
        """Return the server."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no longer."""
        self._listener.server_close()

    def serve(self) -> None:
        """Answer requests until the page says that it is enough."""
        threading.Thread(target=self._listener.serve_forever, daemon=True).start()
        try:
            while job := self._jobs.get():
                work, answer = job
                try:
                    answer.set_result(work())
                except DedupError as error:
                    answer.set_exception(error)
        finally:
            self._listener.shutdown()

    def call(self, work: Callable[[], str]) -> str:
        """Let the thread that serves do some work, and return what it returns.

        Raises:
            DedupError: It could not be done.
        """
        answer: Future[str] = Future()
        self._jobs.put((work, answer))
        return answer.result()

    def end(self) -> None:
        """Let the thread that serves return."""
        self._jobs.put(None)

    def page(self) -> str:
        """Return the page."""
        return label_page(self._asked(""))

    def answer(self, action: str, place: int | None) -> str:
        """Do what a key says, and return what is asked next.

        Args:
            action: ``same``, ``different``, ``skip``, ``undo`` or ``stop``.
            place: The place of the pair that the page shows, None where it shows none. Where
                another one is asked by now, nothing is done.

        Raises:
            OutputError: The answer cannot be saved.
        """
        if action == "stop":
            return asked_part(self._asked("Ended", has_ended=True))
        if action == "undo":
            done, message = self._session.undo(place), "Taken back"
        else:
            done, message = self._session.answer(place, _ANSWERS[action]), _WORDS[action]
        return asked_part(self._asked(message if done else "Nothing changed"))

    def _asked(self, message: str, *, has_ended: bool = False) -> Asked:
        """Return what is asked now."""
        session = self._session
        pair, counted = session.current, session.counted
        if pair is not None and not has_ended:
            number = f"pair {(pair.place or 0) + 1:,} of {counted.pairs:,}"
            message = f"{message}; {number}" if message else number
        return Asked(
            pair=None if pair is None or has_ended else shown_pair(self._run, pair),
            counted=counted,
            file=str(session.path),
            message=message,
            can_undo=session.can_undo,
            again=self._again,
            has_ended=has_ended,
        )


class _Listener(ThreadingHTTPServer):
    """Reads requests, a limited number at a time, each in a thread.

    Attributes:
        origin: Scheme, host and port.
        token: What the first part of a path must be.
        labels: The server that answers.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, token: str, labels: LabelServer) -> None:
        """Begin to listen."""
        super().__init__((_LOOPBACK, port), _Handler)
        self.origin = f"http://{_LOOPBACK}:{self.server_port}"
        self.token, self.labels = token, labels
        self._free = threading.BoundedSemaphore(_MOST_CONNECTIONS)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a request in a thread, or close the connection where there are too many."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer a request."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Drop a connection that was closed too soon."""


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    timeout = _SECONDS

    @property
    def _listener(self) -> _Listener:
        return cast(_Listener, self.server)

    def do_GET(self) -> None:
        """Answer with the page."""
        if self._is_allowed():
            self._answer(self._listener.labels.page, "text/html")

    def do_POST(self) -> None:
        """Take an answer."""
        if not self._is_allowed():
            return
        if self.headers.get("Origin") != self._listener.origin:
            self.send_error(HTTPStatus.FORBIDDEN, "an answer must come from the page")
        elif (asked := self._body()) is not None:
            labels = self._listener.labels
            self._answer(lambda: labels.answer(*asked), "text/html")
            if asked[0] == "stop":
                labels.end()

    def _is_allowed(self) -> bool:
        """Return whether a request names this server and the token; refuse it where it does not."""
        listener = self._listener
        _, _, path = self.path.partition("/")
        token, _, name = path.partition("/")
        has_host = self.headers.get_all("Host") == [listener.origin.removeprefix("http://")]
        has_token = secrets.compare_digest(token.encode(), listener.token.encode())
        if not (has_host and has_token):
            self.send_error(HTTPStatus.FORBIDDEN, "open the address that dedup label printed")
        elif name:
            self.send_error(HTTPStatus.NOT_FOUND, "there is one page, without a name")
        else:
            return True
        return False

    def _body(self) -> tuple[str, int | None] | None:
        """Return action and place of an answer; None where it is none, which is refused."""
        length = self.headers.get("Content-Length") or ""
        if self.headers.get_content_type() != "application/json":
            self.send_error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "an answer is JSON")
        elif not (length.isascii() and length.isdigit()):
            self.send_error(HTTPStatus.LENGTH_REQUIRED, "an answer has a length")
        elif len(length) > 9 or int(length) > _LARGEST_BODY:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "an answer is short")
        elif (asked := _asked_of(self.rfile.read(int(length)))) is None:
            self.send_error(HTTPStatus.BAD_REQUEST, "an answer has an action and a place")
        else:
            return asked
        return None

    def _answer(self, work: Callable[[], str], kind: str) -> None:
        """Send what some work returns, or why it could not be done."""
        try:
            text = self._listener.labels.call(work)
        except DedupError as error:
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))
        else:
            self._send(HTTPStatus.OK, text, kind)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send why a request is refused, as plain text."""
        self.close_connection = True
        self._send(code, printable(message or HTTPStatus(code).phrase), "text/plain")

    def _send(self, code: int, text: str, kind: str) -> None:
        """Send an answer."""
        body = text.encode("utf-8", "replace")
        self.send_response_only(code)
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in {**headers, **_HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: requests name the token."""


def _asked_of(body: bytes) -> tuple[str, int | None] | None:
    """Return action and place of the body of an answer, None where it is none."""
    try:
        value = load_json(body)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    action, place = value.get("action"), value.get("place")
    is_place = place is None or (isinstance(place, int) and not isinstance(place, bool))
    if action not in (*_ANSWERS, "undo", "stop") or not is_place:
        return None
    return action, place
