"""The fields that rules of the election read, which some document must have."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from dedup.cluster.canonical import own_fields, parse_policy
from dedup.config import Config
from dedup.errors import UnknownFieldError, printable
from dedup.store import Store

NAMED = 10
"""Most fields that the error names."""

LOOKED_AT = 1_000
"""Documents whose fields it names."""


def require_rule_fields(store: Store, config: Config) -> None:
    """Refuse a rule on a field that no document has, which would decide nothing.

    Most often the first document has it. An earlier one of the store will do: a small dump may have
    no document with a field that some have.

    Args:
        store: Has the documents.
        config: The rules.

    Raises:
        UnknownFieldError: No document has the field of a rule.
    """
    unknown = own_fields(parse_policy(config.cluster.canonical))
    documents = 0
    for fields in store.documents.own_fields() if unknown else ():
        unknown = {field: rule for field, rule in unknown.items() if field not in fields}
        if not unknown:
            return
        documents += 1
    if documents:
        field, rule = next(iter(unknown.items()))
        raise UnknownFieldError(
            f'no document has the field "{printable(field)}" of --canonical {printable(rule)}; '
            f"the fields are {_names(store)}"
        )


def _names(store: Store) -> str:
    """Return the fields that most documents have."""
    names: Counter[str] = Counter()
    for fields in islice(store.documents.own_fields(), LOOKED_AT):
        names.update(fields.keys())
    ordered = sorted(names, key=lambda name: (-names[name], name))
    return ", ".join(map(printable, ordered[:NAMED])) + (", ..." if len(ordered) > NAMED else "")
