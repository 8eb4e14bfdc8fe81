"""One of several crawlers that share an index: a program for tests.

    python crawler_process.py URL LEVEL RECORDS ASKED

Adds the records of a file of JSON lines, asking for each before it is added, prints a line, and
waits for one. Then it asks for all records of another file, and prints the ids that each of them
matches, as one JSON line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dedup import StoryIndex


def records(path):
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


def write(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def crawl(url, level, added, asked):
    with StoryIndex(redis=url, level=level) as index:
        for record in records(added):
            index.match(record)
            index.add(record)
        write("added")
        sys.stdin.readline()
        found = {
            record["id"]: [match.id for match in index.match(record) if match.is_copy]
            for record in records(asked)
        }
    write(json.dumps(found))


if __name__ == "__main__":
    crawl(*sys.argv[1:])
