"""The last dump of a store removed as a whole, as if it had never been added."""

from __future__ import annotations

from dedup.store import Step, Store


def remove_last_dump(store: Store) -> None:
    """Remove the last dump, with all that it changed in earlier ones, in one commit.

    Args:
        store: A store in which that dump can be removed.

    Raises:
        OutputError: The store is damaged.
    """
    if store.dumps.step >= Step.DECIDED:
        store.verify(whole=True)
    with store.commit():
        if store.dumps.step >= Step.DECIDED:
            _uncount_terms(store)
        store.dumps.remove_last()


def _uncount_terms(store: Store) -> None:
    """Take the documents of the last dump out of the document frequencies."""
    # Compiled code, which other commands do not load.
    from dedup.pipeline.representatives import count_rows
    from dedup.signatures.term_weights import DocumentFrequencies

    terms, counts, documents = store.signatures.document_frequencies()
    if not documents:
        return  # none are kept at the level of copies
    if store.dumps.number == 1:
        store.signatures.keep_document_frequencies(terms[:0], counts[:0], 0)
        return
    before = DocumentFrequencies(terms, counts, documents)
    left = before.without(count_rows(store, store.signatures.counted()))
    store.signatures.keep_document_frequencies(left.terms, left.counts, left.documents)
