"""A short fuzz of every target, and that the fuzzer finds what it looks for."""

import random

import fuzz
import pytest


@pytest.mark.slow
def test_nothing_fails_on_some_thousand_hostile_inputs(tmp_path):
    chosen = fuzz.targets(tmp_path)
    fuzz.warm(chosen)
    counts = fuzz.fuzz(chosen, 7, 4_000, 600.0, tmp_path / "failures")

    assert sum(count.inputs for count in counts) == 4_000
    assert all(count.inputs for count in counts)
    assert not (tmp_path / "failures").exists()


@pytest.mark.parametrize(
    "seeds", [["one two", "three"], [b"one two", b"three"]], ids=["str", "bytes"]
)
def test_the_same_seed_makes_the_same_inputs(seeds):
    one, other = (fuzz.Mutator(random.Random(3), ["<", "\ud800"]) for _ in range(2))
    made = [one(seeds) for _ in range(300)]

    assert made == [other(seeds) for _ in range(300)]
    assert len(set(made)) > 100


def raises(given):
    raise KeyError(given)


def breaks_a_law(given):
    fuzz.require(len(given) < 0, "nothing is shorter than nothing")


def hangs(given):
    while True:
        pass


@pytest.mark.parametrize("run", [raises, breaks_a_law, hangs])
def test_an_input_that_fails_is_kept(tmp_path, run, capsys):
    target = fuzz.Target("a target", ["seed"], run, 1, seconds=0.2)
    (count,) = fuzz.fuzz([target], 0, 2, 60.0, tmp_path)
    kept = sorted(tmp_path.iterdir())

    assert (count.inputs, count.failures) == (2, 2)
    assert all(path.name.startswith("a-target-") for path in kept)
    assert str(kept[0]) in capsys.readouterr().out
    assert "a target" in fuzz.table([target], [count])
