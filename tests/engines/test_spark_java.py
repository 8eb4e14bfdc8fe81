"""The engine of a cluster on Spark itself, which needs Java; one session at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from cluster_runs import ended, kill_when, left_by, made_dump, no_java, started, tables_in
from spark_laws import SparkLaws

from dedup.engines.spark.packed_rows import spark_numbers
from dedup.engines.spark.session import open_session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(no_java()), reason=no_java()),
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


# A whole run. Each has a session of its own, and several processes.

CLUSTER = "local-cluster[2,1,1536]"


def is_executor(words):
    """Whether these are the words of a machine of the cluster."""
    return any(word.endswith(b"CoarseGrainedExecutorBackend") for word in words)


def is_python_worker(words):
    """Whether these are the words of a process that runs stages."""
    return b"pyspark.worker" in words or b"pyspark.daemon" in words


@pytest.fixture(scope="module")
def dump(tmp_path_factory):
    return made_dump(tmp_path_factory.mktemp("spark"), 20_000)


@pytest.fixture(scope="module")
def expected(dump, tmp_path_factory):
    """The bytes of a run on one machine."""
    out = tmp_path_factory.mktemp("spark") / "local"
    ended(started(dump, out))
    return tables_in(out)


@pytest.mark.parametrize(
    ("remote", "chosen"), [(CLUSTER, is_executor), ("local[2,4]", is_python_worker)]
)
def test_a_process_that_is_killed_changes_no_byte(remote, chosen, dump, expected, tmp_path):
    out, work = tmp_path / "out", tmp_path / "work"
    options = ["--engine", "spark", "--remote", remote, "--work", work]
    running = started(dump, out, *options)
    for table in ("inputs", "representatives"):
        kill_when(running, lambda table=table: [*work.glob(f"*/kept/{table}/whole.json")], chosen)
    ended(running)
    assert left_by(running) == {}
    assert tables_in(out) == expected
    assert list(work.iterdir()) == []
