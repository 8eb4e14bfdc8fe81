"""The run: the stages in their order, one call each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.feed.clean import drop_residue, take_in
from dedup.models import Raw
from dedup.observe import Observer
from dedup.store import Step, Store

if TYPE_CHECKING:
    from dedup.feed.past import Past
    from dedup.feed.twins import Twins


def run_stages(
    records: Iterable[Raw], size: int | None, store: Store, config: Config, observer: Observer
) -> None:
    """Take records through all stages; everything found is in the store afterwards.

    What is decided is committed whole, at the end: earlier dumps of the store are never left
    half changed.

    Args:
        records: What was read.
        size: Their bytes where known, for the bar.
        store: An empty store, one to which a dump is added, or that of a killed run on the same
            records.
        config: The options.
        observer: Is told how far it got.
    """
    sign_stages(records, size, store, config, observer)
    if store.dumps.step >= Step.DECIDED:
        return
    from dedup.feed.changes import note_changes  # compiled code: cleaning alone needs none
    from dedup.feed.stories import group_rewrites
    from dedup.match import shipped_scorer

    with store.commit():
        twins, past = copy_stages(store, config, observer)
        if config.level == "stories":
            group_rewrites(store, twins, past, shipped_scorer(), config, observer)
        note_changes(store, past)
        store.put("expired", store.dumps.expire(config.expire) if config.expire else 0)
        store.dumps.reach(Step.DECIDED)


def copy_stages(store: Store, config: Config, observer: Observer) -> tuple[Twins, Past]:
    """Take signed documents as far as the stories of copies.

    Returns:
        Which documents have the same text, and the stories of earlier dumps.
    """
    from dedup.feed.group import group_copies  # compiled code, as in run_stages
    from dedup.feed.match import match_copies
    from dedup.feed.past import Past
    from dedup.feed.twins import Twins

    twins, past = Twins(store), Past(store)
    evidence = match_copies(store, twins, past, config, observer)
    observer.start("group", None, "doc")
    group_copies(store, twins, evidence, past, config, observer)
    observer.end()
    return twins, past


def sign_stages(
    records: Iterable[Raw], size: int | None, store: Store, config: Config, observer: Observer
) -> None:
    """Take records as far as their signatures; see :func:`run_stages`."""
    from dedup.feed.sign import sign_texts  # compiled code, as in run_stages

    clean_stages(records, size, store, config, observer, signed=True)
    observer.start("sign", store.signatures.signable(), "doc")
    observer.advance(store.signatures.count())
    sign_texts(store, config, observer)
    observer.end()


def clean_stages(
    records: Iterable[Raw],
    size: int | None,
    store: Store,
    config: Config,
    observer: Observer,
    *,
    signed: bool = False,
) -> None:
    """Take records through reading and cleaning only; see :func:`run_stages`.

    Where they are to be ``signed``, too, that is done on the way, while their texts are at hand.
    """
    observer.start("read and clean", size, "B")
    take_in(records, size, store, config, observer, signed=signed)
    observer.end()
    store.dumps.look_back(config.story.window_days)
    observer.start("residue", None, "host")
    drop_residue(store, config, observer)
    observer.end()
