"""Twice the documents cost about twice the time, not four times."""

from __future__ import annotations

import json
import random
from itertools import accumulate

import pytest
from runs import Out

SIZES = (10_000, 20_000)
COPIES = 0.3
VOCABULARY = 20_000

# Stages whose cost could grow with the square of the documents.
COMPARING = ("sign", "match", "verify pairs", "group")

# Twice is linear, four times quadratic; below a second the machine's noise would decide.
WORST = 3.0
LEAST_SECONDS = 1.0


def write_dump(path, size, seed):
    """Records of 30 to 60 words of a Zipf vocabulary; some copy an earlier one, a word changed."""
    rng = random.Random(seed)
    vocabulary = [f"w{number:x}" for number in range(VOCABULARY)]
    weights = list(accumulate(1 / (rank + 3) for rank in range(VOCABULARY)))
    texts = []
    with path.open("w") as file:
        for number in range(size):
            if texts and rng.random() < COPIES:
                words = list(rng.choice(texts))
                words[rng.randrange(len(words))] = "changed"
            else:
                words = rng.choices(vocabulary, cum_weights=weights, k=rng.randint(30, 60))
                texts.append(words)
            file.write(json.dumps({"id": f"r{number}", "text": " ".join(words)}) + "\n")


@pytest.fixture(scope="module")
def dumps(tmp_path_factory):
    """A dump of each size."""
    paths = [tmp_path_factory.mktemp("scale") / f"{size}.jsonl" for size in SIZES]
    for path, size in zip(paths, SIZES, strict=True):
        write_dump(path, size, seed=size)
    return paths


def run_all(command, dumps):
    """Run each in a process of its own."""
    found = []
    for path in dumps:
        out = path.with_suffix(".out")
        done = command.installed(
            *("run", path, "-o", out, "--level", "copies", "--quiet", "--overwrite")
        )
        assert done.returncode == 0, done.stderr
        found.append(Out(out))
    return found


@pytest.fixture(scope="module")
def runs(command, dumps):
    return run_all(command, dumps)


def seconds(run):
    timings = run.manifest["timings"]
    return sum(timings.get(stage, 0) for stage in COMPARING)


def grows_too_fast(one, two):
    return seconds(two) > WORST * max(seconds(one), LEAST_SECONDS)


@pytest.mark.slow
def test_twice_the_documents_do_not_cost_four_times(runs, command, dumps):
    """Where it seems so, the machine may have been busy: what grows as a square does so twice."""
    if grows_too_fast(*runs):
        assert not grows_too_fast(*run_all(command, dumps))


@pytest.mark.slow
def test_every_document_is_decided_and_copies_are_found(runs):
    for run, size in zip(runs, SIZES, strict=True):
        counts = run.manifest["counts"]
        assert counts["inputs"] == size
        assert counts["rejected"] == 0
        # A changed word in a text of 30 can fall below the border of `near`.
        assert 0.15 * size < counts["duplicate"] < (COPIES + 0.02) * size


@pytest.mark.slow
def test_the_peak_of_memory_is_reported_and_modest(runs):
    one, two = (run.manifest["peak_memory_mib"]["parent"] for run in runs)

    assert 20 < one < 1000
    assert two < 2 * one
