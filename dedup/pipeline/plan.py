"""The plan of a run: from the inputs of a dump to all that is stored of it, over tables.

Read from top to bottom: inputs become documents; documents with shared signatures become measured
pairs, and these stories of copies; what stands for each of these, and every other document, is
compared as a rewrite; and stories of rewrites take the places of the stories of copies that they
join. An engine runs the stages, on rows that it brings together where a stage asks for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dedup.config import Config
from dedup.engines.engine import Engine, Table
from dedup.match.story_score import Scorer
from dedup.pipeline.earlier_dumps import EarlierDumps
from dedup.pipeline.on_tables.number_inputs import InputPart
from dedup.pipeline.plan_copies import find_copies
from dedup.pipeline.plan_documents import clean_documents
from dedup.pipeline.store_results import PlanResults
from dedup.progress import Progress
