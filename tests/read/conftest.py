"""Fixtures of the tests of reading."""

from __future__ import annotations

import pytest
from reading import PACKERS, Dump


@pytest.fixture
def dump(tmp_path):
    return Dump(tmp_path)


@pytest.fixture(params=PACKERS)
def packed(request):
    """A suffix and what packs in that way."""
    return request.param, PACKERS[request.param]
