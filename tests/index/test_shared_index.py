"""An index on a real Redis server that two processes use at once, and what stands in it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from redis_server import plain_client, redis_server

from dedup import StoryIndex
from dedup.errors import ConfigError, DedupError, ServerError

CRAWLER = Path(__file__).with_name("crawler_process.py")

WORDS = [f"{first}{second}{third}" for first in "bdgklmnprst" for second in "aeiou" for third in
         ("na", "lo", "rim", "ster", "vok", "tal", "pin", "gu", "sha", "del")]  # fmt: skip


def text_of(number, version=0):
    """A text of 80 words; another version of it has one other word."""
    words = random.Random(number).choices(WORDS, k=80)
    if version:
        words[40] = f"version{'x' * version}"
    return " ".join(words)


def article(number, version=0, name="a"):
    return {"id": f"{name}{number}", "text": text_of(number, version)}


def copies(numbers):
    """Near copies, which are found through the tables alone."""
    return [article(number, version=9, name="copy") for number in numbers]


class Crawlers:
    """Processes that share an index."""

    def __init__(self, url, folder, level="copies"):
        self._url, self._folder, self._level = url, folder, level

    def run(self, *shares, asked):
        """Let each process add a share, then each ask; return what each of them found, by id."""
        with ExitStack() as stack:
            crawlers = [stack.enter_context(self._start(share, asked)) for share in shares]
            for each in crawlers:
                assert each.stdout.readline() == "added\n", each.communicate()
            answers = [each.communicate("go on\n") for each in crawlers]
        return [json.loads(out) for out, _ in answers]

    def _start(self, *files):
        arguments = [CRAWLER, self._url, self._level, *map(self._written, files)]
        return subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _written(self, records):
        path = self._folder / f"{len(list(self._folder.iterdir()))}.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
        return path


@pytest.fixture
def crawlers(redis_url, tmp_path):
    return Crawlers(redis_url, tmp_path)


@pytest.mark.slow
def test_two_processes_that_add_at_once_lose_nothing(crawlers, redis_url):
    shares = [[article(number) for number in range(part, 100, 2)] for part in (0, 1)]

    found = crawlers.run(*shares, asked=copies(range(100)))

    expected = {f"copy{number}": [f"a{number}"] for number in range(100)}
    assert found == [expected, expected]
    with StoryIndex(redis=redis_url, level="copies") as index:
        assert len(index) == 100
        assert all(f"a{number}" in index for number in range(100))


@pytest.mark.slow
def test_two_processes_that_add_the_same_ids_keep_one_of_each(crawlers, redis_url):
    share = [article(number) for number in range(30)] * 2

    found = crawlers.run(share, share, asked=copies(range(30)))

    expected = {f"copy{number}": [f"a{number}"] for number in range(30)}
    assert found == [expected, expected]
    with StoryIndex(redis=redis_url, level="copies") as index:
        assert len(index) == 30
        for number in range(30):
            assert index.remove(f"a{number}")
    with plain_client(redis_url) as client:
        assert client.keys() == [b"dedup:options"]


@pytest.mark.slow
def test_of_two_versions_that_are_added_at_once_one_is_there_and_found(crawlers, redis_url):
    shares = [
        [article(number, version) for _ in range(5) for number in range(8)] for version in (1, 2)
    ]

    found = crawlers.run(*shares, asked=copies(range(8)))

    expected = {f"copy{number}": [f"a{number}"] for number in range(8)}
    assert found == [expected, expected]
    with StoryIndex(redis=redis_url, level="copies") as index:
        for number in range(8):
            exact = [
                version
                for version in (1, 2)
                if index.match(article(number, version, "b"))[0].relation == "exact"
            ]
            assert len(exact) == 1


def test_an_index_that_is_opened_again_knows_what_was_added(redis_url):
    with StoryIndex(redis=redis_url) as index:
        index.add(article(1))
    with StoryIndex(redis=redis_url) as index:
        assert [match.id for match in index.match(article(1, name="b"))] == ["a1"]


@pytest.mark.parametrize("number", [np.float64(2e9), np.int64(2e9), 2e9, 10**300])
def test_seconds_of_any_type_expire_what_is_on_a_server(redis_url, number):
    with StoryIndex(redis=redis_url, level="copies") as index:
        index.add({**article(1), "date": "2026-03-05"})
        assert index.expire(number) == 1


def test_indexes_of_two_names_share_a_server_and_nothing_else(redis_url):
    with StoryIndex(redis=redis_url) as one, StoryIndex(redis=redis_url, name="two") as two:
        one.add(article(1))

        assert len(two) == 0
        assert two.match(article(1, name="b")) == []


def test_options_that_do_not_fit_an_index_are_refused(redis_url):
    with StoryIndex(redis=redis_url, level="copies"):
        pass
    with pytest.raises(ConfigError, match="begun with another level"):
        StoryIndex(redis=redis_url, level="stories")


def test_options_are_kept_again_by_the_next_add_after_a_server_lost_its_data(redis_url):
    with StoryIndex(redis=redis_url, level="copies") as index:
        with plain_client(redis_url) as client:
            client.flushdb()
        index.add(article(1))
        with pytest.raises(ConfigError, match="begun with another level"):
            StoryIndex(redis=redis_url, level="stories")


def test_an_index_on_a_server_that_is_gone_says_so():
    with redis_server() as server:
        index = StoryIndex(redis=server.url, level="copies")
        index.add(article(1))
    for question in (index.match, index.add):
        with pytest.raises(ServerError, match="cannot be reached"):
            question(article(2))
    assert repr(index) == "<StoryIndex at level copies: its server does not answer>"
    index.close()


# Other programs' bytes


def fields_of(client, key):
    """The bytes in one key that a program could change."""
    return client.hkeys(key) if client.type(key) == b"hash" else client.zrange(key, 0, -1)


def strings_of(client):
    """Yield the places of all such bytes of an index: key, field."""
    for key in client.keys("dedup:*"):
        if key != b"dedup:options":
            yield from ((key, field) for field in fields_of(client, key))


def damage(client, key, field, noise):
    """Put noise into one place."""
    if client.type(key) == b"hash":
        client.hset(key, field, noise)
    else:
        client.zadd(key, {noise: client.zscore(key, field)})
        if noise != field:
            client.zrem(key, field)


NOISES = [b"", b"\x00" * 64, b"\xff" * 64, b"\x80\x04\x95cposix\nsystem\n(S'id'\ntR.", b"[" * 5_000]


@pytest.mark.parametrize("noise", NOISES, ids=["none", "zeros", "ones", "pickle", "brackets"])
def test_whatever_other_programs_write_costs_at_most_what_they_wrote_over(redis_url, noise):
    """One place after another is damaged, and the document is added again."""
    with StoryIndex(redis=redis_url, level="copies") as index, plain_client(redis_url) as client:
        index.add(article(1))
        index.add(article(2))
        for key, field in sorted(strings_of(client))[:: 1 + len(noise) // 64]:
            damage(client, key, field, noise)
            assert {match.id for match in index.match(article(1, name="b"))} <= {"a1"}
            index.add(article(1))
            [match] = index.match(article(1, name="b"))
            assert (match.id, match.relation) == ("a1", "exact")


def test_a_value_of_an_unknown_version_is_left_out(redis_url):
    with StoryIndex(redis=redis_url, level="copies") as index, plain_client(redis_url) as client:
        index.add(article(1))
        value = client.hget("dedup:values", "a1")
        client.hset("dedup:values", "a1", value[:2] + b"\x63\x00" + value[4:])

        assert index.match(article(1, name="b")) == []
        index.add(article(1))
        assert len(index.match(article(1, name="b"))) == 1


def test_random_bytes_raise_nothing_but_errors_of_the_package(redis_url):
    chance = random.Random(1)
    with StoryIndex(redis=redis_url, level="copies") as index, plain_client(redis_url) as client:
        for _ in range(100):
            index.add(article(chance.randrange(5)))
            key = chance.choice(sorted(client.keys()))
            if key == b"dedup:options":
                continue
            field = chance.choice(sorted(fields_of(client, key)))
            damage(client, key, field, chance.randbytes(chance.choice([1, 4, 30, 200])))
            try:
                index.match(article(1, name="b"))
                index.remove(f"a{chance.randrange(5)}")
                index.expire(chance.choice([0, 1e12]))
            except DedupError:
                continue


def test_a_user_who_may_use_only_the_keys_of_the_index_is_enough(redis_url):
    commands = ["+@read", "+@write", "+@scripting", "+ping", "+multi", "+exec", "-@dangerous"]
    with plain_client(redis_url) as client:
        client.acl_setuser(
            "crawler", enabled=True, passwords=["+secret"], keys=["dedup:*"], commands=commands
        )
    own = redis_url.replace("redis://", "redis://crawler:secret@")
    with StoryIndex(redis=own) as index:
        index.add(article(1))
        assert [match.id for match in index.match(article(1, version=1, name="b"))] == ["a1"]
        assert index.remove("a1")
    with pytest.raises(ServerError, match="does not let this user"):
        StoryIndex(redis=own, name="other")
