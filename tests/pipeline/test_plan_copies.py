"""Stories of copies found on tables: every value is what a run leaves in its store."""

import random
import subprocess
import sys

import pytest
from plan_runs import AnyOrder, read_documents
from runs import ROOT, dated_article, text_of

from dedup.config import ClusterConfig, Config, MatchConfig, SignConfig
from dedup.engines.in_memory import InMemoryEngine
from dedup.match.story_score import shipped_scorer
from dedup.pipeline.cluster_copies import cluster_copy_pairs
from dedup.pipeline.cluster_rewrites import cluster_rewrites
from dedup.pipeline.exact_duplicates import read_exact_duplicates
from dedup.pipeline.match_copies import match_copies
from dedup.pipeline.on_tables import copy_candidates
from dedup.pipeline.plan_copies import plan_copies
from dedup.pipeline.sign import sign_texts
from dedup.pipeline.stages import clean_stages
from dedup.pipeline.store_tables import read_earlier_results
from dedup.progress import NullProgress
from dedup.read import Tally
from dedup.run.places import read_inputs
from dedup.store import Step, Store

PARTITIONS = (1, 4, 7)

KEYS = {"copy_pairs": 2, "stories": 1, "decisions": 1}


def rows(store, name):
    """The rows of a table without their checksums, by key."""
    found = store.results._db.execute(f"SELECT * FROM {name}")
    return {row[: KEYS[name]]: row[:-1] for row in found}


class Dumps:
    """A store to which dumps are added; each is clustered on tables, too."""

    def __init__(self, path, config):
        self.path, self.config = path, config

    def add(self, *paths):
        """Add a dump, and return what the plan says of it, which must be what the run does."""
        with Store(self.path) as store:
            return self.added(store, paths)

    def added(self, store, paths):
        config, progress = self.config, NullProgress()
        number = 1 if store.dumps.last is None else store.dumps.last.number + 1
        store.begin(f"dump {number}", options="", basis="", scorer=["shipped"])
        records = read_inputs(paths, config, Tally())
        clean_stages(records, None, store, config, progress, signed=True)
        sign_texts(store, config, progress)
        before = {name: rows(store, name) for name in KEYS}
        plans = [self.plan(store, partitions) for partitions in PARTITIONS]
        earlier = read_earlier_results(store).stories
        with store.commit():
            texts = read_exact_duplicates(store)
            pair_scores = match_copies(store, texts, earlier, config, progress)
            cluster_copy_pairs(store, texts, pair_scores, earlier, config, progress)
            after = {name: rows(store, name) for name in KEYS}
            still_open, candidates = set(earlier.open), store.get("candidates")
            if config.level == "stories":
                cluster_rewrites(store, texts, earlier, shipped_scorer(), config, progress)
            store.dumps.reach(Step.WRITTEN)
        for found in plans:
            for name in KEYS:
                kept = dict(before[name])
                if name == "stories":
                    kept = {key: row for key, row in kept.items() if key[0] not in found.replaced}
                assert {**kept, **found.tables[name]} == after[name]
            assert found.candidates == candidates
            assert found.open == still_open
        return plans[0]

    def plan(self, store, partitions):
        engine = (InMemoryEngine if partitions == 1 else AnyOrder)(partitions)
        documents, before = read_documents(store), read_earlier_results(store)
        # In two parts, as from two files.
        half = documents.num_rows // 2
        parts = engine.union(*map(engine.load, (documents[half:], documents[:half])))
        found = plan_copies(engine, parts, before.matched_pairs, before.stories, self.config)
        assert before.stories.open == set()
        return Found(engine, found)


class Found:
    """What the plan says, as rows by key."""

    def __init__(self, engine, found):
        tables = {"copy_pairs": found.pairs, "stories": found.stories, "decisions": found.decisions}
        self.tables = {name: self.by_key(name, engine.collect(tables[name])) for name in tables}
        self.candidates, self.open, self.replaced = found.candidates, found.open, found.replaced

    @staticmethod
    def by_key(name, table):
        rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
        by_key = {row[: KEYS[name]]: row for row in rows}
        assert len(by_key) == len(rows)
        return by_key

    def sizes(self):
        return sorted(row[4] for row in self.tables["decisions"].values() if row[1] == "canonical")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Let the texts of small dumps be needed at several places."""
    monkeypatch.setattr(copy_candidates, "BLOCK", 100)


@pytest.fixture
def dumps(tmp_path):
    return Dumps(tmp_path / "store.sqlite", Config())


@pytest.fixture
def capped(tmp_path):
    """The same where most buckets are over the cap."""
    config = Config(match=MatchConfig(bucket_cap=3, neighbours=2))
    return Dumps(tmp_path / "store.sqlite", config)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A dump of all kinds in three files."""
    folder = tmp_path_factory.mktemp("made")
    script = ROOT / "scripts" / "make_dump.py"
    whole = folder / "made.jsonl"
    options = ["--articles", "700", "--words", "120", "--days", "2", "-o", whole]
    subprocess.run([sys.executable, script, *options], check=True, timeout=120)
    lines = whole.read_text("utf-8").splitlines(keepends=True)
    parts = [folder / f"part-{number}.jsonl" for number in range(3)]
    for number, part in enumerate(parts):
        part.write_text("".join(lines[number::3]), "utf-8")
    return parts


@pytest.mark.parametrize("name", ["dump", "dump.jsonl", "dump.warc.gz"])
def test_samples(name, dumps, samples):
    assert dumps.add(samples / name).sizes()


def test_a_dump_of_all_kinds(dumps, made):
    relations = {row[5] for row in dumps.add(*made).tables["decisions"].values()}
    assert {"exact", "near", "abridged", "expanded", "update"} <= relations


def test_full_buckets(capped, made):
    assert capped.add(*made).candidates["buckets_over_cap"] > 10


def test_full_buckets_where_a_lead_has_fewer_values_than_buckets_are_sorted_by(dumps, made):
    match, sign = MatchConfig(bucket_cap=2, lead_bands=1), SignConfig(lead_perm=4)
    dumps.config = Config(match=match, sign=sign)
    assert dumps.add(*made).candidates["buckets_over_cap"] > 10


def test_a_second_dump_over_an_earlier_one(dumps, made):
    dumps.add(made[0])
    assert dumps.add(made[1]).replaced


def test_a_second_dump_with_full_buckets(capped, made):
    capped.add(made[0])
    assert capped.add(made[1]).candidates["buckets_over_cap"] > 10


def test_a_third_dump_over_earlier_ones(dumps, made):
    found = [dumps.add(part) for part in made]
    assert found[2].replaced


def test_stories_of_rewrites_that_a_new_copy_leaves_in_parts(dumps, made):
    """They are to be merged again by the next stage."""
    dumps.config = Config(level="stories")
    dumps.add(made[0])
    assert dumps.add(made[1]).open
    assert dumps.add(made[2]).open


def test_a_dump_without_a_new_document(dumps, made):
    dumps.add(made[0])
    assert dumps.add(made[0]).tables == {"copy_pairs": {}, "stories": {}, "decisions": {}}


def test_a_story_of_thousands(dumps, jsonl):
    """A text of which several documents have each version, with a word changed here and there."""
    dumps.config = Config(match=MatchConfig(neighbours=2))
    words, drawn = text_of(1, 60).split(), random.Random(0)
    records = []
    for number in range(3_000):
        version = list(words)
        for _ in range(number % 3):
            version[drawn.randrange(60)] = f"other{drawn.randrange(40)}"
        records.append(dated_article(f"a{number}", " ".join(version), hour=number % 24))
    found = dumps.add(jsonl(records))
    assert max(found.sizes()) > 1_000
    assert found.candidates["buckets_over_cap"] > 0


def test_the_parts_of_an_article_that_name_the_whole_as_their_original(dumps, jsonl):
    """More documents have the page of the whole than are looked at; it is crawled each hour."""
    whole = [text_of(seed, 100) for seed in range(12)]
    address = "https://long.example/whole"
    records = [
        dated_article(f"w{crawl:02}", " ".join([*whole, f"crawl {crawl}"]), hour=crawl, url=address)
        for crawl in range(12)
    ]
    records += [
        dated_article(f"p{part}", text, canonical_url=address, url=f"{address}?page={part}")
        for part, text in enumerate(whole)
    ]
    records.append(dated_article("short", "no text to sign", canonical_url=address))
    found = dumps.add(jsonl(records))
    assert found.candidates["pairs"] >= 12 * 8
    assert sum(row[6] for row in found.tables["copy_pairs"].values()) >= 12 * 8


def posts(jsonl):
    """Articles, and a page of each five of them under one another."""
    texts = [text_of(seed, 80) for seed in range(40)]
    records = [dated_article(f"a{number}", text) for number, text in enumerate(texts)]
    records += [
        dated_article(f"list{start}", "\n".join(texts[start : start + 5]), hour=9)
        for start in range(0, 40, 5)
    ]
    return records


def test_pages_of_several_posts(dumps, jsonl):
    found = dumps.add(jsonl(posts(jsonl)))
    assert len(found.tables["copy_pairs"]) > found.candidates["pairs"]


def test_pages_of_several_posts_of_an_earlier_dump(dumps, jsonl):
    records = posts(jsonl)
    dumps.add(jsonl(records[::2], "first.jsonl"))
    found = dumps.add(jsonl(records[1::2], "second.jsonl"))
    assert len(found.tables["copy_pairs"]) > found.candidates["pairs"]


def test_rules_on_fields_of_records(dumps, jsonl):
    dumps.config = Config(cluster=ClusterConfig(canonical=("field:rank:desc",)))
    records = [dated_article(f"a{k}", text_of(1), rank=k % 5, hour=k) for k in range(9)]
    found = dumps.add(jsonl(records)).tables["decisions"]
    assert {row[3] for row in found.values()} == {"a4"}


def test_no_documents(dumps, jsonl):
    assert dumps.add(jsonl([{"id": "a", "text": ""}])).candidates["pairs"] == 0
