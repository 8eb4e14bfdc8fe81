#!/usr/bin/env python3
"""Feed damaged and hostile bytes to the readers, the cleaning steps and the kernels.

Each input is a seed of tests/cases/fuzz that was cut, spliced, flipped, repeated, or had a hostile
token put into it, by a generator with a seed of its own: the same command makes the same inputs.
What raises, breaks a law of its target or takes more processor time than its target may is written
to a folder, one file an input. Prints how many inputs each target has had, and exits with 1 where
one failed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import numpy as np

from dedup.cleaning.agencies import agency_of_name
from dedup.cleaning.boilerplate import group_of
from dedup.cleaning.dates import own_date, parse_date
from dedup.cleaning.normalise import normalise
from dedup.cleaning.page.extract import extract
from dedup.cleaning.pipeline import clean_text
from dedup.cleaning.site_lines import digested_lines, line_digests, piece_digests
from dedup.cleaning.strip_site_lines import split_lines
from dedup.cleaning.urls import host_of, page_of
from dedup.cleaning.written_dates import DayOrder
from dedup.config import Config, ReadConfig
from dedup.json_codec import dump_json, load_json
from dedup.kernels.canonical import in_half_of_documents
from dedup.kernels.similarity import in_passages, shared
from dedup.models import Extraction, RawLine, RawRecord, Rejection
from dedup.pipeline.sign import signature_parts
from dedup.read import Source, Tally, parse_line, read
from dedup.read.compression import COMPRESSIONS
from dedup.read.records import valid_unicode
from dedup.store import StoredPart
from dedup.text_batch import TextBatch

SEEDS = Path(__file__).parents[1] / "tests" / "cases" / "fuzz"

READ = ReadConfig(max_document_bytes=20_000)
COMPLETE = Config(level="stories")

MOST_CHANGES = 4
LONGEST_REPEAT = 60_000
"""Letters that a piece is repeated to at the most: enough for what grows with a square to show."""

Text = TypeVar("Text", str, bytes)


class Broken(Exception):
    """A law of a target does not hold."""


class TooSlow(Exception):
    """An input took more processor time than its target may."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed.

    Attributes:
        name: Its name.
        seeds: What its inputs are made of.
        run: Takes one input.
        share: Inputs of it among those of all targets.
        seconds: Processor time that one input may take.
    """

    name: str
    seeds: Sequence[Any]
    run: Callable[[Any], None]
    share: int
    seconds: float = 2.0


@dataclass(slots=True)
class Count:
    """What a target has had.

    Attributes:
        inputs: How many.
        failures: How many of them failed.
        seconds: Processor time of all.
        slowest: That of the slowest.
    """

    inputs: int = 0
    failures: int = 0
    seconds: float = 0.0
    slowest: float = 0.0


def require(holds: bool, law: str) -> None:
    """Raise where a law does not hold."""
    if not holds:
        raise Broken(law)


# ---- mutation --------------------------------------------------------------------------------


@dataclass(slots=True)
class Mutator:
    """Makes inputs of seeds, the same ones for the same seed.

    Attributes:
        rng: The generator.
        tokens: Hostile pieces of text.
    """

    rng: random.Random
    tokens: Sequence[str]
    _as_bytes: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Encode the tokens once."""
        self._as_bytes = [token.encode("utf-8", "surrogatepass") for token in self.tokens]

    def __call__(self, seeds: Sequence[Text]) -> Text:
        """Return a changed seed."""
        made = self.rng.choice(seeds)
        for _ in range(self.rng.randint(1, MOST_CHANGES)):
            made = self._changed(made, seeds)
        return made

    def _changed(self, text: Text, seeds: Sequence[Text]) -> Text:
        """Return a text with one change."""
        rng = self.rng
        kind = rng.randrange(8)
        start = rng.randint(0, len(text))
        end = min(len(text), start + int(rng.paretovariate(0.7)))
        if kind == 0:
            return text[:start]
        if kind == 1:
            return text[:start] + text[end:]
        if kind == 2:
            piece = text[start:end] or self._token(text)
            times = min(int(rng.paretovariate(0.4)), LONGEST_REPEAT // max(1, len(piece)))
            return text[:start] + piece * max(1, times) + text[start:]
        if kind == 3:
            other = rng.choice(seeds)
            return text[:start] + other[rng.randint(0, len(other)) :]
        if kind == 4:
            return text[:start] + self._noise(text) + text[start + 1 :]
        return text[:start] + self._token(text) + text[end if kind == 5 else start :]

    def _token(self, like: Text) -> Text:
        """Return a hostile token of the type of a text."""
        chosen = self.rng.randrange(len(self.tokens))
        return self.tokens[chosen] if isinstance(like, str) else self._as_bytes[chosen]

    def _noise(self, like: Text) -> Text:
        """Return one character, or byte, of chance."""
        if isinstance(like, str):
            return chr(self.rng.randrange(self.rng.choice((0x80, 0x800, 0x10000, 0x110000))))
        return bytes([self.rng.randrange(256)])


# ---- targets ---------------------------------------------------------------------------------


def _json(data: bytes) -> None:
    try:
        value = load_json(data)
    except (ValueError, RecursionError):
        return
    require(load_json(dump_json(value)) == value, "JSON comes back as it went")


def _line(data: bytes) -> None:
    found = parse_line(RawLine(data, "f:1", "f"), READ)
    require([found.html, found.text, found.rejection].count(None) == 2, "one of three is set")
    dump_json(found.fields)


def _dates(text: str) -> None:
    own = own_date(text)
    require(own.date is None or own.unread is None, "a date is read or unread")
    for order in (None, *DayOrder):
        found = parse_date(text, order)
        require(order is not None or found == own.date, "a record's date is read as any other")
        if found:
            require(math.isfinite(found[1]), "a date has a moment")
            require(parse_date(found[0]) == found, "a date read again is the same")
    for number in (len(text) * 1e9, -1.0, float(sum(map(ord, text)))):
        parse_date(number)


def _addresses(text: str) -> None:
    page, host = page_of(text), host_of(text)
    require(page is None or (host is not None and page.startswith(host)), "a page is on its host")


def _headings(text: str) -> None:
    agency_of_name(text)
    line = normalise(text).partition("\n")[0]
    require(group_of(line, at_edge=True) is None or bool(group_of(line, at_edge=True)), "a group")


def _normalise(text: str) -> None:
    once = normalise(text)
    require(normalise(once) == once, "normalising twice is normalising once")
    once.encode()


def _steps(text: str) -> None:
    title, _, rest = text.partition("\n")
    draft = clean_text(rest, title=title, author=title[:50])
    require(len(draft.text) <= 20 * len(rest) + 100, "cleaning does not blow a text up")
    draft.text.encode()
    digests = line_digests(draft.text)
    one_by_one = [digest for line in draft.text.split("\n") for digest in piece_digests(line)]
    require(digests.tolist() == one_by_one, "digests")
    split_lines(digested_lines(draft.text), frozenset(digests.tolist()[:1]))


def _signed(*texts: str) -> list[StoredPart]:
    nothing = [None] * len(texts)
    return signature_parts(TextBatch(texts), nothing, nothing, COMPLETE)


def _kernels(text: str) -> None:
    one, _, other = valid_unicode(text).partition("\n")
    together = _signed(one, other)
    for given, part in zip((one, other), together, strict=True):
        (alone,) = _signed(given)
        require(alone.tokens == part.tokens, "tokens do not hang on the batch")
        require(alone.shingles == part.shingles, "nor do shingles")
        require(alone.language == part.language, "nor does the language")
        require(alone.signature == part.signature, "nor does the signature")
    sets = [np.unique(np.frombuffer(part.shingles, "<u4")) for part in together]
    values = np.concatenate(sets)
    bounds = np.cumsum([0, *(each.size for each in sets)]).astype(np.int64)
    common, inside = np.empty(1, np.int64), np.empty(2, np.int64)
    shared(values, bounds, np.array([0]), np.array([1]), common)
    wanted = set(sets[0].tolist()) & set(sets[1].tolist())
    require(int(common[0]) == len(wanted), "common shingles are counted")
    in_half_of_documents(values, bounds, np.ones(2, np.int64), np.array([0, 2]), inside, common)
    require(inside.tolist() == [each.size for each in sets], "half of two is each of them")
    require(int(common[0]) == len(set(values.tolist())), "and together all of them")
    share = in_passages(together[0].shingles, sets[1], 5)
    require(0.0 <= share <= 1.0, "a share is a share")


def _page(data: bytes) -> None:
    found = extract(data)
    require(isinstance(found, Extraction | Rejection), "a page gives text or a reason")
    if isinstance(found, Extraction):
        clean_text(found.text, title=found.title, author=found.author)


def _reader(folder: Path, name: str) -> Callable[[bytes], None]:
    """Return what reads some bytes as a file of a name."""
    path = folder / name

    def run(data: bytes) -> None:
        path.write_bytes(data)
        tally = Tally()
        records = list(read(Source(name, path, len(data), folder), READ, tally))
        require(bool(records), "a file gives one record at least")
        for found in records:
            require(isinstance(found, RawRecord), "records are read")
            require([found.html, found.text, found.rejection].count(None) == 2, "one of three")
            found.doc_id.encode()
            (found.text or "").encode()
            dump_json(found.fields)
        require(sum(found.consumed for found in records) == len(data), "all bytes are counted")

    return run


def _packed(data: bytes) -> list[bytes]:
    """Return some bytes in every compression."""
    import bz2
    import gzip
    import lzma

    import zstandard

    done = [gzip.compress(data, mtime=0), zstandard.compress(data), bz2.compress(data)]
    require(len(done) + 1 == len(COMPRESSIONS), "every compression is fuzzed")
    return [*done, lzma.compress(data)]


def targets(folder: Path) -> list[Target]:
    """Return all targets; files are written to a folder."""
    texts, headings, dates, addresses = (
        json.loads((SEEDS / f"{name}.json").read_bytes())
        for name in ("texts", "headings", "dates", "addresses")
    )
    files = {path.name: path.read_bytes() for path in sorted(SEEDS.iterdir())}
    lines = files["records.jsonl"].splitlines(keepends=True)
    pages = [data for name, data in files.items() if name.startswith("page")]
    warcs, tars, saved = (
        [data for name, data in files.items() if name.endswith(suffix)]
        for suffix in (".warc", ".tar", ".mhtml")
    )
    packed = [
        each
        for data in (files["records.jsonl"], files["archive.warc"], tars[0], files["members.zip"])
        for each in _packed(data)
    ]
    return [
        Target("json", lines, _json, 200),
        Target("json line", lines, _line, 150),
        Target("dates", dates, _dates, 150),
        Target("addresses", addresses, _addresses, 100),
        Target("headings", headings, _headings, 150),
        Target("normalise", texts, _normalise, 150),
        Target("cleaning steps", texts, _steps, 80),
        Target("kernels", texts, _kernels, 60),
        Target("extraction", pages, _page, 4, seconds=20.0),
        Target("reader of pages", pages, _reader(folder, "a.html"), 30),
        Target("reader of text", [files["plain.txt"]], _reader(folder, "a.txt"), 20),
        Target("reader of lines", [files["records.jsonl"]], _reader(folder, "a.jsonl"), 30),
        Target("reader of arrays", [files["array.json"]], _reader(folder, "a.json"), 30),
        Target(
            "reader of tables",
            [files["table.csv"], files["table.tsv"]],
            _reader(folder, "a.csv"),
            30,
        ),
        Target("reader of WARC", warcs, _reader(folder, "a.warc"), 30),
        Target("reader of MHTML", saved, _reader(folder, "a.mhtml"), 30),
        Target("reader of zip", [files["members.zip"]], _reader(folder, "a.zip"), 30),
        Target("reader of tar", tars, _reader(folder, "a.tar"), 30),
        Target("reader of parquet", [files["rows.parquet"]], _reader(folder, "a.parquet"), 15),
        Target("unpacking", packed, _reader(folder, "packed"), 30),
    ]


# ---- the run ---------------------------------------------------------------------------------


def _late(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def fuzz(
    chosen: Sequence[Target], seed: int, inputs: int, seconds: float, out: Path
) -> list[Count]:
    """Run inputs until so many, or until the time is over, and write those that fail to a folder.

    Returns:
        What each target has had.
    """
    tokens = json.loads((SEEDS / "tokens.json").read_bytes())
    mutators = [Mutator(random.Random(f"{seed} {each.name}"), tokens) for each in chosen]
    counts = [Count() for _ in chosen]
    signal.signal(signal.SIGVTALRM, _late)
    end = time.monotonic() + seconds
    for number in _turns(chosen, inputs):
        if time.monotonic() > end:
            break
        target, count = chosen[number], counts[number]
        given = mutators[number](target.seeds)
        told = _one(target, count, given)
        if told:
            count.failures += 1
            _keep(out, target, given, told)
    return counts


def warm(chosen: Sequence[Target]) -> None:
    """Call each target once with each seed: compiling and loading take longer than any input."""
    for each in chosen:
        for given in each.seeds:
            each.run(given)


def _turns(chosen: Sequence[Target], inputs: int) -> Iterator[int]:
    """Yield which target is next, each by its share, spread evenly over the run."""
    total = sum(each.share for each in chosen)
    done = [0] * len(chosen)
    for number in range(1, inputs + 1):
        late = [number * each.share / total - done[at] for at, each in enumerate(chosen)]
        following = late.index(max(late))
        done[following] += 1
        yield following


def _one(target: Target, count: Count, given: Any) -> str:
    """Run one input and return how it failed, or nothing."""
    told = ""
    began = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, target.seconds)
    try:
        target.run(given)
    except Exception as error:  # whatever it is, it is what is looked for
        told = repr(error)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    took = time.process_time() - began
    count.inputs += 1
    count.seconds += took
    count.slowest = max(count.slowest, took)
    return told or ("slow" if took > target.seconds else "")


def _keep(out: Path, target: Target, given: str | bytes, told: str) -> None:
    """Write an input that failed."""
    data = given.encode("utf-8", "surrogatepass") if isinstance(given, str) else given
    out.mkdir(parents=True, exist_ok=True)
    name = f"{target.name.replace(' ', '-')}-{hashlib.sha256(data).hexdigest()[:12]}"
    (out / name).write_bytes(data)
    print(f"{target.name}: {told[:300]}: {out / name}", flush=True)


def table(chosen: Sequence[Target], counts: Sequence[Count]) -> str:
    """Return what each target has had, as a table."""
    lines = [f"{'target':<20} {'inputs':>10} {'failed':>7} {'ms each':>8} {'slowest s':>10}"]
    for target, count in zip(chosen, counts, strict=True):
        each = 1000 * count.seconds / max(1, count.inputs)
        lines.append(
            f"{target.name:<20} {count.inputs:>10,} {count.failures:>7,} {each:>8.3f} "
            f"{count.slowest:>10.2f}"
        )
    inputs, failures = (sum(getattr(c, name) for c in counts) for name in ("inputs", "failures"))
    return "\n".join([*lines, f"{'all':<20} {inputs:>10,} {failures:>7,}"])


def main() -> None:
    """Fuzz and tell what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=100_000, help="inputs of all targets")
    parser.add_argument("--seconds", type=float, default=math.inf, help="stop after this time")
    parser.add_argument("--seed", type=int, default=0, help="of the generator")
    parser.add_argument("--target", action="append", help="only this one; several times")
    parser.add_argument(
        "--failures", type=Path, default=Path("fuzz-failures"), help="folder for what fails"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dedup-fuzz-") as folder:
        chosen = [
            each for each in targets(Path(folder)) if not given.target or each.name in given.target
        ]
        warm(chosen)
        counts = fuzz(chosen, given.seed, given.inputs, given.seconds, given.failures)
    print(table(chosen, counts))
    raise SystemExit(any(count.failures for count in counts))


if __name__ == "__main__":
    main()
