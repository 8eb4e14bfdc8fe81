"""Load the compiled code for texts; imported by the server that text workers are forked from."""

from dedup.config import Config
from dedup.models import RawRecord
from dedup.parallel.processes import silence_orphans, skip_scipy
from dedup.pipeline.prepared_rows import prepare_texts

silence_orphans()
skip_scipy()
prepare_texts([RawRecord("1", "warm", text="Ready? Steady. Go!")], Config(), signed=True)
