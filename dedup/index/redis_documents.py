"""Entries on a Redis server that several processes share.

Keys on the server begin with the name of the index:

========== ========== =============================================================================
key        type       content
========== ========== =============================================================================
options    string     the options that the index was begun with, JSON
values     hash       id to :attr:`Entry.value`
filed      hash       id to where else the document is filed, see :func:`_filed`
moments    sorted set ids by :attr:`Entry.moment`
keys       sorted set length of a key (uint16), key, id; in the order of the bytes
counts     hash       term (uint32) to the number of documents that have it
NAME:...              the tables of an LSH, see :mod:`dedup.index.redis_tables`
========== ========== =============================================================================

Numbers are little-endian, ids UTF-8. Nothing is pickled. An entry is put, replaced and removed by a
script, which the server runs as a whole: other processes see all of it or nothing, and of two that
put one id at once the later one replaces the earlier one.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from dedup.errors import ConfigError, ServerError, printable
from dedup.index.known_documents import Entry
from dedup.index.redis_tables import RedisLsh
from dedup.index.server_errors import answered
from dedup.kernels.array_types import Int64s, UInt32s

if TYPE_CHECKING:
    import redis
    from datasketch import MinHashLSH

LAYOUT = 1
"""Of the keys and their content; another one is another index."""

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
"""Limits of time; the address can have others: ``?socket_timeout=5``."""

RETRIES = 3
"""Of a command whose connection was lost; each one can be repeated without harm."""

LARGEST_COUNT = 2**53
"""What a count of documents on the server is cut to: any program can have written it."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")

_ADDRESS = "redis= must be an address, as in redis://localhost:6379/0 or unix:///run/redis.sock"

_FILE = """
local values, filed, moments, keys, counts = unpack(KEYS)

-- Files a document under its keys and counts its terms (step 1), or takes both back (step -1).
local function file(bytes, id, step)
  local many, at = struct.unpack('<H', bytes)
  for _ = 1, many do
    local key
    key, at = struct.unpack('<Hc0', bytes, at)
    local member = struct.pack('<H', #key) .. key .. id
    if step > 0 then
      redis.call('ZADD', keys, 0, member)
    else
      redis.call('ZREM', keys, member)
    end
  end
  for first = at, #bytes, 4 do
    local term = string.sub(bytes, first, first + 3)
    local count = redis.pcall('HINCRBY', counts, term, step)
    -- No number, or none that can be: the count begins again.
    if type(count) ~= 'number' or count <= 0 then
      redis.call('HDEL', counts, term)
    end
  end
end
"""

_PUT = (
    _FILE
    + """
local id, value, moment, bytes, options = unpack(ARGV)
local before = redis.call('HGET', filed, id)
-- A full server refuses a script at its first write only, if that is one that takes memory.
redis.call('HSET', filed, id, bytes)
redis.call('HDEL', values, id)
if before then
  pcall(file, before, id, -1)  -- bytes that are not of this format are dropped
end
file(bytes, id, 1)
redis.call('ZADD', moments, moment, id)
redis.call('HSET', values, id, value)
redis.call('SETNX', KEYS[6], options) -- a server that began again without its data has none
"""
)

_REMOVE = (
    _FILE
    + """
local id = ARGV[1]
redis.call('HDEL', values, id)
local before = redis.call('HGET', filed, id)
if before then
  pcall(file, before, id, -1)
end
redis.call('HDEL', filed, id)
redis.call('ZREM', moments, id)
"""
)


class RedisDocuments:
    """Entries on a Redis server.

    Args:
        url: Address of the server, as in ``redis://localhost:6379/0``.
        name: Name of the index: letters, digits and ``_ . -``.
        options: What all users of the index must agree on; JSON values by name.

    Attributes:
        place: Address of the server without user and password, for messages.

    Raises:
        ConfigError: The package ``redis`` is missing, the address or the name cannot be used, the
            index was begun with other options, or the server may drop parts of it.
        ServerError: The server cannot be reached, refuses, or is full.
    """

    def __init__(self, url: str, name: str, options: Mapping[str, Any]) -> None:
        """Connect, and open the index or begin it."""
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"name={name!r}: give the index a name of at most 100 letters, digits and _ . -"
            )
        self._pool = _connection_pool(url)
        self.place = _place(self._pool.connection_kwargs)
        self._prefix = name.encode() + b":"
        self._keys = [self._prefix + kind for kind in _KINDS]
        with answered(self.place):
            self._server = _client(self._pool)
            self._put = self._server.register_script(_PUT)
            self._remove = self._server.register_script(_REMOVE)
            self._options = json.dumps({"layout": LAYOUT, **options}, sort_keys=True)
            self._agree(name)
            self._refuse_eviction()

    def _agree(self, name: str) -> None:
        """Keep the options if the index is new, else compare them."""
        key = self._keys[5]
        with self._server.pipeline() as both:
            found = both.setnx(key, self._options).get(key).execute()[1]
        different = _different(found, json.loads(self._options))
        if different:
            raise ConfigError(
                f"the index {name!r} on the server at {self.place} was begun with another "
                f"{different}; open it with the same options, or choose another name="
            )

    def _refuse_eviction(self) -> None:
        """Raise ConfigError for a server that drops any key when it is full."""
        from redis.exceptions import ResponseError

        try:
            memory = self._server.info("memory")
        except ResponseError:  # not every user may ask
            return
        policy = str(memory.get("maxmemory_policy"))
        if memory.get("maxmemory") and policy.startswith("allkeys"):
            raise ConfigError(
                f"the server at {self.place} drops data when it is full (maxmemory-policy "
                f"{printable(policy)}); set noeviction or a policy that begins with volatile"
            )

    def lsh(self, name: str, width: int, bands: int, rows: int) -> MinHashLSH:
        """Return an LSH over tables on the server; see :class:`KnownDocuments`."""
        return RedisLsh(self._server, self.place, name.encode(), width, bands, rows)

    def put(self, entry: Entry) -> None:
        """Keep an entry; one of the same id is replaced."""
        if math.isnan(entry.moment):
            raise ValueError("an entry needs a moment")
        own = (entry.value, entry.moment, _filed(entry), self._options)
        with answered(self.place):
            self._put(keys=self._keys, args=[_bytes(entry.doc_id), *own])

    def values(self, doc_ids: Sequence[str]) -> list[bytes | None]:
        """Return the values of documents, None for one that is not known."""
        if not doc_ids:
            return []
        with answered(self.place):
            found: list[bytes | None] = self._server.hmget(self._keys[0], map(_bytes, doc_ids))
            return found

    def remove(self, doc_id: str) -> None:
        """Forget a document; one that is not known is nothing to do."""
        with answered(self.place):
            self._remove(keys=self._keys, args=[_bytes(doc_id)])

    def found_by(self, keys: Sequence[bytes], most: int) -> list[list[str]]:
        """Return for each key the ids of the documents that have it, sorted, the first ``most``."""
        with answered(self.place), self._server.pipeline(transaction=False) as all_at_once:
            for key in keys:
                before = _counted(key)
                # No byte of UTF-8 is 0xff.
                all_at_once.zrangebylex(
                    self._keys[3], b"[" + before, b"(" + before + b"\xff", start=0, num=most
                )
            found = all_at_once.execute()
        return [
            _ids(member[2 + len(key) :] for member in members)
            for key, members in zip(keys, found, strict=True)
        ]

    def older_than(self, moment: float) -> list[str]:
        """Return the ids of the documents of before a moment, sorted."""
        with answered(self.place):
            return _ids(self._server.zrangebyscore(self._keys[2], "-inf", f"({moment!r}"))

    def term_counts(self, terms: UInt32s) -> tuple[Int64s, int]:
        """Return how many known documents have each term, and how many documents there are."""
        with answered(self.place), self._server.pipeline(transaction=False) as both:
            both.hlen(self._keys[0])
            if terms.size:
                both.hmget(self._keys[4], _fields(terms))
            documents, *counts = both.execute()
        return np.array([_count(each) for each in counts[0]] if counts else [], np.int64), documents

    def __len__(self) -> int:
        """Return how many documents are known."""
        with answered(self.place):
            return int(self._server.hlen(self._keys[0]))

    def __contains__(self, doc_id: object) -> bool:
        """Return whether a document is known."""
        with answered(self.place):
            return isinstance(doc_id, str) and bool(
                self._server.hexists(self._keys[0], _bytes(doc_id))
            )

    def close(self) -> None:
        """End connections."""
        self._pool.disconnect()

    def __repr__(self) -> str:
        """Return where the entries are; no password."""
        return f"RedisDocuments({self.place!r}, {self._prefix[:-1].decode()!r})"


_KINDS = (b"values", b"filed", b"moments", b"keys", b"counts", b"options")
"""Keys in the order in which the scripts have them."""


def _connection_pool(url: str) -> redis.ConnectionPool:
    """Return a pool that connects when it is first used."""
    try:
        import redis
        from redis.backoff import ExponentialBackoff
        from redis.retry import Retry
    except ImportError:
        raise ConfigError(
            "redis= needs the package redis; install it with pip install redis"
        ) from None
    if not isinstance(url, str):
        raise TypeError(_ADDRESS)
    retry = Retry(ExponentialBackoff(cap=0.5, base=0.05), RETRIES)
    try:
        pool = redis.ConnectionPool.from_url(
            url,
            protocol=2,
            retry=retry,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
        )
    except (ValueError, TypeError):
        raise ConfigError(_ADDRESS) from None  # the cause may have parts of a password
    parts = urlsplit(url)
    if parts.scheme != "unix" and not re.fullmatch(r"/?\d*", parts.path):
        raise ConfigError(f"{_ADDRESS}; what stands behind the host is the number of a database")
    pool.connection_kwargs["decode_responses"] = False
    return pool


def _client(pool: redis.ConnectionPool) -> redis.Redis:
    """Return a client of a pool.

    Raises:
        ConfigError: The address has an option that is not known.
    """
    import redis

    client = redis.Redis(connection_pool=pool)
    try:
        client.ping()
    except TypeError:  # when the first connection is made
        raise ConfigError(f"{_ADDRESS}; it has an option that is not known") from None
    return client


def _place(options: Mapping[str, Any]) -> str:
    """Return the address of a server without what is secret."""
    database = options.get("db") or 0
    if "path" in options:
        return printable(f"unix://{options['path']}?db={database}")
    return printable(
        f"redis://{options.get('host', 'localhost')}:{options.get('port', 6379)}/{database}"
    )


def _different(found: bytes, own: Mapping[str, Any]) -> str | None:
    """Return the name of the first option that is another one on the server."""
    try:
        theirs = json.loads(found)
    except (ValueError, RecursionError):
        theirs = None
    if not isinstance(theirs, dict):
        raise ServerError(
            "the options of the index on the server are damaged; choose another name="
        )
    names = sorted(own.keys() | theirs.keys())
    return next((printable(name) for name in names if theirs.get(name) != own.get(name)), None)


def _filed(entry: Entry) -> bytes:
    """Return under what a document is filed, in bytes.

    The number of keys (uint16); of each its length (uint16) and itself; the terms (uint32).
    """
    keys = map(_counted, entry.keys)
    return struct.pack("<H", len(entry.keys)) + b"".join(keys) + entry.terms.astype("<u4").tobytes()


def _counted(key: bytes) -> bytes:
    """Return a key with its length before it."""
    return struct.pack("<H", len(key)) + key


def _fields(terms: UInt32s) -> list[bytes]:
    """Return terms as the fields that count them."""
    laid = terms.astype("<u4").tobytes()
    return [laid[start : start + 4] for start in range(0, len(laid), 4)]


def _count(found: bytes | None) -> int:
    """Return a number of documents from the server, 0 for what is none."""
    if found is None or len(found) > 20 or not found.isdigit():
        return 0
    return min(int(found), LARGEST_COUNT)


def _bytes(doc_id: str) -> bytes:
    """Return an id as it stands on the server; a surrogate of JSON has bytes, too."""
    return doc_id.encode("utf-8", "surrogatepass")


def _ids(found: Iterable[bytes]) -> list[str]:
    """Return ids from the server, sorted; what is no UTF-8 is left out."""
    ids = []
    for each in found:
        try:
            ids.append(each.decode("utf-8", "surrogatepass"))
        except UnicodeDecodeError:
            continue
    return sorted(ids)
