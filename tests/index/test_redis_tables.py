"""datasketch's LSH over a real Redis server beside the same one in memory."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from datasketch import LeanMinHash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis_server import plain_client, redis_server

from dedup.errors import ConfigError, ServerError
from dedup.index.compact_tables import MOST_OF_BUCKET
from dedup.index.known_documents import DocumentsInMemory
from dedup.index.redis_documents import RedisDocuments

BANDS, ROWS = 3, 2
WIDTH = BANDS * ROWS
IDS = [b"a", b"b", b"ab", b"\x00\xff", b"https://news.example/" + bytes(80)]

names = (f"tables-{number}" for number in itertools.count())

# Few values, so that documents share buckets.
signatures = st.lists(st.integers(0, 2), min_size=WIDTH, max_size=WIDTH)

steps = st.lists(
    st.tuples(st.sampled_from(["insert", "remove"]), st.sampled_from(IDS), signatures), max_size=12
)


def minhash(values):
    return LeanMinHash(seed=1, hashvalues=np.array(values, np.uint32), scheme="affine32")


def opened(url, name):
    return RedisDocuments(url, name, {})


def lsh_of(place, name):
    return place.lsh(f"{name}:text:", WIDTH, BANDS, ROWS)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, signatures)
def test_tables_on_a_server_answer_as_tables_in_memory(redis_url, steps, asked):
    name = next(names)
    server = opened(redis_url, name)
    both = [lsh_of(server, name), lsh_of(DocumentsInMemory(), name)]
    for verb, doc_id, values in steps:
        for lsh in both:
            if doc_id in lsh:
                lsh.remove(doc_id)
            if verb == "insert":
                lsh.insert(doc_id, minhash(values), check_duplication=False)

    answers = [sorted(lsh.query(minhash(asked))) for lsh in both]
    buffered = []
    for lsh in both:
        lsh.add_to_query_buffer(minhash(asked))
        buffered.append(sorted(lsh.collect_query_buffer()))
    assert answers[0] == answers[1] == buffered[0] == buffered[1]
    assert [doc_id in both[0] for doc_id in IDS] == [doc_id in both[1] for doc_id in IDS]
    server.close()


def test_nothing_is_left_of_documents_that_were_removed(redis_url):
    server = opened(redis_url, "news")
    lsh = lsh_of(server, "news")
    for doc_id in IDS:
        lsh.insert(doc_id, minhash(range(WIDTH)), check_duplication=False)
    for doc_id in IDS:
        lsh.remove(doc_id)

    with plain_client(redis_url) as client:
        assert client.keys() == [b"news:options"]


def test_a_document_that_another_process_has_removed_is_nothing_to_do(redis_url):
    lsh = lsh_of(opened(redis_url, "news"), "news")
    lsh.insert(b"a", minhash(range(WIDTH)), check_duplication=False)
    lsh.remove(b"a")
    lsh.remove(b"a")

    assert lsh.query(minhash(range(WIDTH))) == []


def test_two_that_put_one_document_at_once_leave_nothing_behind_when_it_is_removed(redis_url):
    """Both have removed it before; its entry is that of the later one, in whatever order."""
    one, other = (lsh_of(opened(redis_url, "news"), "news") for _ in range(2))
    one.insert(b"a", minhash([0] * WIDTH), check_duplication=False)
    other.insert(b"a", minhash([1] * WIDTH), check_duplication=False)
    one.insert(b"a", minhash([1] * WIDTH), check_duplication=False)

    assert [one.query(minhash([value] * WIDTH)) for value in (0, 1)] == [[b"a"], [b"a"]]
    one.remove(b"a")
    with plain_client(redis_url) as client:
        assert client.keys() == [b"news:options"]


def test_a_bucket_of_many_is_read_in_part_and_from_its_first_ids(redis_url):
    lsh = lsh_of(opened(redis_url, "news"), "news")
    lsh.insert(b"00000", minhash(range(WIDTH)), check_duplication=False)
    with plain_client(redis_url) as client:
        buckets = [key for key in client.keys("news:text:*") if not key.endswith(b"ids")]
        assert len(buckets) == BANDS
        for key in buckets:
            client.zadd(key, {f"{number:05}": 0 for number in range(3 * MOST_OF_BUCKET)})

    found = lsh.query(minhash(range(WIDTH)))

    assert sorted(found) == [b"%05d" % number for number in range(MOST_OF_BUCKET)]


def test_a_question_and_an_insertion_are_one_round_trip_each(redis_url):
    lsh = lsh_of(opened(redis_url, "news"), "news")
    with plain_client(redis_url) as client:
        lsh.insert(b"a", minhash(range(WIDTH)), check_duplication=False)
        before = reads_of(client)
        lsh.insert(b"a", minhash(range(WIDTH)), check_duplication=False)
        lsh.add_to_query_buffer(minhash(range(WIDTH)))
        assert lsh.collect_query_buffer() == [b"a"]
        assert reads_of(client) - before <= 3  # one is the question about them


def reads_of(client):
    """How often the server has read from a connection."""
    return client.info("stats")["total_reads_processed"]


@pytest.mark.parametrize("suffix", ["ids", "\x00\x00"])
def test_a_key_of_another_type_is_refused_in_a_sentence(redis_url, suffix):
    lsh = lsh_of(opened(redis_url, "news"), "news")
    lsh.insert(b"a", minhash([0] * WIDTH), check_duplication=False)
    with plain_client(redis_url) as client:
        for key in client.keys(f"news:text:{suffix}*"):
            client.delete(key)
            client.lpush(key, "something")

    with pytest.raises(ConfigError, match="data of another program"):
        lsh.insert(b"b", minhash([0] * WIDTH), check_duplication=False)
    with pytest.raises(ConfigError, match="data of another program"):
        question(lsh) if suffix != "ids" else lsh.remove(b"a")


def question(lsh):
    return lsh.query(minhash([0] * WIDTH))


@pytest.mark.parametrize("noise", [b"", b"x", bytes(1000)])
def test_rows_that_are_of_another_program_are_removed_with_the_document(redis_url, noise):
    lsh = lsh_of(opened(redis_url, "news"), "news")
    with plain_client(redis_url) as client:
        client.hset("news:text:ids", "a", noise)

    lsh.remove(b"a")

    assert b"a" not in lsh


def insert_many(lsh):
    for number in range(100_000):
        values = np.arange(number, number + WIDTH)
        lsh.insert(b"%d" % number, minhash(values), check_duplication=False)


def test_a_full_server_puts_a_document_into_all_tables_or_none():
    with redis_server("--maxmemory", "3mb", "--maxmemory-policy", "noeviction") as server:
        lsh = lsh_of(opened(server.url, "news"), "news")
        with pytest.raises(ServerError, match=r"is full .* maxmemory"):
            insert_many(lsh)

        with plain_client(server.url) as client:
            inserted = client.hlen("news:text:ids")
            keys = [key for key in client.keys("news:text:*") if not key.endswith(b"ids")]
            placed = sum(client.zcard(key) for key in keys)
        assert inserted
        assert placed == BANDS * inserted


def test_a_question_after_one_that_failed_gets_its_own_answer():
    with redis_server() as server:
        lsh = lsh_of(opened(server.url, "news"), "news")
        with plain_client(server.url) as client:
            lsh.insert(b"a", minhash([0] * WIDTH), check_duplication=False)
            key = next(key for key in client.keys("news:text:*") if not key.endswith(b"ids"))
            client.rename(key, "kept")
            client.set(key, "something")
            with pytest.raises(ConfigError):
                question(lsh)
            client.rename("kept", key)

        assert question(lsh) == [b"a"]
        assert lsh.query(minhash([1] * WIDTH)) == []
