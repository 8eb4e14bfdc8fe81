"""What goes wrong with a server that keeps an index, in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dedup.errors import ConfigError, ServerError, printable

LONGEST_REPLY = 200
"""Characters of a server's own words in a message."""

_BY_CLASS = {
    "BusyLoadingError": "is loading its data; try again when it is ready",
    "AuthenticationError": (
        "asks for a password, or refuses this one; write it into the address, as in "
        "redis://:PASSWORD@HOST:6379/0"
    ),
    "AuthenticationWrongNumberOfArgsError": (
        "asks for a password; write it into the address, as in redis://:PASSWORD@HOST:6379/0"
    ),
    "NoPermissionError": (
        "does not let this user run what an index needs: strings, hashes, lists, sets, sorted sets "
        "and scripts"
    ),
    "AuthorizationError": "does not let this user in",
    "OutOfMemoryError": (
        "is full and keeps nothing more; raise its maxmemory, or expire or remove documents"
    ),
    "ReadOnlyError": "is a replica that takes no documents; give the address of its primary",
    "TimeoutError": "does not answer in time; see whether it is overloaded",
    "ConnectionError": "cannot be reached; see whether it runs, and whether the address is right",
}
"""The sentence for a class of errors of the package ``redis``; a subclass stands before its base,
and has the one of the nearest base where it has none."""


@contextmanager
def answered(place: str) -> Iterator[None]:
    """Report what a server answers, or that it does not, as one sentence.

    Args:
        place: Where the server is, without a password.

    Raises:
        ServerError: The server cannot be reached, refuses, or is full.
        ConfigError: A key of the index holds something else.
    """
    from redis.exceptions import RedisError

    try:
        yield
    except RedisError as error:
        raise _explained(error, place) from error


def _explained(error: Exception, place: str) -> ServerError | ConfigError:
    """Return the error for a person."""
    words = str(error).split()
    if any("WRONGTYPE" in word for word in words):
        return ConfigError(
            f"a key of the index holds data of another program on the server at {place}; choose "
            "another name="
        )
    if "OOM" in words:  # as a script reports it
        return ServerError(f"the server at {place} {_BY_CLASS['OutOfMemoryError']}")
    for base in type(error).__mro__:
        if base.__name__ in _BY_CLASS:
            return ServerError(f"the server at {place} {_BY_CLASS[base.__name__]}")
    reply = printable(" ".join(words))[:LONGEST_REPLY]
    return ServerError(f"the server at {place} refuses what an index needs: {reply}")
