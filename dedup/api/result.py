"""The result of de-duplication, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dedup.errors import ConfigError, UnknownIdError
from dedup.json_codec import load_json
from dedup.models import DateReport, Decision, Status, asked_id, count_of, counted
from dedup.store import Store
from dedup.write import (
    annotated_lines,
    change_lines,
    decision_lines,
    rejected_lines,
    story_lines,
    survivor_lines,
)

if TYPE_CHECKING:
    import pandas
    import pyarrow

TABLES = ("decisions", "survivors", "duplicates", "stories", "rejected", "changes")
"""The tables of a result."""


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """The result of de-duplication.

    ``survivors``, ``duplicates`` and ``rejected`` have each input once.

    Attributes:
        survivors: The records that stay, in input order, with their own fields and ``dedup``, as
            in ``survivors.jsonl``.
        decisions: One for each input, in input order, with status, relation, score and reason.
        stories: Stories of two or more documents as in ``stories.jsonl``, by id.
        duplicates: The records that are removed, in input order, with their own fields and
            ``dedup``: ``status``, ``story_id``, ``canonical_id``, ``copy_of``, ``relation``,
            ``score``, ``score_kind``, ``reason`` and ``size``.
        rejected: The inputs that cannot be used, in input order, as in ``rejected.jsonl``.
        changes: What changed in the stories of earlier dumps of a store, as in
            ``changes.jsonl``; without a store, nothing.
        dates: How many documents have no date that decides: ``missing``, ``unreadable`` (with
            ``unreadable_id`` and ``unreadable_date``, the first of them) and ``guessed``.

    Examples:
        >>> from dedup import deduplicate
        >>> text = "The ferry to Port Elwood will run again from Monday, its owner said. " * 4
        >>> result = deduplicate([{"id": "a", "text": text}, {"id": "b", "text": text}])
        >>> result
        Result(2 inputs: 1 canonical, 0 unique, 1 duplicate (1 exact), 0 rejected)
        >>> result.duplicates[0]["dedup"]["canonical_id"], result.duplicate_ratio
        ('a', 0.5)
        >>> result.dates.missing
        2
    """

    survivors: list[dict[str, Any]]
    decisions: list[Decision]
    stories: list[dict[str, Any]]
    duplicates: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    dates: DateReport = field(default_factory=DateReport)
    _by_id: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def duplicate_ratio(self) -> float:
        """Duplicates as a share of the documents that can be used, in [0, 1]; 0 without any."""
        documents = len(self.survivors) + len(self.duplicates)
        return len(self.duplicates) / documents if documents else 0.0

    def decision(self, doc_id: str | int) -> Decision:
        """Return the decision on one document.

        Args:
            doc_id: Its id, text or a whole number; of several inputs of one id, the first is meant.

        Raises:
            UnknownIdError: No input had this id; it is a NotFoundError and a KeyError.
        """
        found = self._by_id.get(str(asked_id(doc_id)))
        if found is None:
            raise UnknownIdError(f"no input had the id {doc_id!r}; see result.decisions")
        return found

    def to_arrow(self, table: str = "decisions") -> pyarrow.Table:
        """Return a table of the result for Arrow, its columns named as the fields of the files.

        Decisions, stories, rejected inputs and changes have the types of their Parquet files.
        Survivors and duplicates have a column for each field of a record, and ``dedup``, a struct;
        a field whose values are of different types is text, values that are not text as JSON.

        Args:
            table: ``decisions``, ``survivors``, ``duplicates``, ``stories``, ``rejected`` or
                ``changes``.

        Raises:
            ConfigError: No table has this name.
            InputError: The records have more different fields than a table can have columns.
        """
        if table not in TABLES:
            raise ConfigError(f"no table is named {table!r}; name one of {', '.join(TABLES)}")
        from dedup.api.arrow_tables import document_table, result_table  # pyarrow: slow to import

        if table == "decisions":
            return result_table(list(decision_lines(self.decisions)), table)
        rows = getattr(self, table)
        is_documents = table in ("survivors", "duplicates")
        return document_table(rows, table) if is_documents else result_table(rows, table)

    def to_pandas(self, table: str = "decisions") -> pandas.DataFrame:
        """Return a table of the result as a pandas DataFrame; see :meth:`to_arrow`.

        Decisions have a row for each input, in input order, so that they stand beside the rows of
        the DataFrame that was passed in. Their ids are text: where those of the DataFrame are
        numbers, merge with ``frame.astype({"id": str})``.

        Args:
            table: As for :meth:`to_arrow`.

        Raises:
            ConfigError: pandas is not installed, or no table has this name.

        Examples:
            >>> import pandas
            >>> from dedup import deduplicate
            >>> text = "The ferry to Port Elwood will run again from Monday, its owner said. " * 4
            >>> frame = pandas.DataFrame({"id": [101, 102], "text": text, "views": [310, 42]})
            >>> decisions = deduplicate(frame).to_pandas()[["id", "status", "relation"]]
            >>> decided = frame.astype({"id": str}).merge(decisions, on="id")
            >>> decided[decided["status"] != "duplicate"]["views"].tolist()
            [310]
        """
        try:
            import pandas  # noqa: F401 - Arrow's own error does not say what to install
        except ImportError as error:
            raise ConfigError(
                "to_pandas() needs pandas: install it, as in pip install pandas, or use to_arrow()"
            ) from error
        return self.to_arrow(table).to_pandas()

    def __repr__(self) -> str:
        """Return the counts by status and relation, on one line."""
        found = Counter(decision.status for decision in self.decisions)
        parts = [f"{found[each]:,} {each}" for each in (Status.CANONICAL, Status.UNIQUE)]
        parts.append(count_of(found[Status.DUPLICATE], "duplicate"))
        relations = Counter(decision.relation for decision in self.decisions if decision.relation)
        if relations:
            parts[-1] += f" ({counted(relations)})"
        parts.append(f"{found[Status.REJECTED]:,} rejected")
        return f"Result({count_of(len(self.decisions), 'input')}: {', '.join(parts)})"


def read_result(store: Store, *, changes: bool = False) -> Result:
    """Return the results of the current dump of a store.

    Args:
        store: Its dump is decided.
        changes: Whether the changes of earlier stories are among them.
    """
    results = store.results
    decisions = list(results.decisions())
    removed = (each for each in results.annotated() if each[1].status is Status.DUPLICATE)
    changed = results.changes(store.dumps.number) if changes else ()
    return Result(
        survivors=[load_json(line) for line in survivor_lines(results.survivors())],
        decisions=decisions,
        stories=list(story_lines(results.described_stories())),
        duplicates=[load_json(line) for line in annotated_lines(removed)],
        rejected=list(rejected_lines(results.rejections())),
        changes=list(change_lines(changed)),
        dates=store.documents.count_dates(),
        _by_id={decision.doc_id: decision for decision in reversed(decisions)},
    )
