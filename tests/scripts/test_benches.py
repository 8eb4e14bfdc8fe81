"""What the measuring scripts count, and that a whole run of each gives its figures."""

from __future__ import annotations

import json
import subprocess
import sys

import bench_scale
import bench_text
import measured
import peers
import pytest
from make_dump import Shape, make_dump
from runs import ROOT

GOLD = {
    "a": {"id": "a", "story": "s1", "kind": "original", "source": None},
    "b": {"id": "b", "story": "s1", "kind": "exact", "source": "a"},
    "c": {"id": "c", "story": "s1", "kind": "near", "source": "a"},
    "d": {"id": "d", "story": "s2", "kind": "original", "source": None},
}


def test_recall_is_by_kind_and_precision_is_of_pairs():
    found = bench_text.judged(GOLD, {"a": "x", "b": "x", "c": None, "d": "x"})

    assert found["recall"] == 0.5
    assert found["recall_by_kind"] == {"exact": 1.0, "near": 0.0}
    assert found["precision"] == pytest.approx(1 / 3, abs=1e-5)


def test_two_documents_without_a_cluster_are_not_together():
    found = bench_text.judged(GOLD, {"a": None, "b": None})

    assert found["recall"] == 0


def test_copies_by_definition_are_near_or_contained(tmp_path):
    words = [f"word{number}" for number in range(100)]
    changed = {"near": [*words[:3], "other", *words[4:]], "far": [*words[::2], *words[1::2]]}
    texts = {"source": words, **changed, "cut": words[:70]}
    gold = {name: {"id": name, "source": None if name == "source" else "source"} for name in texts}
    dump = tmp_path / "dump.jsonl"
    dump.write_text(
        "".join(
            json.dumps({"id": name, "text": " ".join(text)}) + "\n" for name, text in texts.items()
        )
    )

    assert bench_text.copies(dump, gold) == {"near", "cut"}


def test_a_tool_is_left_out_with_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(bench_text, "installed", lambda package: package == "datasketch")

    assert bench_text.chosen(None, 100, slow=50) == ["dedup", "datasketch"]
    told = capsys.readouterr().out
    assert "gaoya is left out: gaoya is not installed" in told
    assert "datasketch as documented is left out: 100 documents are more than 50" in told


def test_components_are_joined_and_written(tmp_path):
    found = peers.Components()
    numbers = [found.add(name) for name in "abcd"]
    found.join(numbers[3], [numbers[1], numbers[3]])
    found.join(numbers[1], [numbers[0]])
    out = tmp_path / "clusters.jsonl"
    found.write(out)

    assert bench_text.clusters(out) == {"a": 0, "b": 0, "c": 2, "d": 0}


def test_a_command_is_watched_with_its_children(tmp_path):
    child = "import time; held = bytearray(60_000_000); time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"

    cost = measured.run([sys.executable, "-c", parent], tmp_path / "log")

    assert cost.code == 0
    assert cost.seconds > 0.5
    assert cost.largest_mib > 55
    if cost.together_mib is not None:
        assert cost.together_mib > cost.largest_mib


def test_a_failed_command_tells_why(tmp_path):
    cost = measured.run([sys.executable, "-c", "raise SystemExit('no')"], tmp_path / "log")

    assert cost.code == 1
    assert "no" in cost.errors


def test_memory_is_told_for_the_stage_it_was_held_in():
    cost = measured.Run(0, "", 10.0, 8.0, 300.0, 300.0, ((0.5, 100.0), (5.0, 300.0), (9.5, 200.0)))

    found = bench_scale.stages(cost, {"sign": 5.0, "write": 3.0})

    assert found["untimed"] == {"seconds": 2.0, "together_mib": 100.0}
    assert found["sign"]["together_mib"] == 300.0
    assert found["write"]["together_mib"] == 200.0


def run_script(name, *arguments):
    script = ROOT / "scripts" / name
    return subprocess.run([sys.executable, script, *arguments], check=True, capture_output=True)


@pytest.mark.slow
def test_dedup_and_a_peer_are_measured_on_one_dump(tmp_path):
    source, told = tmp_path / "dump.jsonl", tmp_path / "told.json"
    make_dump(Shape(300, words=100, copies=0.3), source)

    run_script(
        "bench_text.py", source, "--only", "dedup", "datasketch as documented", "--json", told
    )

    rows = json.loads(told.read_text())["results"]
    assert [row["name"] for row in rows] == ["dedup", "datasketch as documented"]
    assert all(row["documents_decided"] == 300 and row["recall"] > 0.7 for row in rows)
    assert all(row["precision"] > 0.95 for row in rows)
    assert all(row["recall_of_copies"] > 0.9 for row in rows)
    assert rows[0]["recall_of_copies"] == 1


@pytest.mark.slow
def test_each_size_is_measured_stage_by_stage(tmp_path):
    told = tmp_path / "told.json"

    run_script("bench_scale.py", "--articles", "100", "300", "--words", "100", "--json", told)

    rows = json.loads(told.read_text())["results"]
    assert [row["articles"] for row in rows] == [100, 300]
    assert all(row["stages"]["sign"]["seconds"] > 0 and row["b3"]["f1"] > 0.5 for row in rows)
