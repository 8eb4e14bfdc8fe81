#!/usr/bin/env python3
"""De-duplicate a file of JSON lines (`id text`) with another library, as its documentation says.

    python scripts/peers.py NAME FILE OUT

writes a line `id cluster` for each document. All use shingles of five words, 128 permutations (or
as many of them as their bands divide) and bands for a Jaccard of about 0.5, chosen by the library
where it chooses; all join candidates to components. With gaoya and rensa, whose own ways check the
estimated Jaccard of a candidate, it is checked. The fastest way that a library documents is taken.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson

SHINGLE = 5
PERMUTATIONS = 128
THRESHOLD = 0.5
PROCESSES = 2

CHUNK = 2_000
"""Documents handed over at once."""

WORD = re.compile(r"\w+")

Document = tuple[str, str]


class Components:
    """Documents joined to clusters."""

    def __init__(self) -> None:
        """Start with no document."""
        self._ids: list[str] = []
        self._parent: list[int] = []

    def add(self, doc_id: str) -> int:
        """Add a document and return its number."""
        self._ids.append(doc_id)
        self._parent.append(len(self._parent))
        return len(self._parent) - 1

    def join(self, document: int, others: Iterable[int]) -> None:
        """Join a document to others."""
        for other in others:
            one, two = self._root(document), self._root(other)
            self._parent[max(one, two)] = min(one, two)

    def write(self, out: Path) -> None:
        """Write the cluster of each document."""
        with out.open("wb") as file:
            for document, doc_id in enumerate(self._ids):
                line = {"id": doc_id, "cluster": self._root(document)}
                file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def _root(self, document: int) -> int:
        """Return the first document of a cluster."""
        parent = self._parent
        while parent[document] != document:
            parent[document] = parent[parent[document]]
            document = parent[document]
        return document


def chunks(source: Path) -> Iterator[list[Document]]:
    """Yield the documents of a file, some at a time."""
    with source.open("rb") as file:
        records = map(orjson.loads, file)
        documents = ((record["id"], record["text"]) for record in records)
        while chunk := list(islice(documents, CHUNK)):
            yield chunk


def shingles(text: str) -> list[str]:
    """Return the shingles of a text, a text shorter than one being its own."""
    words = WORD.findall(text.lower())
    last = max(1, len(words) - SHINGLE + 1)
    return [" ".join(words[at : at + SHINGLE]) for at in range(last)]


def gaoya(source: Path, out: Path) -> None:
    """Insert in bulk and query in bulk, in threads; all of it is done in Rust."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=None, band_size=None,
        num_hashes=PERMUTATIONS, analyzer="word", lowercase=True, ngram_range=(SHINGLE, SHINGLE),
        id_container="smallvec",
    )  # fmt: skip
    found = Components()
    for chunk in chunks(source):
        numbers = [found.add(doc_id) for doc_id, _ in chunk]
        index.par_bulk_insert_docs(numbers, [text for _, text in chunk])
    number = 0
    for chunk in chunks(source):
        for alike in index.par_bulk_query([text for _, text in chunk]):
            found.join(number, alike)
            number += 1
    found.write(out)


def rensa(source: Path, out: Path) -> None:
    """Sign whole sets (R-MinHash), insert and query in bulk; check as its deduplicator does."""
    from rensa import RMinHash, RMinHashLSH

    # Its bands must divide the permutations: 32 x 4, half of the pairs at 0.42.
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32)
    found = Components()
    kept: list[Any] = []
    for chunk in chunks(source):
        numbers = [found.add(doc_id) for doc_id, _ in chunk]
        sets = [shingles(text) for _, text in chunk]
        signed = RMinHash.from_token_sets(sets, num_perm=PERMUTATIONS, seed=1)
        index.insert_many(signed, start_key=numbers[0])
        kept += signed
        for number, alike in zip(numbers, index.query_all(signed), strict=True):
            mine = kept[number]
            found.join(number, (at for at in alike if mine.jaccard(kept[at]) >= THRESHOLD))
    found.write(out)


def _signed(chunk: list[Document]) -> Any:
    """Return the hash values of a chunk of documents, documents x permutations."""
    import xxhash
    from datasketch import MinHash

    sets = [[shingle.encode() for shingle in set(shingles(text))] for _, text in chunk]
    signed = MinHash.bulk(sets, num_perm=PERMUTATIONS, hashfunc=xxhash.xxh32_intdigest)
    return [doc_id for doc_id, _ in chunk], np.stack([each.hashvalues for each in signed])


def datasketch(source: Path, out: Path) -> None:
    """Sign in bulk in two processes with a fast hash function; query and insert in one."""
    from datasketch import LeanMinHash, MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    scheme = MinHash(num_perm=PERMUTATIONS).scheme
    found = Components()
    with multiprocessing.Pool(PROCESSES) as pool:
        for ids, rows in pool.imap(_signed, chunks(source)):
            for doc_id, row in zip(ids, rows, strict=True):
                number = found.add(doc_id)
                signed = LeanMinHash(seed=1, hashvalues=row, scheme=scheme)
                found.join(number, index.query(signed))
                index.insert(number, signed, check_duplication=False)
    found.write(out)


def datasketch_documented(source: Path, out: Path) -> None:
    """One MinHash for each document, updated with one shingle after the other."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    found = Components()
    for chunk in chunks(source):
        for doc_id, text in chunk:
            signed = MinHash(num_perm=PERMUTATIONS)
            for shingle in set(shingles(text)):
                signed.update(shingle.encode("utf8"))
            number = found.add(doc_id)
            found.join(number, index.query(signed))
            index.insert(number, signed)
    found.write(out)


def datatrove(source: Path, out: Path) -> None:
    """The three steps of its local MinHash pipeline in two workers, clusters kept."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup.minhash import (
        MinhashConfig,
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.utils.hashing import HashConfig
    from datatrove.utils.word_tokenizers import WordTokenizer

    class Spaces(WordTokenizer):  # type: ignore[misc]
        """Splits at spaces: the text comes simplified, and its English tokenizer is slow."""

        def word_tokenize(self, text: str) -> list[str]:
            return text.split()

        def sent_tokenize(self, text: str) -> list[str]:
            return [text]

        def span_tokenize(self, text: str) -> list[tuple[int, int]]:
            return [(0, len(text))]

    # 25 x 5: half of the pairs at 0.53.
    config = MinhashConfig(
        n_grams=SHINGLE, num_buckets=25, hashes_per_bucket=5, hash_config=HashConfig(precision=32)
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # A worker takes whole files: the input is dealt out to two.
        parts = [folder / "in" / f"{at}.jsonl" for at in range(PROCESSES)]
        ids = deal(source, parts)
        signatures, buckets, clusters = (str(folder / each) for each in ("sigs", "dups", "found"))
        steps: list[tuple[int, list[Any]]] = [
            (PROCESSES, [
                JsonlReader(str(folder / "in")),
                MinhashDedupSignature(signatures, config=config, language=Spaces()),
            ]),
            (config.num_buckets, [MinhashDedupBuckets(signatures, buckets, config=config)]),
            (1, [MinhashDedupCluster(buckets, clusters, config=config, save_cluster_id=True)]),
        ]  # fmt: skip
        for tasks, pipeline in steps:
            LocalPipelineExecutor(
                pipeline,
                tasks=tasks,
                workers=PROCESSES,
                logging_dir=str(folder / "logs" / f"{tasks}"),
                start_method="fork",  # its fork servers import everything again for each step
            ).run()
        found = Components()
        numbers = [[found.add(doc_id) for doc_id in listed] for listed in ids]
        first: dict[int, int] = {}
        for part, listed in enumerate(numbers):
            data = (Path(clusters) / f"{part:06d}.clusters").read_bytes()
            for document, cluster in struct.iter_unpack("<2I", data):
                number = listed[document]
                found.join(number, [first.setdefault(cluster, number)])
        found.write(out)


def deal(source: Path, parts: list[Path]) -> list[list[str]]:
    """Deal out the lines of a file and return the ids in each part."""
    parts[0].parent.mkdir(parents=True)
    ids: list[list[str]] = [[] for _ in parts]
    files = [part.open("wb") for part in parts]
    with source.open("rb") as lines:
        for number, line in enumerate(lines):
            files[number % len(files)].write(line)
            ids[number % len(files)].append(orjson.loads(line)["id"])
    for file in files:
        file.close()
    return ids


PEERS: dict[str, Callable[[Path, Path], None]] = {
    "gaoya": gaoya,
    "rensa": rensa,
    "datasketch": datasketch,
    "datatrove": datatrove,
    "datasketch as documented": datasketch_documented,
}
"""By name; its first word is the package."""


def main() -> None:
    """Read the arguments and de-duplicate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("source", type=Path, metavar="FILE")
    parser.add_argument("out", type=Path, metavar="OUT")
    arguments = parser.parse_args()
    PEERS[arguments.peer](arguments.source, arguments.out)


if __name__ == "__main__":
    main()
