"""A finished run, opened to be asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack

from dedup.config import Config
from dedup.errors import DedupError, OutputError, printable
from dedup.models import count_of
from dedup.run.run_settings import config_of, manifest_in, store_of
from dedup.store import ANOTHER, Store, is_database

if TYPE_CHECKING:
    from dedup.explain.compare.differences import Difference
    from dedup.explain.document_explanation import DocumentExplanation
    from dedup.explain.evidence import PairExplanation
    from dedup.explain.views.document_view import DocumentView
    from dedup.explain.views.run_lists import DocumentFilters, ListedDocument, ListedStory, Listing
    from dedup.explain.views.story_view import StoryView
    from dedup.progress import Progress
    from dedup.signatures.term_weights import DocumentFrequencies

_COUNTED = ("canonical", "duplicate", "unique", "rejected")
"""Counts of a manifest that say what became of the inputs."""

_NAME_A_RUN = "name the output folder of dedup run, or a sound store"

_DECIDES = ("config", "scorer", "counts")
"""In what manifests of two decisions on one dump differ."""


class Run:
    """A finished run; use it as a context manager, or close it.

    Attributes:
        path: The output folder, or the store.
        manifest: The manifest of the run.
        config: Its options.
    """

    def __init__(self, path: Path, store: Store, manifest: Mapping[str, Any]) -> None:
        """Ask an open store; :func:`open_run` is the way to do it.

        Args:
            path: The output folder, or the store.
            store: The store, which the run closes.
            manifest: The manifest of the run.
        """
        self.path, self.manifest = path, manifest
        self.config: Config = config_of(manifest)
        self._store, self._is_closed = store, False

    @property
    def store(self) -> Store:
        """The store, opened only to be read.

        Raises:
            DedupError: The run is closed.
        """
        if self._is_closed:
            raise DedupError(f"the run {self.path} is closed; open it again", path=self.path)
        return self._store

    @cached_property
    def frequencies(self) -> DocumentFrequencies:
        """The document frequencies of the last dump; 0.7 MB at 100,000 documents."""
        from dedup.signatures.term_weights import DocumentFrequencies

        return DocumentFrequencies(*self.store.signatures.document_frequencies())

    def __repr__(self) -> str:
        """Return it in one line."""
        state = ", closed" if self._is_closed else ""
        return f"<Run {printable(str(self.path))}: {self._known()}{state}>"

    def _repr_html_(self) -> str:
        """Return it as a notebook shows it."""
        from dedup.explain.html_pages import fragment  # jinja2: most runs are shown on no page

        return fragment("run.html", path=str(self.path), known=self._known())

    def _known(self) -> str:
        """Return the name of its dump, and how many documents and stories it has."""
        counts, dump = self.manifest.get("counts", {}), self.manifest.get("store", {})
        name = printable(str(dump.get("name")))
        parts = [f"{counts[each]:,} {each}" for each in _COUNTED if each in counts]
        return f"dump {name}, {count_of(counts.get('inputs', 0), 'input')} ({', '.join(parts)})"

    def __enter__(self) -> Run:
        """Return the run."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store; database errors become ``OutputError``."""
        self._is_closed = True
        self._store.__exit__(kind, error, trace)

    def close(self) -> None:
        """Close the store."""
        self._is_closed = True
        self._store.close()

    def document(self, name: str) -> DocumentView:
        """Return a document: what became of it and why, its text, and what cleaning removed.

        Args:
            name: Its id, address or title, or a part of one that no other document has.

        Raises:
            NotFoundError: There is no such document.
            AmbiguousNameError: There are several.
        """
        from dedup.explain.find_documents import find_document
        from dedup.explain.views.document_view import document_view

        return document_view(self, find_document(self.store, name))

    def story(self, name: str) -> StoryView:
        """Return a story with its members.

        Args:
            name: Its id, with or without ``s-``, or a part of it; or the name of one of its
                documents.

        Raises:
            NotFoundError: There is no such story.
            AmbiguousNameError: There are several.
        """
        from dedup.explain.find_documents import find_story
        from dedup.explain.views.story_view import story_view

        return story_view(self, find_story(self.store, name))

    def stories(
        self, *, sort: str = "size", limit: int = 20, **filters: Unpack[DocumentFilters]
    ) -> Listing[ListedStory]:
        """Return stories of the dump of the run.

        Args:
            sort: ``size`` (the largest first), ``weakest`` (the lowest score of a weakest link
                first) or ``date`` (the latest first).
            limit: How many; 0 for all.
            filters: Those of :meth:`documents`: one document of a story must pass all of them.

        Raises:
            ConfigError: A value cannot be used.
        """
        from dedup.explain.views.run_lists import list_stories

        return list_stories(self, filters, sort, limit)

    def documents(
        self, *, sort: str | None = None, limit: int = 20, **filters: Unpack[DocumentFilters]
    ) -> Listing[ListedDocument]:
        """Return documents of the dump of the run, removed and rejected ones among them.

        Args:
            sort: ``size`` (those of the largest story first), ``weakest`` (the lowest score first)
                or ``date`` (the latest first); None for the order of the inputs.
            limit: How many; 0 for all.
            filters: What a document must have; see
                :class:`dedup.explain.views.run_lists.DocumentFilters`.

        Raises:
            ConfigError: A value cannot be used.
            NotFoundError: ``copy_of`` names no document.
            AmbiguousNameError: It names several.
        """
        from dedup.explain.views.run_lists import list_documents

        return list_documents(self, filters, sort, limit)

    def explain(
        self, first: str, second: str | None = None
    ) -> PairExplanation | DocumentExplanation:
        """Return why two documents are one story or are not, or what is near one document.

        Args:
            first: A document: its id, address or title, or a part that no other has.
            second: Another one; None for the nearest others of the first.

        Raises:
            NotFoundError: There is no such document.
            AmbiguousNameError: There are several.
        """
        from dedup.explain.explain_document import explain_document
        from dedup.explain.explain_pair import explain_pair
        from dedup.explain.find_documents import find_document

        row = find_document(self.store, first)
        if second is None:
            return explain_document(self, row)
        return explain_pair(self, row, find_document(self.store, second))

    def diff(self, other: Run | str | Path, *, examples: int = 10) -> Difference:
        """Return what differs between this run and another one over the same ids.

        Args:
            other: The other run, or its output folder.
            examples: Most documents that are listed; 0 for all.

        Raises:
            NotFoundError: They have no document in common.
            OutputError: The other run cannot be read.
        """
        from dedup.explain.compare.differences import difference

        if isinstance(other, Run):
            return difference(self, other, examples)
        with open_run(other) as opened:
            return difference(self, opened, examples)

    def regroup(
        self,
        out: str | Path,
        *,
        threshold: float | None = None,
        level: str | None = None,
        window: float | None = None,
        canonical: str | Sequence[str] | None = None,
        scorer: str | Path | None = None,
        exclude_hosts: str | Sequence[str] = (),
        workers: int | None = None,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Run:
        """Decide on the documents again with other options, and open the new run.

        No page is read again. This run stays as it is; options that are not given are its own.

        Args:
            out: The folder for the results.
            threshold: Lowest mean story score of the tellings of one story.
            level: ``copies`` or ``stories``.
            window: Most days between two tellings of one story.
            canonical: Rules that precede the default order of the election, or one; empty for none.
            scorer: A file with another scorer of pairs of tellings.
            exclude_hosts: Hosts that are left out, or one, beside those that the run left out.
            workers: Threads; they change no result.
            overwrite: Replace a run in ``out``.
            progress: Gets the progress of each stage.

        Returns:
            The new run, open.

        Raises:
            ConfigError: An option cannot be used.
            InputError: No document has the field of a rule.
            OutputError: This run is not the last of its store, or ``out`` cannot be written or
                holds another run.
        """
        from dedup.explain.views.run_lists import several
        from dedup.run.regroup import Changes, regroup_run  # all stages

        changes = Changes(
            threshold, level, window, None if canonical is None else several(canonical),
            None if scorer is None else Path(scorer), several(exclude_hosts), workers,
        )  # fmt: skip
        place = self.store.path
        regroup_run(
            self.path, Path(out), changes, store=place, overwrite=overwrite, progress=progress
        )
        return open_run(out)


def open_run(out: str | Path, *, store: str | Path | None = None) -> Run:
    """Open a finished run to ask about it.

    Args:
        out: The output folder of a run, or a store.
        store: The store, where the run used one outside of its folder that is not found.

    Returns:
        The run, to be used in ``with``, or closed.

    Raises:
        OutputError: There is no run, or its store cannot be read.
    """
    path = Path(out)
    if path.is_file():
        if not is_database(path):
            raise OutputError(f"{path} is no run; {_NAME_A_RUN}", path=path)
        opened = Store(path, _NAME_A_RUN, read_only=True)
        return Run(path, opened, opened.get("manifest") or {})
    manifest = manifest_in(path)
    place = store_of(path, manifest, None if store is None else Path(store))
    opened = Store(place, ANOTHER, read_only=True)
    if not _has_dump(opened, manifest):
        opened.close()
        message = f"the store {place} does not have the dump in {path}; name its own with --store"
        raise OutputError(message, path=place)
    return Run(path, opened, manifest)


def _has_dump(store: Store, manifest: Mapping[str, Any]) -> bool:
    """Return whether a store has the dump of a manifest, decided on with the same options.

    The copy that was decided on again has a dump of the same name and number.
    """
    known = manifest.get("store", {})
    found = store.dumps.named(str(known.get("name")))
    if found is None or found.number != known.get("dump"):
        return False
    kept = store.dumps.get("manifest", found.number)
    return kept is None or all(kept.get(key) == manifest.get(key) for key in _DECIDES)
