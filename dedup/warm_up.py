"""Compile all kernels and make word lists before the first run needs them.

Kernels are compiled for the types of their arguments, and only a run knows these. So a few small
dumps that were made for it go through whole runs, one after another in one store.
"""

from __future__ import annotations

import fcntl
import random
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from dedup.cache_folder import cache_folder
from dedup.config import Config, MatchConfig, StoryConfig
from dedup.engines.in_memory import InMemoryEngine
from dedup.json_codec import dump_json
from dedup.kernels.compiled import kernel_folder
from dedup.pipeline.earlier_dumps import NoEarlierDumps
from dedup.pipeline.plan import plan_dump
from dedup.pipeline.plan_inputs import split_inputs
from dedup.progress import NullProgress
from dedup.run.dump import run_dump
from dedup.signatures.word_frequencies import word_frequencies

_WARM, _LOCK = "warm", "warm.lock"
"""Files in the folder of compiled code: that all is there, and what one process locks."""

_STORIES = 8
_SENTENCES = 14
_WORDS = 12
"""Words of a sentence."""

_PARTITIONS = 2
_DAYS = 3
_MATCHED = MatchConfig(bucket_cap=2, neighbours=1)
_STORY = StoryConfig(bucket_cap=2, neighbours=1)
"""Limits that real dumps reach with a hundred documents of a kind."""


def compile_kernels() -> None:
    """Compile what runs compile; what is compiled already is only loaded.

    Raises:
        OutputError: The folder for temporary files cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="dedup-") as name:
        folder = Path(name)
        usual = Config(workers=1)
        full = replace(usual, match=_MATCHED, story=_STORY)
        for number, config in enumerate([usual, usual, full]):
            dump = folder / f"{number}.jsonl"
            dump.write_bytes(b"".join(dump_json(each) + b"\n" for each in _documents(number)))
            store = folder / ("full.sqlite" if config is full else "store.sqlite")
            run_dump([dump], folder / f"out-{number}", config, store=store)
            _run_plan(dump, config)


def _run_plan(dump: Path, config: Config) -> None:
    """Take a dump through the plan of engines, whose arrays are those of Arrow."""
    engine = InMemoryEngine(_PARTITIONS)
    split = split_inputs(engine, [dump], config, split_bytes=dump.stat().st_size)
    plan_dump(engine, split.parts, NoEarlierDumps(), config, NullProgress())


def warm_machine() -> None:
    """Compile what runs compile, once a machine: the first process does it, and others wait.

    Where nothing can be kept, each process compiles what it needs when it needs it.
    """
    folder = kernel_folder()
    if folder is None or not cache_folder().writable or (folder / _WARM).exists():
        return
    with suppress(OSError):
        folder.mkdir(0o755, exist_ok=True)
        with (folder / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until another process has done it
            if not (folder / _WARM).exists():
                compile_kernels()
                (folder / _WARM).touch()


def make_word_lists(languages: Iterable[str]) -> None:
    """Make and keep the word lists of some languages.

    Args:
        languages: Codes such as ``en``; without a list for one, that is kept.
    """
    for language in languages:
        word_frequencies(language)


def listed_languages() -> list[str]:
    """Return the languages that there are word lists for, sorted."""
    from wordfreq import available_languages  # half a second

    return sorted(available_languages("best"))


def _documents(number: int) -> Iterator[dict[str, Any]]:
    """Yield the documents of a dump: copies of all kinds, rewrites, and a roundup."""
    rng = random.Random(number)
    reports = [_sentences(random.Random(f"{number // 2}-{k}"), k) for k in range(_STORIES)]
    for k, report in enumerate(reports):
        tellings = {
            "first": report,
            "exact": report,
            "near": [report[0].replace("word", "term"), *report[1:]],
            "abridged": report[: _SENTENCES - 3],
            "update": [*report[: _SENTENCES // 2], *_sentences(rng, k)[_SENTENCES // 2 :]],
            "rewrite": [_reworded(rng, sentence) for sentence in rng.sample(report, _SENTENCES)],
            "again": [_reworded(rng, sentence) for sentence in report],
            "stub": report[:3],
            "short": report[:1],
        }
        for kind, sentences in tellings.items():
            host = "x.example" if kind in ("first", "update") else f"{kind}.example"
            yield {
                "id": f"{number}-{k}-{kind}",
                "url": f"https://{host}/{number}/{k}/{kind}",
                "title": f"Report {k} on Word{k} and Place{k}",
                "date": f"2026-03-0{number + 1}T{k + 8:02}:00:00Z",
                "language": "en",
                "text": " ".join(sentences),
            }
    yield {
        "id": f"{number}-roundup",
        "url": "https://roundup.example/",
        "date": f"2026-03-0{number + 1}",
        "text": "\n".join(" ".join(report[:3]) for report in reports),
    }


def _sentences(rng: random.Random, story: int) -> list[str]:
    """Return sentences of invented words, names and numbers that a story has for itself."""
    own = [f"word{story}x{n}" for n in range(40)] + [f"Name{story}{n}" for n in range(10)]
    return [
        " ".join(["The", *rng.choices(own, k=_WORDS), "on Monday", str(rng.randrange(1000))]) + "."
        for _ in range(_SENTENCES)
    ]


def _reworded(rng: random.Random, sentence: str) -> str:
    """Return a sentence with its words in another order, a few of them others."""
    words = sentence.rstrip(".").split()
    rng.shuffle(words)
    return " ".join(["Officials", "said", *words[:-3], "yesterday"]) + "."
