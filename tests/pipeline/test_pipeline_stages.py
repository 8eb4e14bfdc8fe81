import subprocess
import sys


def test_the_stages_load_no_compiled_code_before_it_is_needed():
    """To clean pages takes none, and to load it takes half a second."""
    code = "import sys, dedup.pipeline.stages; print('numba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
