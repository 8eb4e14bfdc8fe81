"""Pages or records to cleaned documents, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dedup.api.given_records import given_inputs
from dedup.api.keywords import config_of, shown_progress
from dedup.config import Config
from dedup.models import count_of
from dedup.progress import Progress
from dedup.read import Tally
from dedup.run.clean_dump import cleaned_store
from dedup.write import cleaned_lines, rejected_lines


@dataclass(frozen=True, slots=True, repr=False)
class CleanResult:
    """Cleaned documents.

    Attributes:
        documents: One for each input that can be used, in input order, as in a line of ``dedup
            clean``: its own fields, the cleaned text in ``text``, and what was ``removed``.
        rejected: The other inputs, in input order, as in ``rejected.jsonl``.
    """

    documents: list[dict[str, Any]]
    rejected: list[dict[str, Any]]

    def __repr__(self) -> str:
        """Return the counts, on one line."""
        found = count_of(len(self.documents), "document")
        return f"CleanResult({found}, {len(self.rejected):,} rejected)"


def clean(
    inputs: Any,
    *,
    field: Mapping[str, str] | str | Iterable[str] | None = None,
    min_tokens: int | None = None,
    timeout: float | None = None,
    memory: int | None = None,
    workers: int | None = None,
    agency: str | Iterable[str] | None = None,
    exclude_host: str | Iterable[str] | None = None,
    max_bytes: int | None = None,
    include: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] | None = None,
    progress: Progress | bool | None = None,
    config: Config | None = None,
) -> CleanResult:
    """Take the boilerplate off pages and records.

    This is ``dedup clean`` with the result in memory. A keyword is the option of that name, with
    underscores for dashes; None is its default. Lines that are each site's own are found among all
    pages of the call: give the pages of a site together. Cleaning pages starts worker processes: a
    script must guard its entry point with ``if __name__ == "__main__":``.

    Args:
        inputs: As for :func:`dedup.deduplicate`; a page in memory is a record, ``{"html": page}``.
        field: The records' own names of standard fields, as ``{"text": "body"}``.
        min_tokens: A text with fewer tokens is rejected.
        timeout: Most seconds for one page.
        memory: Most MiB for one worker, 0 for no limit.
        workers: Processes; None for the number of cores. They change no result.
        agency: Names of wire agencies beside those that are known.
        exclude_host: Hosts whose documents are rejected.
        max_bytes: A page or record larger than this is rejected.
        include: Globs of the files that are read.
        exclude: Globs of files that are not read.
        progress: Gets the progress of each stage; True for bars on a terminal or in a notebook.
        config: All options, those without a keyword among them; keywords override it.

    Returns:
        The cleaned documents, and the inputs that cannot be used.

    Raises:
        ConfigError: An option cannot be used.
        InputError: A path is missing, or no record has a text.
        TypeError: An argument is of a wrong type, or records and paths are mixed.

    Examples:
        >>> wire = "PORT ELWOOD, March 6 (Reuters) - The ferry to Saltby will run again on Monday."
        >>> result = clean([{"id": "a", "text": wire}, {"id": "b", "text": "Rain."}])
        >>> result.documents[0]["text"], result.documents[0]["agency"]
        ('The ferry to Saltby will run again on Monday.', 'Reuters')
        >>> result.rejected[0]["reason"]
        'too-short'
    """
    options = config_of(
        config, field=field, min_tokens=min_tokens, timeout=timeout, memory=memory,
        workers=workers, agency=agency, exclude_host=exclude_host, max_bytes=max_bytes,
        include=include, exclude=exclude,
    )  # fmt: skip
    given = given_inputs(inputs)
    size = given.size(options)
    records = given.read(options, Tally())
    with (
        shown_progress(progress) as shown,
        cleaned_store(records, size, options, shown) as store,
    ):
        return CleanResult(
            list(cleaned_lines(store.documents.cleaned())),
            list(rejected_lines(store.results.rejections())),
        )
