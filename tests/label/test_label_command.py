"""`dedup label` as scripts use it: answers from a pipe, files that go on, and tables."""

from __future__ import annotations

import csv
import json

import pytest
from runs import dated_article, read_lines, text_of

from dedup.evaluation.labelled_pairs import LabelledPair, read_labels, write_labels
from dedup.write.file_lock import locked_beside

PAIRS = 6


@pytest.fixture
def labels(tmp_path):
    return tmp_path / "labels.jsonl"


@pytest.fixture
def label(command, sample_run, labels):
    """Run `dedup label` on the sample pages, with answers on stdin."""

    def run(*options, answers=(), exit_code=0, out=None):
        stdin = "".join(f"{each}\n" for each in answers)
        done = command("label", out or sample_run.path, "-o", labels, *options, stdin=stdin)
        assert done.exit_code == exit_code, done.output
        return done

    return run


def answers_of(path):
    return [{True: "y", False: "n", None: "s" if each.skipped else ""}[each.same]
            for each in read_labels(path)]  # fmt: skip


def test_answers_from_a_pipe_are_saved_in_the_order_of_asking(label, labels):
    done = label("--pairs", PAIRS, answers=["y", "no", "S", "what", "u", "skip", "a", "y"])

    assert answers_of(labels) == ["y", "n", "s", "y", "", ""]
    assert [each["place"] for each in read_lines(labels)] == [*range(PAIRS)]
    assert "press y, n, s, u, a or q" in done.stdout
    assert f"{labels}: 3 of 6 pairs answered, 1 skipped" in done.stderr
    assert f"go on with: dedup label {done_out(done)} -o {labels}" in done.stderr
    assert "dedup tune" not in done.stderr  # too few


def test_tuning_is_named_where_there_are_answers_enough(label, labels):
    done = label("--pairs", 24, answers=["y"] * 23)
    assert f"dedup tune {done_out(done)} {labels}" in done.stderr


def done_out(done):
    """OUT as the advice of the command names it."""
    return done.stderr.split("go on with: dedup label ")[1].split(" -o ")[0]


def test_both_documents_are_shown_without_what_the_run_thinks(label, labels):
    done = label("--pairs", PAIRS, answers=["q"])

    first = read_labels(labels)[0]
    assert "pair 1: 0 of 6 pairs answered" in done.stdout
    for name in ("title", "host", "date", "A", "B"):
        assert name in done.stdout
    assert first.a.replace("/", "")[-12:] in "".join(done.stdout.split()).replace("/", "")
    for word in ("score", "threshold", "together", "canonical", "duplicate", "s-"):
        assert word not in done.stdout


def test_all_sentences_of_a_pair_are_printed_on_demand(label):
    few = label("--pairs", 1, "--sentences", 1, answers=["q"]).stdout
    every = label("--sentences", 1, answers=["a", "q"]).stdout
    at_once = label("--sentences", 0, answers=["q"]).stdout

    assert "the key a shows all" in few
    assert len(every) > len(at_once) > len(few)


def test_a_file_goes_on_where_it_was_left(label, labels):
    label("--pairs", PAIRS, answers=["y", "n"])
    before = labels.read_bytes()
    label(answers=["q"])
    assert labels.read_bytes() == before

    label(answers=["u", "y", "n", "n", "s", "y"])
    assert answers_of(labels) == ["y", "y", "n", "n", "s", "y"]
    done = label(answers=["y", "u", "q"])
    assert "No pair is left" in done.stdout
    assert answers_of(labels) == ["y", "y", "n", "n", "s", ""]


def test_the_same_run_and_seed_draw_the_same_pairs(label, labels):
    label("--pairs", PAIRS)
    first = labels.read_bytes()
    labels.unlink()
    label("--pairs", PAIRS)
    assert labels.read_bytes() == first
    labels.unlink()
    label("--pairs", PAIRS, "--seed", 1)
    assert labels.read_bytes() != first


def test_more_pairs_are_added_behind_those_that_are_there(label, labels):
    label("--pairs", 3, answers=["y", "n"])
    before = labels.read_bytes().splitlines()
    done = label("--pairs", PAIRS, answers=["q"])

    assert labels.read_bytes().splitlines()[:3] == before
    assert answers_of(labels) == ["y", "n", "", "", "", ""]
    assert "pair 3" in done.stdout
    label("--pairs", 2, answers=["y"])
    assert answers_of(labels) == ["y", "n", "y", "", "", ""]


def test_more_pairs_than_there_are_draw_all_of_them(label, labels):
    label("--pairs", 10_000)
    count = len(read_labels(labels))
    assert 10 < count < 10_000
    label("--pairs", 10_000, answers=["y"])
    assert len(read_labels(labels)) == count


@pytest.mark.parametrize("other", ["seed", "order", "elsewhere", "removed", "run"])
def test_a_file_of_other_pairs_is_refused_and_stays(label, labels, other, copies_of_samples):
    label("--pairs", PAIRS, answers=["y"])
    pairs = read_labels(labels)
    options, out = (), None
    if other == "seed":
        options = ("--seed", 5)
    elif other == "order":
        write_labels(labels, [*pairs[:1], LabelledPair(**{**as_dict(pairs[1]), "score": 0.5})])
    elif other == "elsewhere":
        write_labels(labels, [LabelledPair("x", "y", True)])
    elif other == "removed":
        write_labels(labels, pairs[1:])
    else:
        out = copies_of_samples
    before = labels.read_bytes()

    done = label(*options, out=out, exit_code=1)
    assert "were not drawn from this run with this --seed" in done.stderr
    assert "dedup label OUT -o labels-2.jsonl" in done.stderr
    assert labels.read_bytes() == before


def as_dict(pair):
    return {name: getattr(pair, name) for name in pair.__dataclass_fields__}


@pytest.fixture(scope="module")
def copies_of_samples(command, tmp_path_factory):
    """A run on made records that are not those of the sample pages."""
    folder = tmp_path_factory.mktemp("other")
    texts = [text_of(seed, 300) for seed in range(3)]
    records = [
        dated_article(f"{place}-{seed}", f"{text} {text_of(99 - place, 20)}", day=seed + 1)
        for seed, text in enumerate(texts)
        for place in range(4)
    ]
    source = folder / "records.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in records))
    return command.run(source, out=folder / "out").path


def test_a_file_that_is_none_of_labels_is_refused(label, labels, tmp_path):
    labels.write_text("not one\n")
    assert "line 1 of" in label(exit_code=1).stderr
    assert labels.read_text() == "not one\n"
    labels.unlink()
    labels.mkdir()
    assert "is no regular file" in label(exit_code=1).stderr


def test_files_of_the_run_are_not_replaced(command, sample_run):
    for name in ("decisions.jsonl", "manifest.json", "store.sqlite"):
        before = (sample_run.path / name).read_bytes()
        done = command("label", sample_run.path, "-o", sample_run.path / name)
        assert done.exit_code == 1
        assert "is a file of the run; name another one for --output" in done.stderr
        assert (sample_run.path / name).read_bytes() == before


def test_two_sessions_on_one_file_are_refused(label, labels, tmp_path):
    label("--pairs", PAIRS)
    link = tmp_path / "link.jsonl"
    link.symlink_to(labels)
    with locked_beside(labels, "in use"):
        done = label(exit_code=1)
    assert "is in use by another dedup label" in done.stderr
    assert [each.name for each in sorted(tmp_path.iterdir())] == ["labels.jsonl", "link.jsonl"]


def test_a_link_stays_one(label, labels, tmp_path):
    real = tmp_path / "folder" / "real.jsonl"
    real.parent.mkdir()
    labels.symlink_to(real)
    label("--pairs", PAIRS, answers=["y"])
    assert labels.is_symlink()
    assert answers_of(real)[0] == "y"


@pytest.mark.parametrize(
    ("options", "detail"),
    [
        (["--csv", "a.csv", "--web"], "--csv and --web exclude one another"),
        (["--csv", "a.csv", "--from-csv", "a.csv"], "--csv and --from-csv exclude one another"),
        (["--port", "8000"], "--port is of --web"),
        (["--pairs", "0"], "0 is not in the range"),
        (["--seed", "-1"], "-1 is not in the range"),
    ],
)
def test_options_that_cannot_be_used_are_named(label, labels, options, detail):
    done = label(*options, exit_code=2)
    assert detail in " ".join(done.stderr.split())
    assert not labels.exists()


def test_the_file_of_labels_has_to_be_named(command, sample_run):
    done = command("label", sample_run.path)
    assert done.exit_code == 2
    assert "'--output'" in done.stderr


def test_a_run_of_copies_has_no_pairs_to_judge(label, copies_run, labels):
    done = label(out=copies_run.path, exit_code=1)
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert not labels.exists()


def test_quiet_prints_no_notes(label, table):
    assert label("--pairs", PAIRS, "--quiet", answers=["y"]).stderr == ""
    for option in ("--csv", "--from-csv"):
        done = label(option, table, "-q")
        assert (done.stdout, done.stderr) == ("", "")


# Tables.


@pytest.fixture
def table(tmp_path):
    return tmp_path / "pairs.csv"


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return [*csv.DictReader(file)]


def write_rows(path, rows, delimiter=","):
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def test_pairs_are_written_to_a_table_with_what_a_person_needs(label, labels, table):
    label("--pairs", PAIRS, answers=["y", "s"])
    done = label("--csv", table)

    assert f"wrote 6 pairs to {table}" in done.stderr
    rows = rows_of(table)
    assert [each["same"] for each in rows] == ["y", "skip", "", "", "", ""]
    assert [each["number"] for each in rows] == ["1", "2", "3", "4", "5", "6"]
    pairs = read_labels(labels)
    assert [(each["a"], each["b"]) for each in rows] == [(each.a, each.b) for each in pairs]
    for row in rows:
        assert row["a_title"]
        assert 100 < len(row["b_text"]) <= 1000
        assert row["a_host"] in row["a_url"]
        assert not {"score", "together", "stratum"} & row.keys()


def test_a_table_is_not_written_over_another_file(label, labels, table, sample_run):
    table.write_text("mine")
    assert "may have answers" in label("--csv", table, exit_code=1).stderr
    assert table.read_text() == "mine"
    place = sample_run.path / "stories.jsonl"
    assert "is a file of the run" in label("--csv", place, exit_code=1).stderr
    assert label("--csv", labels, exit_code=1)
    assert not labels.exists()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_answers_of_a_table_are_read(label, labels, table, delimiter):
    label("--pairs", PAIRS, answers=["y", "y"])
    label("--csv", table)
    rows = rows_of(table)
    for row, same in zip(rows, ("n", "y", " YES ", "skip", "", "0"), strict=True):
        row["same"] = same
    rows[2]["a"], rows[2]["b"] = rows[2]["b"], rows[2]["a"]
    rows.append({**rows[0], "a": "unknown", "same": "y"})
    write_rows(table, rows[::-1], delimiter)

    done = label("--from-csv", table)
    assert answers_of(labels) == ["n", "y", "y", "s", "", "n"]
    assert "3 new answers, 1 changed, 1 as before, 1 row without an answer" in done.stderr
    assert "1 row of pairs that LABELS does not have, not read: unknown and" in done.stderr
    again = label("--from-csv", table)
    assert "0 new answers, 0 changed, 5 as before" in again.stderr


def test_answers_of_a_table_of_one_s_own_need_three_columns(label, labels, tmp_path):
    label("--pairs", PAIRS)
    first, second, third, *_ = read_labels(labels)
    own = tmp_path / "own.jsonl"
    values = ((first, True), (second, 0), (third, None))
    lines = [{"b": each.a, "a": each.b, "same": same} for each, same in values]
    own.write_text("".join(json.dumps(each) + "\n" for each in lines))

    label("--from-csv", own)
    assert answers_of(labels)[:3] == ["y", "n", ""]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ("a,b\nx,y\n", "row 1 of TABLE has no column same"),
        ("a,b,same\nA,B,y\nx,y,maybe\n", "row 2 of TABLE: same is maybe; write y, n or skip"),
        ("a,b,same\nA,B,y\nB,A,n\n", "row 2 of TABLE has the pair of row 1 again"),
        ("a,b,same\nA,B,y,1,2,3\n", "row 1 of TABLE"),
        (None, "TABLE is no file"),
    ],
)
def test_a_table_that_cannot_be_read_changes_nothing(label, labels, table, content, detail):
    label("--pairs", PAIRS, answers=["n"])
    before = labels.read_bytes()
    first = read_labels(labels)[0]
    if content is not None:
        table.write_text(content.replace("A", first.a).replace("B", first.b))

    done = label("--from-csv", table, exit_code=1)
    assert detail.replace("TABLE", str(table)) in done.stderr
    assert labels.read_bytes() == before


@pytest.fixture(scope="module")
def formula_run(command, tmp_path_factory):
    """A run whose ids, titles and texts are formulas of a spreadsheet, with cursor movements."""
    folder = tmp_path_factory.mktemp("formulas")
    shared = text_of(1, 200)
    records = [
        dated_article("x", f"=cmd|calc {shared} {text_of(number + 5, 40)}", day=1 + number)
        | {"id": f"=HYPERLINK({number})", "title": f"@SUM({number})\x1b[2J\u202e"}
        for number in range(5)
    ]
    source = folder / "records.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in records))
    return command.run(source, "--threshold", "0.9", out=folder / "out").path


def test_no_cell_is_a_formula_and_the_ids_are_found_again(label, labels, table, formula_run):
    label("--csv", table, out=formula_run)
    rows = rows_of(table)
    assert rows
    for row in rows:
        assert not [each for each in row.values() if each.startswith(("=", "@", "+", "-", "\t"))]
        assert row["a"].startswith("'=HYPERLINK")
        row["same"] = "y"
    write_rows(table, rows)

    assert "not read" not in label("--from-csv", table, out=formula_run).stderr
    assert set(answers_of(labels)) == {"y"}


def test_nothing_of_a_document_reaches_the_terminal_as_a_command(label, formula_run):
    done = label(answers=["a"] + ["y"] * 20, out=formula_run)
    for stream in (done.stdout, done.stderr):
        assert "\x1b" not in stream
        assert "\u202e" not in stream
    assert "\\x1b[2J\\u202e" in done.stdout
