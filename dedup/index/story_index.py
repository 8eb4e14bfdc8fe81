"""An index that tells whether a record is a copy, a version or a telling of a known document."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, date, datetime
from numbers import Real
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from dedup.cleaning.dates import parse_date
from dedup.config import Config
from dedup.errors import ConfigError, DedupError, RejectedRecordError, printable
from dedup.index.candidates import CopyTables
from dedup.index.copy_matches import copy_matches, rank
from dedup.index.entry_bytes import FORMAT, entry_bytes, read_entries
from dedup.index.heavy_terms import BANDS, ROWS
from dedup.index.known_documents import DocumentsInMemory, Entry, KnownDocuments
from dedup.index.matches import Match
from dedup.index.record_signer import RecordSigner
from dedup.index.signed_document import SignedDocument
from dedup.index.stored_documents import StoredRun
from dedup.index.telling_matches import TellingMatches
from dedup.models import asked_id, count_of
from dedup.option_fields import with_options
from dedup.read.program_records import program_rows
from dedup.scorer_file import scorer_file

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer


class StoryIndex:
    """Known documents, to be asked before the next one is stored.

    Use it as a context manager, or close it. One thread may use it at a time.

    Attributes:
        config: The options.
        rejected: How many records :meth:`add_all` has left out, by reason.

    Examples:
        >>> from dedup import StoryIndex
        >>> text = "The ferry to Port Elwood will run again from Monday, its owner said. " * 4
        >>> with StoryIndex(level="copies") as index:
        ...     index.add({"id": "a", "text": text})
        ...     [(match.id, match.relation) for match in index.match({"id": "b", "text": text})]
        'a'
        [('a', 'exact')]
    """

    def __init__(
        self,
        *,
        store: str | Path | None = None,
        redis: str | None = None,
        name: str = "dedup",
        level: str | None = None,
        threshold: float | None = None,
        window: float | None = None,
        scorer: str | Path | Scorer | None = None,
        field: Mapping[str, str] | str | Iterable[str] | None = None,
        min_tokens: int | None = None,
        exclude_host: str | Iterable[str] | None = None,
        agency: str | Iterable[str] | None = None,
        timeout: float | None = None,
        memory: int | None = None,
        max_bytes: int | None = None,
        config: Config | None = None,
    ) -> None:
        """Open an index.

        Args:
            store: A finished store, or the output folder of a run: its documents are known from
                the start, without signing their texts again.
            redis: Address of a Redis server that keeps what is known, as in
                ``redis://localhost:6379/0``, for several processes; None for the memory of this
                one.
            name: Prefix of the keys on the server.
            level: ``copies`` or ``stories``, which also names tellings in other words.
            threshold: Lowest score of a telling.
            window: Most days between two tellings of one story.
            scorer: What scores pairs of tellings, or its file as for ``dedup run --scorer``; None
                for the one that comes with the package, or that of the run of the store.
            field: The records' own names of standard fields, as ``{"text": "body"}``.
            min_tokens: A text with fewer tokens cannot be used.
            exclude_host: Hosts whose documents cannot be used.
            agency: Names of wire agencies beside those that are known.
            timeout: Most seconds for one page.
            memory: Most MiB for the worker that cleans pages, 0 for no limit.
            max_bytes: A page or record larger than this cannot be used.
            config: The options that those above override; None for the defaults, or those of the
                run that made the store.

        Raises:
            ConfigError: An option cannot be used, or does not fit the store.
            OutputError: The store cannot be read.
            ServerError: The server cannot be reached, refuses, or is full.
        """
        options = {
            "level": level, "threshold": threshold, "window": window, "field": field,
            "min_tokens": min_tokens, "exclude_host": exclude_host, "agency": agency,
            "timeout": timeout, "memory": memory, "max_bytes": max_bytes,
        }  # fmt: skip
        self.rejected: Counter[str] = Counter()
        self._is_closed = False
        run = None if store is None else StoredRun(Path(store))
        with run or nullcontext():
            self.config = with_options(config or (Config() if run is None else run.config), options)
            self._documents = _place(redis, name, self.config)
            self._signer = RecordSigner(self.config)
            self._copies = CopyTables(self._documents, name, self.config)
            self._tellings: TellingMatches | None = None
            if self.config.level == "stories":
                scored_by = _scorer(scorer, run)
                self._tellings = TellingMatches(self._documents, name, self.config, scored_by)
            for document in run.documents(self.config, self._signer.sites) if run else ():
                self._add(document)

    def __enter__(self) -> StoryIndex:
        """Return the index."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Return it in one line."""
        try:
            state = "closed" if self._is_closed else count_of(len(self), "document")
        except DedupError:  # a debugger shows an index whose server is gone
            state = "its server does not answer"
        return f"<StoryIndex at level {self.config.level}: {state}>"

    def __len__(self) -> int:
        """Return how many documents are known."""
        return len(self._open())

    def __contains__(self, doc_id: object) -> bool:
        """Return whether a document of an id is known; a whole number counts as its text."""
        return asked_id(doc_id) in self._open()

    def add(self, record: Mapping[str, Any]) -> str:
        """Add a record, or replace the one of its id.

        Args:
            record: As for :func:`dedup.deduplicate`: ``text`` or ``html`` and, where known, ``id
                url title date ...``. A page is cleaned in a worker process.

        Returns:
            Its id: its own, else its address, else one made of its text.

        Raises:
            RejectedRecordError: It has no text that can be compared; nothing has changed.
        """
        self._open()
        document = self._signer.sign(record, learn=True)
        self._add(document)
        return document.doc_id

    def add_all(self, records: Any) -> int:
        """Add records. What cannot be used is counted in :attr:`rejected`.

        Args:
            records: As for ``deduplicate``: dicts, or a table such as a DataFrame; no paths.

        Returns:
            How many were added.
        """
        added = 0
        for record in program_rows(records):
            try:
                self.add(record)
                added += 1
            except RejectedRecordError as error:
                self.rejected[error.reason] += 1
        return added

    def match(self, record: Mapping[str, Any]) -> list[Match]:
        """Return what is known of the story of a record, the best first.

        The document of the record's own id is left out.

        Args:
            record: As for :meth:`add`; it is not added.

        Raises:
            RejectedRecordError: It has no text that can be compared.
        """
        documents = self._open()
        asked = self._signer.sign(record)
        ids = self._copies.candidates(asked)
        known = read_entries(ids, documents.values(ids))
        matches = copy_matches(asked, known, self.config)
        if self._tellings is not None:
            matches += self._tellings.matches(asked, matches)
        return sorted(matches, key=rank)

    def remove(self, doc_id: str | int) -> bool:
        """Forget a document.

        Args:
            doc_id: Its id, as :meth:`add` returned it, or the whole number that its record has.

        Returns:
            Whether it was known.
        """
        documents, doc_id = self._open(), str(asked_id(doc_id))
        if doc_id not in documents:
            return False
        self._copies.remove(doc_id)
        if self._tellings is not None:
            self._tellings.remove(doc_id)
        documents.remove(doc_id)
        return True

    def expire(self, before: float | str | date) -> int:
        """Forget the documents that were published before a moment.

        A document without a date counts as of when it was added.

        Args:
            before: Seconds since 1970, a date (midnight UTC), a time (of UTC where it has no zone),
                or ISO 8601 text.

        Returns:
            How many were forgotten.

        Raises:
            ConfigError: It is no date.
        """
        return sum(map(self.remove, self._open().older_than(_moment(before))))

    def close(self) -> None:
        """End worker process and connection; what is on a server stays."""
        if not self._is_closed:
            self._is_closed = True
            self._signer.close()
            self._documents.close()

    def _open(self) -> KnownDocuments:
        """Return what is known.

        Raises:
            DedupError: The index is closed.
        """
        if self._is_closed:
            raise DedupError("the index is closed; open another one")
        return self._documents

    def _add(self, document: SignedDocument) -> None:
        """Add a signed document, or replace the one of its id."""
        self.remove(document.doc_id)
        moment = time.time() if document.moment is None else document.moment
        terms = document.distinct_terms()
        keys = self._copies.keys(document)
        self._documents.put(Entry(document.doc_id, entry_bytes(document), keys, moment, terms))
        self._copies.add(document)
        if self._tellings is not None:
            self._tellings.add(document)


def _scorer(given: str | Path | Scorer | None, run: StoredRun | None) -> Scorer | None:
    """Return what scores pairs of tellings, None for what comes with the package."""
    if isinstance(given, (str, Path)):
        return scorer_file(Path(given)).scorer
    return run.scorer if given is None and run is not None else given


def _place(redis: str | None, name: str, config: Config) -> KnownDocuments:
    """Return what keeps the documents."""
    if redis is None:
        return DocumentsInMemory()
    from dedup.index.redis_documents import RedisDocuments  # redis: only where it is asked for

    return RedisDocuments(redis, name, _shared_options(config))


def _shared_options(config: Config) -> dict[str, Any]:
    """Return what all users of a server must agree on: how entries and keys are made."""
    match = config.match
    return {
        "format": FORMAT,
        "level": config.level,
        **asdict(config.sign),
        "bands": [match.bands, match.rows, match.lead_bands, match.lead_rows],
        "story_bands": [BANDS, ROWS],
    }


def _moment(given: float | str | date) -> float:
    """Return a moment in seconds since 1970 UTC.

    Raises:
        ConfigError: It is none.
        TypeError: It is of another type.
    """
    if isinstance(given, datetime):
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
    if isinstance(given, date):
        return datetime(given.year, given.month, given.day, tzinfo=UTC).timestamp()
    if isinstance(given, Real):
        return _seconds(given)
    if not isinstance(given, str):
        raise TypeError(f"a moment is seconds, a date or text, not {type(given).__name__}")
    try:
        return _moment(date.fromisoformat(given))
    except ValueError:
        read = parse_date(given)
    if read is None:
        raise ConfigError(f"{given!r} is no date; write it as 2026-03-05 or 2026-03-05T10:00:00Z")
    return read[1]


def _seconds(given: Real) -> float:
    """Return a number of seconds, of NumPy or not, as a float.

    Raises:
        ConfigError: It is none.
    """
    try:
        seconds = float(given)
    except OverflowError:
        seconds = math.nan
    if math.isnan(seconds) or isinstance(given, bool):
        raise ConfigError(f"{printable(str(given))} is no number of seconds since 1970")
    return seconds
