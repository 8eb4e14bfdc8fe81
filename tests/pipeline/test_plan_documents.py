"""Documents of the plan are those that a run leaves in its store, cell by cell."""

import random
import shutil
import subprocess
import sys
from functools import partial

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_runs import AnyOrder, read_documents
from runs import ROOT, dated_article, text_of

from dedup.config import CleanConfig, Config
from dedup.engines.in_memory import InMemoryEngine
from dedup.engines.local import LocalEngine
from dedup.models import RawRecord
from dedup.pipeline.earlier_dumps import StoredDumps
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.pipeline.plan_documents import plan_documents
from dedup.pipeline.sign import sign_texts
from dedup.pipeline.stages import clean_stages, run_stages
from dedup.progress import NullProgress
from dedup.read import Tally
from dedup.run.places import read_inputs
from dedup.store import Store

# Partitions behind an exchange, and parts of the inputs.
CUTS = [(1, 1), (1, 3), (4, 1), (4, 3), (7, 3)]

NOTICE = "Subscribers of the gazette read this page before anybody else in the county does."
SIGN_UP = "Sign up for our newsletter"


def _given(raws, tally):
    """Inputs that were read already: nothing more is counted."""
    return iter(raws)


def read_all(paths, config):
    return list(read_inputs(paths, config, Tally()))


def stored(raws, config, path, name="1"):
    """What today's stages leave in a store, which may have earlier dumps."""
    with Store(path) as store:
        store.dumps.begin(name)
        clean_stages(raws, None, store, config, NullProgress(), signed=True)
        sign_texts(store, config, NullProgress())
        return read_documents(store)


def planned(raws, config, cut, earlier=None):
    """What the plan makes of the same inputs."""
    partitions, parts = cut
    size = -(-len(raws) // parts)
    pieces = [raws[place : place + size] for place in range(0, max(len(raws), 1), max(size, 1))]
    found = plan_documents(
        InMemoryEngine(partitions),
        [InputPart(number, partial(_given, piece)) for number, piece in enumerate(pieces)],
        config,
        earlier,
    )
    return pa.concat_tables(found.documents).sort_by("row").combine_chunks()


def assert_equal(found, expected):
    different = [name for name in expected.schema.names if not found[name].equals(expected[name])]
    assert not different
    assert found.schema == expected.schema


def added(store, raws, config, cut, folder):
    """What the plan makes of a further dump of a store, and what today's stages make of it."""
    copy = shutil.copy(store, folder / "copy.sqlite")
    expected = stored(raws, config, copy, "next")
    copy = shutil.copy(store, folder / "copy.sqlite")
    with Store(copy) as opened:
        opened.dumps.begin("next")
        earlier = StoredDumps(opened, config.story.window_days)
        return planned(raws, config, cut, earlier), expected


def finished(path, dumps, config):
    """A store with finished dumps."""
    for number, raws in enumerate(dumps):
        with Store(path) as store:
            store.dumps.begin(str(number))
            run_stages(raws, None, store, config, NullProgress())
            store.dumps.finish()
    return path


def on_site(doc_id, host, lines, **more):
    """An article between lines of its site."""
    article = dated_article(doc_id, "\n".join([lines[0], text_of(doc_id), *lines[1:]]), **more)
    return {**article, "url": f"https://{host}.example/news/{doc_id}"}


def sites(hosts, size):
    """Articles of several hosts, each with lines of its own, and a notice on all of them."""
    return [
        on_site(
            f"{host}-{number}", host, [f"Home news of {host}", SIGN_UP, NOTICE],
            day=1 + number % 3, title=" ".join(text_of(f"{host}/{number}").split()[:7]),
        )
        for number in range(size)
        for host in hosts
    ]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A made dump of all kinds of news."""
    path = tmp_path_factory.mktemp("made") / "made.jsonl"
    script = [sys.executable, ROOT / "scripts" / "make_dump.py"]
    arguments = ["--articles", "900", "--days", "3", "-o", path]
    subprocess.run([*script, *arguments], check=True, capture_output=True)
    return path


class TestFirstDump:
    @pytest.mark.parametrize(
        ("level", "cut"),
        [("copies", (4, 3)), ("stories", (1, 1)), ("stories", (4, 3)), ("stories", (7, 3))],
    )
    def test_a_made_dump(self, level, cut, made, tmp_path):
        config = Config(level=level)
        raws = read_all([made], config)
        expected = stored(raws, config, tmp_path / "store.sqlite")
        stripped = expected.filter(pa.compute.greater(expected["leftovers"], 0))
        assert stripped.num_rows > 100
        assert_equal(planned(raws, config, cut), expected)

    @pytest.mark.parametrize(
        ("name", "cut"),
        [("dump", (1, 1)), ("dump", (4, 3)), ("dump.warc.gz", (7, 1)), ("dump.jsonl", (4, 3))],
    )
    def test_samples_in_three_forms(self, name, cut, samples, tmp_path):
        config = Config()
        raws = read_all([samples / name], config)
        expected = stored(raws, config, tmp_path / "store.sqlite")
        assert_equal(planned(raws, config, cut), expected)

    @pytest.mark.parametrize("cut", CUTS)
    def test_ids_given_twice(self, cut, jsonl, tmp_path):
        articles = [dated_article(f"a{number % 4}", text_of(number)) for number in range(12)]
        articles[1] |= {"id": "a0", "date": "13.04.2026"}
        articles[2] |= {"text": "Too short."}
        articles[6] |= {"date": "03.04.2026"}
        config = Config()
        raws = read_all([jsonl(articles)], config)
        expected = stored(raws, config, tmp_path / "store.sqlite")
        assert expected["reason"].to_pylist().count("duplicate-id") == 8
        assert_equal(planned(raws, config, cut), expected)

    @pytest.mark.parametrize("cut", CUTS)
    def test_dates_whose_order_another_input_of_the_source_shows(self, cut, jsonl, tmp_path):
        written = {
            "day": ["03.04.2026", "13.04.2026", "04.05.2026"],
            "month": ["04/03/2026", "04/13/2026", "no date"],
            "both": ["04/13/2026", "13/04/2026", "05/04/2026"],
        }
        files = [
            jsonl(
                [
                    dated_article(f"{name}{place}", text_of(f"{name}{place}")) | {"date": date}
                    for place, date in enumerate(dates)
                ],
                f"{name}.jsonl",
            )
            for name, dates in written.items()
        ]
        config = Config()
        raws = read_all(files, config)
        expected = stored(raws, config, tmp_path / "store.sqlite")
        date_of = dict(
            zip(*(expected[name].to_pylist() for name in ("doc_id", "date")), strict=True)
        )
        assert (date_of["day0"], date_of["month0"]) == ("2026-04-03", "2026-04-03")
        assert (date_of["month2"], date_of["both2"]) == (None, None)
        assert_equal(planned(raws, config, cut), expected)

    @pytest.mark.parametrize("cut", CUTS)
    def test_lines_of_sites_on_several_hosts(self, cut, jsonl, tmp_path):
        records = sites(["a", "b", "c"], 14)
        records += [on_site(f"d-{number}", "d", [NOTICE, "Own line"]) for number in range(2)]
        records += [
            {**dated_article(f"only-{number}", f"{SIGN_UP}\nPhoto: AP"), "title": f"Only {number}",
             "url": f"https://a.example/only/{number}"}
            for number in range(3)
        ]  # fmt: skip
        config = Config()
        raws = read_all([jsonl(records)], config)
        expected = stored(raws, config, tmp_path / "store.sqlite")
        reasons = expected["reason"].to_pylist()
        assert expected["leftovers"].to_pylist().count(0) < len(reasons) / 2
        assert {"too-short", "no-text"} & set(reasons)
        assert_equal(planned(raws, config, cut), expected)

    @pytest.mark.parametrize("cut", [(1, 1), (4, 3)])
    def test_nothing_to_read(self, cut, tmp_path):
        expected = stored([], Config(), tmp_path / "store.sqlite")
        assert_equal(planned([], Config(), cut), expected)

    def test_lone_surrogates_are_question_marks(self, tmp_path):
        text = text_of(1) + " \ud800"
        raws = [
            RawRecord(f"id\udc00{n}", "mail\ud800.jsonl", {"text": text}, text=text)
            for n in range(2)
        ]
        expected = stored(raws, Config(), tmp_path / "store.sqlite")
        assert expected["doc_id"].to_pylist() == ["id?0", "id?1"]
        assert_equal(planned(raws, Config(), (4, 1)), expected)


def test_worker_processes_give_the_same(made, tmp_path):
    config = Config(workers=2)
    raws = read_all([made], config)
    expected = stored(raws, config, tmp_path / "store.sqlite")
    with LocalEngine(tmp_path / "tables", workers=2, partitions=3, start_bytes=0) as engine:
        found = plan_documents(engine, [InputPart(0, partial(_given, raws))], config)
        documents = engine.collect(found.documents).sort_by("row").combine_chunks()
        assert_equal(documents, expected)


def test_no_stage_relies_on_the_order_of_rows_behind_an_exchange(made, tmp_path):
    config = Config()
    raws = read_all([made], config)
    expected = stored(raws, config, tmp_path / "store.sqlite")
    engine = AnyOrder(2)
    found = plan_documents(engine, [InputPart(0, partial(_given, raws))], config)
    assert_equal(pa.concat_tables(found.documents).sort_by("row").combine_chunks(), expected)


class TestNextDump:
    @pytest.mark.parametrize("cut", CUTS)
    def test_days_of_several_hosts(self, cut, jsonl, tmp_path):
        config = Config(clean=CleanConfig(site_boilerplate_documents=3))
        records = sites(["a", "b", "c"], 12)
        random.Random(1).shuffle(records)
        for record in records[::12]:
            del record["id"]  # named after the file and the line: taken by the day before
        days = [records[:12], records[12:24], [*records[24:], *records[1:4]]]
        raws = [read_all([jsonl(day)], config) for day in days]
        store = finished(tmp_path / "store.sqlite", raws[:2], config)
        found, expected = added(store, raws[2], config, cut, tmp_path)
        assert "duplicate-id" in expected["reason"].to_pylist()
        assert any(each.startswith("3/") for each in expected["doc_id"].to_pylist())
        assert_equal(found, expected)

    @pytest.mark.parametrize("cut", CUTS)
    def test_only_documents_of_the_date_window_are_active(self, cut, jsonl, tmp_path):
        config = Config()
        early, late = (
            [dated_article(f"{day}-{n}", text_of(f"{day}-{n}"), day=day) for n in range(7)]
            for day in (1, 20)
        )
        raws = [read_all([jsonl(each)], config) for each in (early, late[:5], late[5:])]
        store = finished(tmp_path / "store.sqlite", raws[:2], config)
        found, expected = added(store, raws[2], config, cut, tmp_path)
        assert expected["row"].to_pylist() == list(range(7, 14))
        assert_equal(found, expected)

    def test_pages_that_come_again(self, samples, tmp_path):
        config = Config()
        raws = read_all([samples / "dump"], config)
        store = finished(tmp_path / "store.sqlite", [raws[:40]], config)
        found, expected = added(store, raws[30:], config, (4, 3), tmp_path)
        assert_equal(found, expected)


LINES = st.sampled_from(
    [SIGN_UP, NOTICE, "Home", "Read more of this in the evening edition of the paper"]
)
RECORDS = st.fixed_dictionaries(
    {
        "id": st.sampled_from("abcdefgh"),
        "host": st.sampled_from(["a", "b", ""]),
        "date": st.sampled_from(["2026-03-02", "03.04.2026", "13.04.2026", "04/13/2026", ""]),
        "title": st.sampled_from(["One council votes on a toll", "Ferry runs aground", ""]),
        "text": st.builds(
            lambda seed, lines: "\n".join([*lines[:1], text_of(seed, 12), *lines[1:]]),
            st.integers(0, 9), st.lists(LINES, max_size=3),
        ),
    }
)  # fmt: skip


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(RECORDS, max_size=16), st.integers(1, 7), st.integers(1, 4))
def test_any_records_give_the_same_for_all_partitions_and_parts(
    tmp_path, records, partitions, parts
):
    raws = [
        RawRecord(
            each["id"], f"{each['host']}.jsonl",
            {**each, "url": f"https://{each['host']}.example/{place}" if each["host"] else ""},
            text=each["text"],
        )
        for place, each in enumerate(records)
    ]  # fmt: skip
    config = Config(clean=CleanConfig(site_boilerplate_documents=2))
    path = tmp_path / "store.sqlite"
    path.unlink(missing_ok=True)
    assert_equal(planned(raws, config, (partitions, parts)), stored(raws, config, path))
