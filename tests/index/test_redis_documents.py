"""Entries on a real Redis server: what every place promises, other programs' bytes, refusals."""

from __future__ import annotations

import itertools
import traceback

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from known_laws import check, entries, play, steps
from redis_server import plain_client, redis_server

from dedup.errors import ConfigError, ServerError
from dedup.index.known_documents import Entry
from dedup.index.redis_documents import RedisDocuments

OPTIONS = {"level": "copies", "bands": [37, 3], "shingle_size": 3}

EVERY_EXAMPLE = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

names = (f"laws-{number}" for number in itertools.count())


def opened(url, name="news", options=OPTIONS):
    return RedisDocuments(url, name, options)


def entry(doc_id="a", value=b"value", keys=(b"text", b"url"), moment=1.7e9, terms=(3, 4)):
    return Entry(doc_id, value, keys, moment, np.array(terms, np.uint32))


@EVERY_EXAMPLE
@given(steps)
def test_what_was_put_and_not_removed_is_known(redis_url, steps):
    known = opened(redis_url, next(names))
    check(known, play(known, steps))
    known.close()


@EVERY_EXAMPLE
@given(steps, steps)
def test_two_indexes_on_one_server_know_nothing_of_one_another(redis_url, one, other):
    first, second = opened(redis_url, next(names)), opened(redis_url, next(names))
    expected = play(first, one), play(second, other)
    check(first, expected[0])
    check(second, expected[1])
    first.close()
    second.close()


@EVERY_EXAMPLE
@given(steps)
def test_nothing_is_left_of_what_was_removed(redis_url, steps):
    name = next(names)
    known = opened(redis_url, name)
    for doc_id in play(known, steps):
        known.remove(doc_id)
    known.close()

    with plain_client(redis_url) as client:
        assert client.keys(f"{name}:*") == [f"{name}:options".encode()]


@EVERY_EXAMPLE
@given(entries, entries)
def test_an_entry_that_is_put_twice_counts_once(redis_url, one, other):
    known = opened(redis_url, next(names))
    known.put(one)
    known.put(other)
    expected = {one.doc_id: one} | {other.doc_id: other}
    check(known, expected)
    known.close()


def test_an_index_is_there_when_it_is_opened_again(redis_url):
    with_one = opened(redis_url)
    with_one.put(entry())
    with_one.close()

    assert opened(redis_url).values(["a"]) == [b"value"]


def test_an_index_has_one_connection(redis_url):
    with plain_client(redis_url) as client:
        before = client.info("clients")["connected_clients"]
        known = opened(redis_url)
        tables = known.lsh("news:text:", 128, 37, 3)
        known.put(entry())
        assert b"a" not in tables
        assert client.info("clients")["connected_clients"] == before + 1
        known.close()


# Other programs' bytes

NOISE = [b"", b"\x00", b"\xff\xff", b"\x01\x00\xff\xff", b"nan", b"-5", b"9" * 30, b"\x80" * 40]


@pytest.mark.parametrize("noise", NOISE)
def test_an_entry_can_be_replaced_whatever_stands_in_its_place(redis_url, noise):
    known = opened(redis_url)
    known.put(entry())
    with plain_client(redis_url) as client:
        client.hset("news:values", "a", noise)
        client.hset("news:filed", "a", noise)
        for term in (3, 4):
            client.hset("news:counts", term.to_bytes(4, "little"), noise)

    known.put(entry(value=b"new"))

    assert known.values(["a"]) == [b"new"]
    assert known.found_by([b"text"], 9) == [["a"]]
    assert known.older_than(2e9) == ["a"]
    known.remove("a")
    assert len(known) == 0


@pytest.mark.parametrize("noise", NOISE)
def test_counts_that_are_no_numbers_count_nothing(redis_url, noise):
    known = opened(redis_url)
    with plain_client(redis_url) as client:
        client.hset("news:counts", (3).to_bytes(4, "little"), noise)

    counts, documents = known.term_counts(np.array([3], np.uint32))

    assert documents == 0
    assert 0 <= counts[0] <= 2**53


def test_ids_that_are_no_text_are_left_out(redis_url):
    known = opened(redis_url)
    known.put(entry())
    with plain_client(redis_url) as client:
        client.zadd("news:moments", {b"\xff\xfe": 1.0, "z": 2.0})
        client.zadd("news:keys", {b"\x04\x00text\xfe\xfe": 0})

    assert known.older_than(2e9) == ["a", "z"]
    assert known.found_by([b"text"], 9) == [["a"]]


def test_a_document_that_was_filed_without_its_value_is_not_known(redis_url):
    """As after a server that lost its last second."""
    known = opened(redis_url)
    known.put(entry())
    with plain_client(redis_url) as client:
        client.hdel("news:values", "a")

    assert "a" not in known
    assert known.values(["a"]) == [None]
    known.put(entry())
    assert known.term_counts(np.array([3], np.uint32))[0].tolist() == [1]


@pytest.mark.parametrize("kind", ["values", "filed", "moments", "keys", "counts"])
def test_a_key_of_another_type_is_refused_in_a_sentence(redis_url, kind):
    known = opened(redis_url)
    with plain_client(redis_url) as client:
        client.lpush(f"news:{kind}", "something")

    with pytest.raises(ConfigError, match=r"holds data of another program .* name="):
        known.put(entry())


@pytest.mark.parametrize("noise", [b"", b"[]", b"null", b"\xff", b"[" * 100_000, b"{}"])
def test_options_that_are_damaged_are_refused_in_a_sentence(redis_url, noise):
    with plain_client(redis_url) as client:
        client.set("news:options", noise)

    with pytest.raises((ServerError, ConfigError), match=r"damaged|begun with another"):
        opened(redis_url)


# Refusals


OTHERS = {"level": "stories", "bands": [40, 3], "shingle_size": 5, "new": 1}


@pytest.mark.parametrize("option", OTHERS)
def test_another_option_than_the_first_user_had_is_refused(redis_url, option):
    opened(redis_url)

    others = OPTIONS | {option: OTHERS[option]}
    message = f"'news' on .* was begun with another {option}; open it with the same options"
    with pytest.raises(ConfigError, match=message):
        opened(redis_url, options=others)
    opened(redis_url, name="other", options=others)


@pytest.mark.parametrize("name", ["", "a:b", "a b", "é", "x" * 101, "a\n"])
def test_a_name_that_could_be_mistaken_is_refused(redis_url, name):
    with pytest.raises(ConfigError, match="letters, digits"):
        opened(redis_url, name)


SECRET = "Tiger7Mouse"


@pytest.mark.parametrize(
    "url",
    [
        "localhost:6379",
        f"http://:{SECRET}@localhost",
        f"redis://:{SECRET}@localhost/news",
        f"redis://:pa/{SECRET}@localhost:6379",
        f"redis://:{SECRET}@localhost:port",
        f"redis://:{SECRET}@localhost:99999999",
        f"redis://:{SECRET}@[::1",
        f"redis://:{SECRET}@localhost?socket_timeout=soon",
        "",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_password(url):
    with pytest.raises(ConfigError, match="redis://localhost:6379/0") as caught:
        opened(url)
    assert SECRET not in everything_shown(caught.value)


def everything_shown(error):
    return "".join(traceback.format_exception(error)) + repr(error)


def test_a_server_that_is_not_there_is_named_without_its_password():
    with pytest.raises(ServerError, match=r"redis://127.0.0.1:1/0 cannot be reached") as caught:
        opened(f"redis://someone:{SECRET}@127.0.0.1:1/0")
    assert SECRET not in everything_shown(caught.value)


def test_an_option_of_the_address_that_is_not_known_is_refused(redis_url):
    with pytest.raises(ConfigError, match="option that is not known"):
        opened(redis_url + "?colour=red")


def test_texts_stay_bytes_whatever_the_address_asks_for(redis_url):
    known = opened(redis_url + "?decode_responses=1")
    known.put(entry(value=b"\xff"))

    assert known.values(["a"]) == [b"\xff"]


def test_a_password_is_asked_for_and_never_shown():
    with redis_server("--requirepass", SECRET) as server:
        own = server.url.replace("redis://", f"redis://:{SECRET}@")
        wrong = server.url.replace("redis://", f"redis://:{SECRET[::-1]}@")
        for url in (server.url, wrong):
            with pytest.raises(ServerError, match="password") as caught:
                opened(url)
            assert SECRET[::-1] not in everything_shown(caught.value)
        known = opened(own)
        known.put(entry())

        assert SECRET not in repr(known) + known.place
        assert known.values(["a"]) == [b"value"]


def put_many(known):
    for number in range(10_000):
        known.put(entry(str(number), bytes(2_000)))


def test_a_full_server_keeps_what_it_has_and_says_so():
    with redis_server("--maxmemory", "4mb", "--maxmemory-policy", "noeviction") as server:
        known = opened(server.url)
        with pytest.raises(ServerError, match=r"is full .* maxmemory"):
            put_many(known)

        number = len(known)
        assert 0 < number < 10_000
        assert known.values(["0", str(number)]) == [bytes(2_000), None]
        assert known.found_by([b"text"], 10_000) == [sorted(map(str, range(number)))]
        for each in range(number):
            known.remove(str(each))
        known.put(entry())
        assert known.values(["a"]) == [b"value"]


@pytest.mark.parametrize("policy", ["allkeys-lru", "allkeys-random"])
def test_a_server_that_drops_data_is_refused(policy):
    with (
        redis_server("--maxmemory", "50mb", "--maxmemory-policy", policy) as server,
        pytest.raises(ConfigError, match="set noeviction"),
    ):
        opened(server.url)


def test_a_user_who_may_not_is_refused_in_a_sentence(redis_url):
    with plain_client(redis_url) as client:
        client.acl_setuser("guest", enabled=True, nopass=True, keys="*", commands=["+get", "+ping"])
    with pytest.raises(ServerError, match="does not let this user"):
        opened(redis_url.replace("redis://", "redis://guest:x@"))


def test_a_server_that_ends_is_an_error_of_one_sentence_and_what_is_there_goes_on_after_it():
    with redis_server() as server:
        known = opened(server.url)
    with pytest.raises(ServerError, match="cannot be reached"):
        known.put(entry())
