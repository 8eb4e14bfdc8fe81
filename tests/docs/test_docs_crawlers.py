"""The pipeline that docs/crawlers.md shows, in real crawls of a site on this machine."""

from __future__ import annotations

import runpy
from dataclasses import dataclass

import pytest
import scrapy
from crawler_desk import crawl, news_site, write_project
from itemadapter import ItemAdapter
from runs import read_lines

pytestmark = pytest.mark.slow

STORIES = ("port-strike", "rail-bridge", "water-tariff", "warehouse-fire", "quarry-inquiry")


@pytest.fixture(scope="module")
def story_of(samples):
    """The story of each page of some stories, copies and versions among them, by its path."""
    known = read_lines(samples / "expected.jsonl")
    return {f"/{each['id']}": each["story"] for each in known if each["story"] in STORIES}


@pytest.fixture(scope="module")
def site(samples, story_of):
    """These pages, each at a second address too, and a page without an article."""
    pages = {path: (samples / "dump" / path[1:]).read_bytes() for path in story_of}
    pages["/menu.html"] = b"<html><body><p>Home</p></body></html>"
    paths = [*pages]
    fronts = {
        "/": paths,
        "/odd": paths[::2],
        "/even": paths[1::2],
        "/mirror": [f"{path}?again" for path in story_of],
    }
    with news_site(pages, fronts) as address:
        yield address


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def alone(site, tmp_path_factory):
    """One crawl of all pages, with an index that is empty at first."""
    folder = tmp_path_factory.mktemp("alone")
    write_project(folder)
    done = crawl(folder, "kept", f"{site}/")
    return {path_in(item["url"]): item for item in done.kept()}, done.dropped()


def path_in(address):
    return "/" + address.split("/", 3)[3]


def test_a_crawl_keeps_each_story_and_drops_only_what_a_kept_page_tells(alone, story_of):
    kept, dropped = alone

    assert {story_of.get(path) for path in kept} == {*STORIES, None}  # None: the menu stays
    assert len(kept) + len(dropped) == len(story_of) + 1
    assert len(dropped) >= 5
    for each in dropped:
        relation, _, known = each.split(" ")
        assert relation in ("exact", "near", "abridged")
        assert path_in(known) in kept


def test_what_has_more_or_is_newer_than_a_known_page_is_kept_and_tagged(alone, story_of):
    kept = dict(alone[0])

    assert "no-text" in kept.pop("/menu.html")["not_compared"]
    like = [(story_of[path], each) for path, item in kept.items() for each in item["like"].items()]

    assert {relation for _, (_, relation) in like} >= {"expanded", "update"}
    assert all(story_of[path_in(known)] == story for story, (known, _) in like)


@dataclass
class Article:
    text: str
    like: dict[str, str] | None = None
    not_compared: str | None = None


class FullItem(scrapy.Item):
    text = scrapy.Field()
    like = scrapy.Field()
    not_compared = scrapy.Field()


class BareItem(scrapy.Item):
    text = scrapy.Field()


@pytest.fixture
def pipeline(project):
    shown = runpy.run_path(str(project / "pipelines.py"))["KnownCopies"]({})
    shown.open_spider()
    yield shown
    shown.close_spider()


@pytest.mark.parametrize("kind", [Article, FullItem])
def test_items_of_a_class_are_tagged_and_kept(pipeline, kind):
    text = "The ferry to Port Elwood will run again from Monday, its owner said. " * 4
    first, again = (ItemAdapter(pipeline.process_item(kind(text=each))) for each in (text, "No."))

    assert (len(first["like"]), first["not_compared"]) == (1, None)  # without an address: itself
    assert (again["like"], "too-short" in again["not_compared"]) == ({}, True)


def test_an_item_that_cannot_be_tagged_is_not_known_afterwards(pipeline):
    with pytest.raises(KeyError, match="like"):
        pipeline.process_item(BareItem(text="The ferry will run again from Monday. " * 9))
    assert len(pipeline.index) == 0


def test_a_crawl_knows_what_a_finished_run_has(project, site, samples, command):
    command.run(samples / "dump", out=project / "out")
    done = crawl(project, "kept", f"{site}/mirror", DEDUP_STORE="out")

    assert done.kept() == []


def test_two_crawls_at_once_lose_no_story_and_a_third_one_knows_what_they_kept(
    project, site, story_of, redis_url
):
    both = [
        crawl(project, name, f"{site}/{name}", DEDUP_REDIS=redis_url) for name in ("odd", "even")
    ]
    kept = [path_in(item["url"]) for each in both for item in each.kept()]
    third = crawl(project, "third", f"{site}/mirror", DEDUP_REDIS=redis_url)

    assert {story_of.get(path) for path in kept} == {*STORIES, None}
    assert third.kept() == []
    assert len(third.dropped()) == len(story_of)
