"""What an engine says, as one sentence."""

from __future__ import annotations

from dedup.engines.spark.engine_errors import failure

NO_PYTHON = """
java.io.IOException: Cannot run program "./dedup/bin/python" (in directory "./068d13e5"): error=2
\tat java.base/java.lang.ProcessBuilder.start(ProcessBuilder.java:1143)
"""

OF_GRPC = """<_InactiveRpcError of RPC that terminated with:
\tstatus = StatusCode.INTERNAL
\tdetails = "Received http2 header with status: 502"
\tdebug_error_string = "UNKNOWN:Error received from peer"
>
"""


def test_a_python_that_is_missing_on_the_machines_is_named():
    assert "have no ./dedup/bin/python, the Python that PYSPARK_PYTHON of" in str(
        failure("the engine stopped", NO_PYTHON)
    )


def test_an_error_of_the_connection_is_shown_by_its_details():
    said = str(failure("the engine cannot be reached", OF_GRPC))
    assert "(Received http2 header with status: 502)" in said
