"""Tables of an LSH on a Redis server, asked all at once.

datasketch has storage on Redis of its own. It asks the server for one table after the other, so
that a question takes as many round trips as there are bands; it reads a bucket whole, whatever its
size; and one process deletes a bucket that it found empty while another one puts a document into
it. Here the tables are behind the same methods, and datasketch's ``MinHashLSH`` does the rest.

Keys on the server begin with the name of the LSH:

=================== ========== ====================================================================
key                 type       content
=================== ========== ====================================================================
band (uint16), rows sorted set ids of the documents whose rows of that band are these, all of score
                               0: in the order of their bytes, and small ones are kept in one piece
``ids``             hash       id to its rows of all bands; of two that were added at once, to
                               both, so that removing it leaves nothing behind
=================== ========== ====================================================================
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from datasketch import MinHashLSH

from dedup.index.compact_tables import MOST_OF_BUCKET
from dedup.index.server_errors import answered

if TYPE_CHECKING:
    import redis


class RedisLsh(MinHashLSH):  # type: ignore[misc]  # datasketch has no types
    """datasketch's LSH over tables that several processes share. Keys of documents are bytes.

    A document is in all tables or in none: one script puts it there, another one removes it.
    """

    def __init__(
        self, server: redis.Redis, place: str, name: bytes, width: int, bands: int, rows: int
    ) -> None:
        """Open the tables.

        Args:
            server: Where they are.
            place: Its address, for messages.
            name: What their keys begin with.
            width: Values of a signature.
            bands: Bands, two or more.
            rows: Rows of a band.
        """
        super().__init__(num_perm=width, params=(bands, rows), prepickle=False)
        self._exchange = Exchange(server, place)
        self._name = name
        self._remove_script = server.register_script(_REMOVE)
        self.keys = RowsOfIds(self._exchange, name + b"ids")
        self.hashtables = [
            Buckets(self._exchange, name + struct.pack(">H", band)) for band in range(bands)
        ]

    def insert(self, key: bytes, minhash: Any, check_duplication: bool = True) -> None:
        """Add a document, in one round trip if it is not looked for first."""
        with self.insertion_session() as session:
            session.insert(key, minhash, check_duplication)

    def remove(self, key: bytes) -> None:
        """Remove a document; one that another process has removed is nothing to do."""
        with answered(self._exchange.place):
            self._remove_script(args=[self._name, key, 4 * self.r, self.b])


_WRITE = """
for first = 1, #ARGV, 4 do
  local verb, key, member, value = unpack(ARGV, first, first + 3)
  if verb == 'HSET' then
    local before = redis.call('HGET', key, member)
    if before and before ~= value then
      value = before .. value
    end
  end
  redis.call(verb, key, member, value)
end
"""
"""Commands of four words each; a value of a hash is put behind the one that another process has put
there. A full server refuses the script at the first write."""

_REMOVE = """
local name, id, width, bands = unpack(ARGV)
local rows = redis.call('HGET', name .. 'ids', id) or ''
for at = 1, #rows, width do
  local band = struct.pack('>H', (at - 1) / width % bands)
  redis.call('ZREM', name .. band .. string.sub(rows, at, at + width - 1), id)
end
redis.call('HDEL', name .. 'ids', id)
"""
"""Takes a document out of all buckets that it is in, and forgets its rows."""

_READ = f"""
local found = {{}}
for place, key in ipairs(ARGV) do
  local members = redis.call('ZRANGE', key, 0, {MOST_OF_BUCKET - 1})
  if #members > 0 then
    found[#found + 1] = {{place, members}}
  end
end
return found
"""
"""The buckets of some keys, without the empty ones: those are nearly all."""


class Exchange:
    """Commands that wait until they go to the server together.

    They go as one script: a pipeline would spend a hundred times the time on packing each command
    and reading each answer.
    """

    def __init__(self, server: redis.Redis, place: str) -> None:
        """Begin with none.

        Args:
            server: Where they go.
            place: Its address, for messages.
        """
        self.server = server
        self.place = place
        self._write = server.register_script(_WRITE)
        self._read = server.register_script(_READ)
        self._writes: list[bytes] = []
        self._asked: list[tuple[Hashable, bytes]] = []
        self._answers: dict[Hashable, list[list[bytes]]] = defaultdict(list)

    def write(self, verb: bytes, key: bytes, first: bytes, second: bytes) -> None:
        """Let a command wait."""
        self._writes += verb, key, first, second

    def flush(self) -> None:
        """Send the writes, if any: others see all of them or none."""
        if self._writes:
            writes, self._writes = self._writes, []
            with answered(self.place):
                self._write(args=writes)

    def ask(self, table: Hashable, key: bytes) -> None:
        """Let a table ask for the first members of a sorted set."""
        self._asked.append((table, key))

    def answers(self, table: Hashable) -> list[list[bytes]]:
        """Return what a table has asked for; the first one that wants to know asks for all."""
        if self._asked:
            asked, self._asked = self._asked, []
            self._answers.clear()
            with answered(self.place):
                found = dict(self._read(args=[key for _, key in asked]))
            for place, (each, _) in enumerate(asked, 1):
                self._answers[each].append(found.get(place, []))
        return self._answers.pop(table, [])


class _Table:
    """What datasketch's sessions of insertion call on each table."""

    buffer_size: int

    def __init__(self, exchange: Exchange, name: bytes) -> None:
        """Name what is on the server; nothing is sent."""
        self._exchange = exchange
        self._name = name

    def empty_buffer(self) -> None:
        """Send what waits, of this table and of all that share the exchange."""
        self._exchange.flush()

    def _send_unless(self, buffer: bool) -> None:
        """Send what waits unless more is to come."""
        if not buffer:
            self._exchange.flush()


class Buckets(_Table):
    """The buckets of one band, in the place of datasketch's unordered storage."""

    def insert(self, key: bytes, *vals: bytes, buffer: bool = False) -> None:
        """Put documents into a bucket."""
        for val in vals:
            self._exchange.write(b"ZADD", self._name + key, b"0", val)
        self._send_unless(buffer)

    def get(self, key: bytes) -> list[bytes]:
        """Return the documents of a bucket, those of the lowest ids of a large one."""
        self.add_to_select_buffer([key])
        return self.collect_select_buffer()[0]

    def add_to_select_buffer(self, keys: Iterable[bytes]) -> None:
        """Ask for buckets, together with what other tables ask for."""
        for key in keys:
            self._exchange.ask(self, self._name + key)

    def collect_select_buffer(self) -> list[list[bytes]]:
        """Return the buckets that were asked for."""
        return self._exchange.answers(self)


class RowsOfIds(_Table):
    """The rows of each document, in the place of datasketch's ordered storage."""

    def insert(self, key: bytes, *vals: bytes, buffer: bool = False) -> None:
        """Keep the rows of a document."""
        self._exchange.write(b"HSET", self._name, key, b"".join(vals))
        self._send_unless(buffer)

    def __contains__(self, key: bytes) -> bool:
        """Return whether a document is known."""
        with answered(self._exchange.place):
            return bool(self._exchange.server.hexists(self._name, key))
