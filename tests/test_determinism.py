"""The result hangs on the inputs and the options, and on nothing else."""

from __future__ import annotations

import json
import os
import random
from dataclasses import replace

import pytest

from dedup import Config, deduplicate
from dedup.config import MatchConfig

pytestmark = pytest.mark.slow

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("ra", "lin", "tos", "men")]


@pytest.fixture(scope="module")
def installed_run(command, samples, tmp_path_factory):
    """Run the installed command on the sample pages under an environment and options of choice."""
    from runs import Out

    def run(*options, **environment):
        out = tmp_path_factory.mktemp("run") / "out"
        done = command.installed(
            "run", samples / "dump", "-o", out, *options, env={**os.environ, **environment}
        )
        assert done.returncode == 0, done.stderr
        return Out(out)

    return run


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_number_of_workers_changes_no_byte(workers, command, samples, sample_run, tmp_path):
    run = command.run(samples / "dump", "--workers", workers, out=tmp_path / "out")

    assert run.tables() == sample_run.tables()


@pytest.mark.parametrize("seed", ["0", "1", "random"])
def test_the_order_of_sets_changes_no_byte(seed, installed_run, sample_run):
    assert installed_run(PYTHONHASHSEED=seed).tables() == sample_run.tables()


@pytest.mark.parametrize(
    "environment",
    [{"TZ": "Pacific/Auckland"}, {"LC_ALL": "C"}, {"LC_ALL": "tr_TR.UTF-8", "TZ": "UTC"}],
    ids=" ".join,
)
def test_place_and_language_of_the_machine_change_no_byte(environment, installed_run, sample_run):
    assert installed_run("--workers", "2", **environment).tables() == sample_run.tables()


def test_the_order_of_arguments_changes_no_byte(command, samples, tmp_path):
    hosts = [path for path in sorted((samples / "dump").iterdir()) if path.is_dir()]
    mixed = [*hosts[:6], samples / "dump.jsonl", *hosts[6:]]
    shuffled = random.Random(3).sample(mixed, len(mixed))

    one = command.run(*mixed, out=tmp_path / "one")
    other = command.run(*shuffled, out=tmp_path / "other")

    assert one.tables() == other.tables()
    assert one.manifest["read"] == other.manifest["read"]


def sorted_lines(run, name):
    return sorted((run.path / f"{name}.jsonl").read_bytes().splitlines())


@pytest.fixture(scope="module")
def straight(command, samples, tmp_path_factory):
    """A run on the records in the order of their file."""
    return command.run(samples / "dump.jsonl", out=tmp_path_factory.mktemp("straight") / "out")


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_records_changes_no_line(seed, command, samples, straight, tmp_path):
    lines = (samples / "dump.jsonl").read_bytes().splitlines(keepends=True)
    # Under the same name: it stands in rejected.jsonl.
    shuffled = tmp_path / "dump.jsonl"
    shuffled.write_bytes(b"".join(random.Random(seed).sample(lines, len(lines))))
    mixed = command.run(shuffled, out=tmp_path / "mixed")

    assert (tmp_path / "mixed" / "stories.jsonl").read_bytes() == straight.tables()["stories"]
    for name in ("decisions", "survivors", "rejected"):
        assert sorted_lines(mixed, name) == sorted_lines(straight, name)


def family(rng, size, words=80, changes=3):
    """Near copies of one text, some of them equal."""
    base = rng.choices(WORDS, k=words)
    for _ in range(size):
        text = list(base)
        for place in rng.sample(range(words), rng.randrange(changes + 1)):
            text[place] = rng.choice(WORDS)
        yield " ".join(text)


def answer(result):
    decisions = sorted(
        (d.doc_id, d.status, d.story_id, d.canonical_id, d.relation, d.score, d.reason)
        for d in result.decisions
    )
    return decisions, json.dumps(result.stories)


@pytest.mark.parametrize("seed", range(4))
def test_chains_of_near_copies_hang_on_no_order(seed):
    """Texts at the border of `near`, where linkage has ties and near ties to break."""
    rng = random.Random(seed)
    texts = [text for _ in range(6) for text in family(rng, 12, words=60, changes=6)]
    records = [{"id": f"r{number:03}", "text": text} for number, text in enumerate(texts)]
    straight = deduplicate(records)

    assert answer(straight) == answer(deduplicate(rng.sample(records, len(records))))
    assert len({d.relation for d in straight.decisions}) > 1


def test_buckets_over_the_cap_hang_on_no_order():
    """A bucket that is too large for all its pairs is joined the same way in any order."""
    config = replace(Config(), match=MatchConfig(bucket_cap=5, neighbours=2))
    rng = random.Random(7)
    texts = [text for _ in range(3) for text in family(rng, 40, changes=8)]
    records = [{"id": f"r{number:03}", "text": text} for number, text in enumerate(texts)]
    straight = deduplicate(records, config=config)

    for _ in range(2):
        mixed = rng.sample(records, len(records))
        assert answer(deduplicate(mixed, config=config)) == answer(straight)
