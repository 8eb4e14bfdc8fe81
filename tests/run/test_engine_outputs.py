"""Files that `dedup run --engine` writes beside its tables: those of a run on one machine."""

from __future__ import annotations

import io
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from engine_commands import run_on_sail
from test_closed_streams import through_head, with_full

from dedup.write.engine_folder import EngineFolder

slow = pytest.mark.slow

MOST = 20_000
"""Bytes of the files of these runs."""

STYLES = {
    ".jsonl": (),
    ".jsonl.zst": ("--compress", "zst"),
    ".parquet": ("--format", "parquet"),
}


def content(data, suffix):
    """The lines, or the rows, that are in the bytes of a file, or of several on end."""
    if suffix == ".parquet":
        return pq.read_table(io.BytesIO(data)).to_pylist()
    if suffix == ".jsonl":
        return data
    with pa.CompressedInputStream(io.BytesIO(data), "zstd") as file:
        return file.read()


def joined(folder, stem, suffix):
    """What is in all parts, one behind another."""
    parts = [path.read_bytes() for path in sorted(folder.glob(f"{stem}-?????{suffix}"))]
    assert parts
    if suffix == ".parquet":
        return [row for part in parts for row in content(part, suffix)]
    return content(b"".join(parts), suffix)


def names(folder):
    """All that is in a folder."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def dump(samples):
    return samples / "dump.jsonl"


@pytest.fixture(scope="module")
def local(command, dump, tmp_path_factory):
    """Runs on one machine with the file of all documents, by the suffix of their files."""
    done = {}

    def run(suffix):
        if suffix not in done:
            out = tmp_path_factory.mktemp("local")
            arguments = (dump, "--annotate", out / f"all{suffix}", *STYLES[suffix])
            done[suffix] = command.run(*arguments, out=out).path
        return done[suffix]

    return run


@pytest.fixture(scope="module")
def done(command, dump, tmp_path_factory):
    """A run on an engine with the file of all documents beside it, in files of a size."""
    folder = tmp_path_factory.mktemp("engine")
    arguments = (dump, "--annotate", folder / "all.jsonl", "--shard-size", MOST)
    return run_on_sail(command, *arguments, out=folder / "out")


def same_documents(out, beside, local, suffix):
    """The survivors in a folder and the documents in another are those of one machine."""
    for folder, stem in ((out, "survivors"), (beside, "all")):
        whole = (local(suffix) / f"{stem}{suffix}").read_bytes()
        assert joined(folder, stem, suffix) == content(whole, suffix)


def test_documents_in_files_of_a_size_are_those_of_one_machine(done, local):
    beside = done.path.parent
    same_documents(done.path, beside, local, ".jsonl")
    for folder, stem in ((done.path, "survivors"), (beside, "all")):
        parts = [path.read_bytes() for path in folder.glob(f"{stem}-*")]
        assert len(parts) > 1
        assert all(len(part) <= MOST or part.count(b"\n") == 1 for part in parts)
    assert {name for name in names(beside) if not name.startswith("all-")} == {"out"}


@slow
@pytest.mark.parametrize("suffix", [".jsonl.zst", ".parquet"])
def test_documents_in_other_formats_are_those_of_one_machine(
    suffix, command, dump, local, tmp_path
):
    out = tmp_path / "out"
    arguments = ("--annotate", out / f"all{suffix}", "--shard-size", MOST, *STYLES[suffix])
    run_on_sail(command, dump, *arguments, out=out)

    same_documents(out, out, local, suffix)
    assert not [name for name in names(out) if name.startswith(".")]


def test_the_manifest_lists_all_parts(done):
    files = done.manifest["files"]
    beside = done.path.parent
    assert [each["name"] for each in files["annotated"]] == [
        path.name for path in sorted(beside.glob("all-*"))
    ]
    for each in files["annotated"]:
        part = (beside / each["name"]).read_bytes()
        assert (each["rows"], each["bytes"]) == (part.count(b"\n"), len(part))
    assert sum(each["rows"] for each in files["annotated"]) == done.manifest["counts"]["inputs"]
    assert done.manifest["engine"]["run"]["annotate"] == str(beside / "all.jsonl")


@slow
def test_a_file_at_an_address_replaces_an_earlier_one(command, dump, local, tmp_path):
    beside = tmp_path / "far"
    beside.mkdir()
    for name in ("all.jsonl", *(f"all-{number:05}.jsonl" for number in range(20))):
        (beside / name).write_bytes(b"earlier")
    arguments = (dump, "--annotate", f"file://{beside}/all.jsonl")
    out = tmp_path / "out"
    refused = command("run", *arguments, "-o", out, "--engine", "sail")
    assert refused.exit_code == 1
    assert "far/all.jsonl already exists; replace it with --overwrite" in refused.stderr
    assert not out.exists()
    run_on_sail(command, *arguments, "--overwrite", out=out)

    same_documents(out, beside, local, ".jsonl")
    assert len(names(beside)) < 20
    assert all(name.startswith("all-") for name in names(beside))


@slow
def test_a_run_that_was_stopped_before_its_results_were_in_place_goes_on(
    command, dump, local, tmp_path, monkeypatch
):
    out, file = tmp_path / "out", tmp_path / "all.jsonl"
    arguments = ("run", dump, "-o", out, "--engine", "sail", "--annotate", file)

    def stop(self, moves, manifest):
        assert (tmp_path / "all-00000.jsonl").exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(EngineFolder, "put_in_place", stop)
        stopped = command(*arguments)
    assert "stopped; continue with the same command and --resume" in stopped.stderr
    assert names(tmp_path) == ["all-00000.jsonl", "out"]
    refused = command(*arguments[:-2], "--resume")
    assert f"was begun with --annotate {file}; give the same" in refused.stderr
    left = (
        tmp_path
        / f".all.jsonl.{json.loads((out / '.dedup.engine/begun.json').read_bytes())['run']}"
    )
    left.mkdir()
    (left / "lost.jsonl").write_bytes(b"half a line")
    run_on_sail(command, dump, "--annotate", file, "--resume", out=out)

    same_documents(out, tmp_path, local, ".jsonl")
    assert names(tmp_path) == ["all-00000.jsonl", "out"]


@slow
def test_survivors_go_to_a_stream_from_files_that_stay(command, dump, local, tmp_path):
    out = tmp_path / "out"
    run = (
        "run", dump, "-o", out, "--engine", "sail", "--compress", "zst", "--quiet",
        "--shard-size", MOST,
    )  # fmt: skip
    survivors = (local(".jsonl") / "survivors.jsonl").read_bytes()
    first = command(*run, "--survivors", "-")

    assert first.exit_code == 0
    assert first.stdout_bytes == survivors
    assert joined(out, "survivors", ".jsonl") == survivors
    assert {path.suffix for path in out.glob("decisions-*")} == {".zst"}
    assert command(*run, "--survivors", "-", "--resume").stdout_bytes == survivors
    refused = command(*run, "--resume")
    assert "its survivors are .jsonl, not .jsonl.zst; leave --survivors as they were" in (
        refused.stderr
    )
    next(out.glob("survivors-*")).write_bytes(b"{}")
    refused = command(*run, "--survivors", "-", "--resume")
    assert refused.stdout_bytes == b""
    assert "were changed or removed" in refused.stderr


def test_survivors_of_a_finished_run_go_to_a_stream(command, dump, done, local):
    options = ("--resume", "--annotate", done.path.parent / "all.jsonl", "--survivors", "-")
    finished = again(command, dump, done.path, *options)

    assert finished.stdout_bytes == (local(".jsonl") / "survivors.jsonl").read_bytes()
    assert "finished before" in finished.stderr


def test_a_reader_of_survivors_may_stop_early(command, dump, done):
    """As `head` does."""
    arguments = [
        "run", dump, "-o", done.path, "--engine", "sail", "--shard-size", MOST, "--resume",
        "--annotate", done.path.parent / "all.jsonl", "--survivors", "-", "--quiet",
    ]  # fmt: skip
    code, head, messages = through_head(command, *arguments, stream="stdout")

    assert (code, messages) == (0, b"")
    assert head.startswith(b'{"')


def test_survivors_for_a_full_disk_are_an_error_of_one_line(command, dump, done):
    arguments = [
        "run", dump, "-o", done.path, "--engine", "sail", "--shard-size", MOST, "--resume",
        "--annotate", done.path.parent / "all.jsonl", "--survivors", "-", "--quiet",
    ]  # fmt: skip
    full = with_full(command, *arguments, streams=[1])
    assert full.returncode == 1
    assert full.stderr == (
        "Error: no space left to write <stdout>; free some and continue with the same command and "
        "--resume\n"
    )


def again(command, dump, out, *options):
    """The same run once more."""
    return command("run", dump, "-o", out, "--engine", "sail", "--shard-size", MOST, *options)


def test_a_finished_run_goes_with_its_own_file_alone(command, dump, done):
    file = done.path.parent / "all.jsonl"
    finished = again(command, dump, done.path, "--resume", "--annotate", file)
    assert finished.exit_code == 0
    assert "finished before" in finished.stderr
    for options in ((), ("--annotate", file.with_name("another.jsonl"))):
        refused = again(command, dump, done.path, "--resume", *options)
        assert refused.exit_code == 1
        assert f"was begun with --annotate {file}; give the same one, or" in refused.stderr


def test_a_finished_run_is_not_cut_into_files_of_another_size(command, dump, done):
    assert done.manifest["engine"]["shard_size"] == MOST
    options = ("--resume", "--annotate", done.path.parent / "all.jsonl", "--shard-size", "1MB")
    refused = again(command, dump, done.path, *options)

    assert refused.exit_code == 1
    assert f"its files are of {MOST} bytes, as --shard-size said; give the same" in refused.stderr


def test_a_finished_run_whose_parts_were_changed_is_begun_anew(command, dump, done, tmp_path):
    copied = tmp_path / "copied"
    shutil.copytree(done.path.parent, copied)
    manifest = json.loads((copied / "out" / "manifest.json").read_bytes())
    manifest["engine"]["run"]["annotate"] = str(copied / "all.jsonl")
    (copied / "out" / "manifest.json").write_text(json.dumps(manifest))
    options = ("--resume", "--annotate", copied / "all.jsonl")
    assert again(command, dump, copied / "out", *options).exit_code == 0
    (copied / "all-00001.jsonl").write_bytes(b"{}\n")
    refused = again(command, dump, copied / "out", *options)

    assert refused.exit_code == 1
    assert "were changed or removed; begin anew with --overwrite" in refused.stderr


def test_a_file_that_is_there_is_refused_before_anything_is_done(command, dump, done, tmp_path):
    file = done.path.parent / "all.jsonl"
    for options in ((), ("--resume",)):
        refused = again(command, dump, tmp_path / "out", "--annotate", file, *options)
        assert refused.exit_code == 1
        assert "all-00000.jsonl already exists; replace it with --overwrite" in refused.stderr
        assert not (tmp_path / "out").exists()


PLACES = {
    "out/decisions.jsonl": "is a file of the run itself; choose another name",
    "out/store/all.jsonl": "is a file of the run itself; choose another name",
    "all.csv": "the name must end in .jsonl",
    "folder.jsonl": "is a directory",
    "news.jsonl/all.jsonl": "cannot write to",
    f"{'a' * 300}.jsonl": "is no place for a file (File name too long)",
    f"{'a' * 240}.jsonl": "(File name too long): give with --annotate a file in a folder",
    "circle/all.jsonl": "is no place for a file (Too many levels of symbolic links)",
    "s3://bucket/all.csv?secret=hidden": "--annotate s3://bucket/all.csv: the name must end in",
}


@pytest.mark.parametrize("name", PLACES)
def test_a_place_that_cannot_be_used_is_one_sentence(command, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "news.jsonl").write_text('{"text": "Rain."}\n')
    arguments = ("news.jsonl", "-o", "out", "--engine", "sail", "--annotate", name)
    refused = command("run", *arguments)

    assert refused.exit_code in (1, 2)
    assert PLACES[name] in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "hidden" not in refused.stderr
    assert names(tmp_path) == ["circle", "folder.jsonl", "news.jsonl"]


@pytest.mark.parametrize("name", ["all.jsonl", "all-00001.jsonl"])
def test_an_input_is_not_replaced(command, tmp_path, name):
    source, file = tmp_path / name, tmp_path / "all.jsonl"
    source.write_text('{"id": "a", "text": "Rain."}\n')
    arguments = (source, "-o", tmp_path / "out", "--engine", "sail", "--annotate", file)
    refused = command("run", *arguments, "--overwrite")

    assert refused.exit_code == 1
    assert "would be read and replaced" in refused.stderr
    assert names(tmp_path) == [source.name]
