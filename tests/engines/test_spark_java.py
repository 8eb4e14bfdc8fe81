"""The engine of a cluster on Spark itself, which needs Java; one session at a time."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from spark_laws import SparkLaws

from dedup.engines.spark.packed_rows import spark_numbers
from dedup.engines.spark.session import open_session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("java") or os.environ.get("JAVA_HOME")),
        reason="there is no Java: on Debian install openjdk-17-jre-headless",
    ),
]


@pytest.fixture(scope="module")
def session():
    """A session of Spark in this process, whose workers find the stages of tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(Path(__file__).parent))
        with open_session("spark", "local[2]") as session:
            yield session


class TestSpark(SparkLaws):
    """What holds for each."""


@pytest.mark.parametrize("partitions", [1, 7, 12])
def test_spark_sends_each_number_to_the_partition_that_it_stands_for(session, partitions):
    def numbers(batches):
        for batch in batches:
            wanted = np.array(spark_numbers(partitions), np.int64)
            chosen = wanted[batch["id"].to_numpy()]
            yield pa.record_batch([pa.array(chosen)], ["to"])

    def arrived(batches):
        from pyspark import TaskContext

        place = TaskContext.get().partitionId()
        for batch in batches:
            places = pa.array([place] * batch.num_rows, pa.int64())
            yield pa.record_batch([batch["to"], places], ["to", "place"])

    rows = session.range(partitions).mapInArrow(numbers, "`to` long").repartition(partitions, "to")
    found = session.collect(rows.mapInArrow(arrived, "`to` long, place long"), lambda _: None)
    assert dict(zip(found["to"].to_pylist(), found["place"].to_pylist(), strict=True)) == dict(
        zip(spark_numbers(partitions), range(partitions), strict=True)
    )
