"""What a run on an engine finds in its output folder."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dedup.config import Config
from dedup.errors import OutputError
from dedup.locations import Location
from dedup.run.engine_claim import EngineClaim, claim_folder
from dedup.write import Layout
from dedup.write.engine_folder import EngineFolder


def claim(*, resume=False, overwrite=False):
    """What a run wants of its folder."""
    return EngineClaim(
        Config(), ["scorer"], "inputs", None, Layout(), None, resume=resume, overwrite=overwrite
    )


def begun(folder, known):
    """Note a run that was begun."""
    file = folder.location.path / ".dedup.engine" / "begun.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(known))


def test_a_run_that_was_begun_is_continued_or_replaced(tmp_path):
    folder = EngineFolder(Location.of(tmp_path))
    known = claim().known()
    begun(folder, known)

    with folder.claim():
        assert claim_folder(folder, claim(resume=True)).known == known
        assert claim_folder(folder, claim(overwrite=True)).replaced == known


def test_a_folder_for_temporary_tables_that_was_not_named_is_to_be_left_out(tmp_path):
    folder = EngineFolder(Location.of(tmp_path))
    begun(folder, claim().known())

    with folder.claim(), pytest.raises(OutputError, match="no --work; leave it out"):
        claim_folder(folder, replace(claim(resume=True), work="elsewhere"))


@pytest.mark.parametrize("run", ["x/../../news", "..", "", None])
def test_a_run_whose_id_could_name_another_folder_is_only_begun_anew(tmp_path, run):
    folder = EngineFolder(Location.of(tmp_path))
    known = {**claim().known(), "run": run}
    if run is None:
        del known["run"]
    begun(folder, known)

    with folder.claim():
        for resume in (True, False):
            with pytest.raises(OutputError, match=r"is damaged; begin anew with --overwrite"):
                claim_folder(folder, claim(resume=resume))
        assert claim_folder(folder, claim(overwrite=True)).replaced is None
