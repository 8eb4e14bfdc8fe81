"""The fields that rules of the election read, which some document must have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from dedup.cluster.canonical import own_fields, parse_policy
from dedup.config import Config
from dedup.errors import UnknownFieldError, printable

NAMED = 10
"""Most fields that the error names."""

LOOKED_AT = 1_000
"""Documents whose fields it names."""


OwnFields = Callable[[], Iterable[Mapping[str, Any]]]
"""Returns the own fields of all active documents, those of the current dump first."""


def require_rule_fields(own: OwnFields, config: Config) -> None:
    """Refuse a rule on a field that no document has, which would decide nothing.

    Most often the first document has it. An earlier one of the store will do: a small dump may have
    no document with a field that some have.

    Args:
        own: Is called for rules on own fields alone.
        config: The rules.

    Raises:
        UnknownFieldError: No document has the field of a rule.
    """
    unknown = own_fields(parse_policy(config.cluster.canonical))
    documents = 0
    for fields in own() if unknown else ():
        unknown = {field: rule for field, rule in unknown.items() if field not in fields}
        if not unknown:
            return
        documents += 1
    if documents:
        raise unknown_field(unknown, own())


def unknown_field(unknown: Mapping[str, str], own: Iterable[Iterable[str]]) -> UnknownFieldError:
    """Return the error for a rule on a field that no document has.

    Args:
        unknown: The fields, with their rules.
        own: The names of the fields of documents, the last document first.
    """
    field, rule = next(iter(unknown.items()))
    return UnknownFieldError(
        f'no document has the field "{printable(field)}" of --canonical {printable(rule)}; '
        f"the fields are {_names(own)}"
    )


def _names(own: Iterable[Iterable[str]]) -> str:
    """Return the fields that most documents have."""
    names: Counter[str] = Counter()
    for fields in islice(own, LOOKED_AT):
        names.update(list(fields))
    ordered = sorted(names, key=lambda name: (-names[name], name))
    return ", ".join(map(printable, ordered[:NAMED])) + (", ..." if len(ordered) > NAMED else "")
