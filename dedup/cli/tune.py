"""`dedup tune`: the threshold and the window that judged pairs recommend."""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.console import console, echo_json
from dedup.cli.installation import warn_of_leftover
from dedup.cli.log import logged
from dedup.cli.options import question_options
from dedup.cli.page_place import refuse_place
from dedup.cli.settings import SettingsCommand
from dedup.cli.stop import stoppable
from dedup.errors import OutputError, printable

if TYPE_CHECKING:
    from dedup.explain.open_run import Run
    from dedup.tune.tune_run import Tuning


class _Share(click.FloatRange):
    """A share of which neither none nor all can be asked."""

    def __init__(self) -> None:
        super().__init__(0, 1, min_open=True, max_open=True)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share; what is no number is not in the range either."""
        share = float(super().convert(value, param, ctx))
        if math.isnan(share):
            self.fail(f"{value} is no number", param, ctx)
        return share


@click.command(cls=SettingsCommand, short_help="Recommend settings from pairs that you judged.")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("labels", metavar="LABELS", type=click.Path(path_type=Path))
@click.option(
    "--precision",
    "least_precision",
    type=_Share(),
    show_default="the best F1 decides",
    metavar="SHARE",
    help="Recommend the setting with the best recall among those whose precision is at least this "
    "with confidence: its interval begins there or above. As in --precision 0.99.",
)
@click.option(
    "--fit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also fit a scorer on LABELS, 300 pairs or more, and write it to FILE if it is better "
    "than that of the run, with confidence.",
)
@click.option("--overwrite", is_flag=True, help="Replace the FILE of --fit if it exists.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    help="Seed of --fit: which pairs are fitted on, and which are tried.",
)
@click.option("--all", "everything", is_flag=True, help="List every setting that was tried.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every setting.")
@question_options()
def tune(
    out: Path,
    labels: Path,
    least_precision: float | None,
    fit: Path | None,
    overwrite: bool,
    seed: int,
    everything: bool,
    as_json: bool,
    store: Path | None,
    quiet: bool,
) -> None:
    """Say how right the run in OUT would be with other settings, as the pairs in LABELS say.

    LABELS is the file of dedup label on the same run. For thresholds, and for windows that are not
    wider than that of the run, precision, recall and lost documents are estimated with 95 %
    intervals; nothing is decided again. The last line is the command that applies what is
    recommended. Recall is of pairs that the run proposed: pairs that it never compared cannot be
    judged.

    \b
    Examples:
      dedup tune out labels.jsonl
      dedup tune out labels.jsonl --precision 0.99
      dedup tune out labels.jsonl --fit my-scorer.json
      dedup tune out labels.jsonl --json

    Exit code 0: the settings were compared, whether one is recommended or not; 1: LABELS or the run
    cannot be read; 2: wrong usage, or too few labels of this run.
    """
    if not quiet:
        warn_of_leftover()
    from dedup.evaluation.labelled_pairs import read_labels  # numpy: --help must not wait for it
    from dedup.explain.open_run import open_run
    from dedup.tune.tune_run import tune_run

    with open_run(out, store=store) as run, logged(quiet=quiet, verbose=False) as shown:
        if fit is not None:
            _refuse_place(fit, out, run, labels, overwrite=overwrite)
        with stoppable(shown) as progress:
            found = tune_run(
                run,
                read_labels(labels),
                least_precision=least_precision,
                fit=fit,
                seed=seed,
                progress=progress,
            )
    if not quiet and found.fitted is not None and found.fitted.file is not None:
        click.echo(f"wrote {printable(found.fitted.file)}", err=True)
    if as_json:
        echo_json(_as_json(found))
    else:
        from dedup.cli.tuned_settings import print_tuning

        print_tuning(found, console(), everything=everything)


def _as_json(found: Tuning) -> dict[str, Any]:
    """Return the fields of what was found; a scorer is in its file."""
    values = {each.name: getattr(found, each.name) for each in fields(found)}
    if found.fitted is not None:
        values["fitted"] = {
            each.name: getattr(found.fitted, each.name)
            for each in fields(found.fitted)
            if each.name != "scorer"
        }
    return values


def _refuse_place(fit: Path, out: Path, run: Run, labels: Path, *, overwrite: bool) -> None:
    """Refuse to write a scorer over another file, over one of the run, or over the labels.

    Raises:
        OutputError: It is the place of one.
    """
    if fit.resolve() == labels.resolve():
        raise OutputError(f"{fit} has the labels; name another file for --fit", path=fit)
    refuse_place(fit, out, run.store.path, "--fit", overwrite=overwrite)
