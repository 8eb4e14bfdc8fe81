"""A real Redis server for tests; they are skipped where it is not installed."""

from __future__ import annotations

import sys
from contextlib import contextmanager

import pytest
from runs import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

pytest.importorskip("redis", reason="the package redis is not installed: pip install '.[dev]'")

import redis
from start_redis import MISSING, find_redis, started_redis


@contextmanager
def redis_server(*options):
    """A server with options of its command line, or the test is skipped."""
    if find_redis() is None:
        pytest.skip(MISSING)
    with started_redis(*options) as server:
        yield server


def plain_client(url):
    """A client that sees the bytes as they are."""
    return redis.Redis.from_url(url)
