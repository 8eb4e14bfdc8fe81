"""Inputs of the recipes of docs/pipelines.md, in the shapes that the programs named there write."""

from __future__ import annotations

import gzip
import json

DAYS = ("2024-05-01", "2024-05-02", "2024-05-03")


def write_pipeline_inputs(folder, records):
    """Write a corpus of dolma and a feed of three days.

    Args:
        folder: Gets ``corpus`` and ``feeds``.
        records: At least twelve with ``id``, ``title``, ``text`` and ``date``.
    """
    write_corpus(folder / "corpus" / "documents", records)
    write_feeds(folder / "feeds", records)


def write_corpus(folder, records):
    """Write documents in several files, one of them empty, copies in another file than the first.

    The last two documents are a copy, and a text that is too short to be judged.
    """
    documents = [dolma_document(each) for each in records]
    copy = {**documents[0], "id": "copy"}
    short = {**documents[1], "id": "short", "text": "Größer"}
    files = {
        "2024-05/0000.jsonl.gz": documents[:5],
        "2024-05/0001.jsonl.gz": [],
        "2024-05/0002.jsonl.gz": documents[5:7],
        "2024-06/0000.jsonl.gz": [*documents[7:], copy, short],
    }
    for name, held in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(lines_of(held)))


def dolma_document(record):
    """A document with the fields that dolma names."""
    return {
        "id": record["id"],
        "text": record["text"],
        "source": "news",
        "added": "2024-06-02T08:00:00.000Z",
        "created": record["date"],
        "metadata": {"url": f"https://{record['id']}.example/", "title": record["title"]},
    }


def write_feeds(folder, records):
    """Write a file of JSON lines for each day; the second has a copy of an article of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = {**records[0], "id": "copied-the-day-after"}
    parts = (records[:4], [copy, *records[4:7]], records[7:10])
    for day, part in zip(DAYS, parts, strict=True):
        (folder / f"{day}.jsonl").write_bytes(lines_of(part))


def lines_of(records):
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in records)
