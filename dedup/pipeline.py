"""The run: the stages in their order, one call each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dedup.config import Config
from dedup.feed.clean import drop_residue, take_in
from dedup.models import Raw
from dedup.observe import Observer
from dedup.store import Store

if TYPE_CHECKING:
    from dedup.feed.twins import Twins


def run_stages(
    records: Iterable[Raw], size: int | None, store: Store, config: Config, observer: Observer
) -> None:
    """Take records through all stages; everything found is in the store afterwards.

    Args:
        records: What was read.
        size: Their bytes where known, for the bar.
        store: An empty store, or that of a killed run on the same records.
        config: The options.
        observer: Is told how far it got.
    """
    twins = copy_stages(records, size, store, config, observer)
    if config.level == "stories":
        from dedup.feed.stories import group_rewrites  # compiled code, see below
        from dedup.match import shipped_scorer

        group_rewrites(store, twins, shipped_scorer(), config, observer)


def copy_stages(
    records: Iterable[Raw], size: int | None, store: Store, config: Config, observer: Observer
) -> Twins:
    """Take records as far as the stories of copies; see :func:`run_stages`.

    Returns:
        Which documents have the same text.
    """
    from dedup.feed.group import group_copies  # compiled code: cleaning alone does not need it
    from dedup.feed.match import match_copies
    from dedup.feed.sign import sign_texts
    from dedup.feed.twins import Twins

    clean_stages(records, size, store, config, observer, signed=True)
    observer.start("sign", store.signatures.signable(), "doc")
    observer.advance(store.signatures.count())
    sign_texts(store, config, observer)
    observer.end()
    store.results.clear()
    twins = Twins(store)
    evidence = match_copies(store, twins, config, observer)
    observer.start("group", None, "doc")
    group_copies(store, twins, evidence, config, observer)
    observer.end()
    return twins


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
    take_in(records, store, config, observer, signed=signed)
    observer.end()
    observer.start("residue", None, "host")
    drop_residue(store, config, observer)
    observer.end()
