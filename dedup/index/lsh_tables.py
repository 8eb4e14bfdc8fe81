"""The tables of one LSH of an index, and the documents that share buckets with another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from dedup.config import SignConfig
from dedup.errors import ConfigError
from dedup.index.known_documents import KnownDocuments
from dedup.kernels.array_types import UInt32s
from dedup.signatures.minhash import interop


class LshTables:
    """datasketch's tables of the bands of one kind of signature, by the ids of documents."""

    def __init__(
        self,
        documents: KnownDocuments,
        name: str,
        width: int,
        bands: int,
        rows: int,
        config: SignConfig,
    ) -> None:
        """Open the tables, or make them.

        Args:
            documents: Says where tables are kept.
            name: Prefix of their keys where others share the place.
            width: Values of a signature.
            bands: Bands, two or more, or none.
            rows: Rows of a band.
            config: How signatures are made.

        Raises:
            ConfigError: There is one band.
        """
        if bands == 1:
            raise ConfigError("an index needs two bands or more; give more, or none for leads")
        self._lsh = documents.lsh(name, width, bands, rows) if bands else None
        self._config = config

    def insert(self, doc_id: str, signature: UInt32s) -> None:
        """Add a document; one of its id must have been removed."""
        if self._lsh is not None:
            minhash = interop(signature, self._config)
            self._lsh.insert(_key(doc_id), minhash, check_duplication=False)

    def remove(self, doc_id: str) -> None:
        """Remove a document, if it is there."""
        if self._lsh is not None and (key := _key(doc_id)) in self._lsh:
            self._lsh.remove(key)

    def shared(self, signature: UInt32s) -> Counter[str]:
        """Return in how many buckets each document is that is in a bucket of a signature.

        Of a large bucket tables give some documents, see
        :data:`dedup.index.compact_tables.MOST_OF_BUCKET`.
        """
        found: Counter[bytes] = Counter()
        for bucket in self._buckets(signature):
            found.update(bucket)
        return Counter({key.decode("utf-8", "replace"): count for key, count in found.items()})

    def _buckets(self, signature: UInt32s) -> Iterable[Collection[bytes]]:
        """Return the buckets of a signature: asked for first, so that a server is asked once."""
        if self._lsh is None:
            return
        swapped = signature.byteswap()  # datasketch's keys are in the order of the network
        tables = self._lsh.hashtables
        for (start, end), table in zip(self._lsh.hashranges, tables, strict=True):
            table.add_to_select_buffer([swapped[start:end].tobytes()])
        for table in tables:
            yield from table.collect_select_buffer()


def _key(doc_id: str) -> bytes:
    """Return the key of a document in the tables."""
    return doc_id.encode("utf-8", "replace")
