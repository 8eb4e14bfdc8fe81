"""Which field of the configuration each option sets, and what values it takes.

The command and the library share this table: a keyword is the name of an option of ``dedup run``
with underscores for dashes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from numbers import Integral, Real
from typing import Any

from dedup.config import Config
from dedup.errors import ConfigError

FIELD_OF = {
    "level": "level",
    "workers": "workers",
    "expire": "expire",
    "field": "read.fields",
    "max_bytes": "read.max_document_bytes",
    "include": "read.include",
    "exclude": "read.exclude",
    "timeout": "clean.timeout",
    "memory": "clean.memory_mb",
    "min_tokens": "clean.min_tokens",
    "exclude_host": "clean.exclude_hosts",
    "agency": "clean.agencies",
    "threshold": "story.threshold",
    "window": "story.window_days",
    "canonical": "cluster.canonical",
    "warn_story_size": "cluster.warn_story_size",
    "warn_host_share": "cluster.warn_host_share",
}
"""The field of each option, by the option's name with underscores."""

_NUMBERS = {"expire", "timeout", "threshold", "window", "warn_host_share"}
_INTEGERS = {"workers", "max_bytes", "memory", "min_tokens", "warn_story_size"}
_LISTS = {"include", "exclude", "exclude_host", "agency"}


def option_name(name: str) -> str:
    """Return an option as it is written on the command line.

    >>> option_name("exclude_host")
    '--exclude-host'
    """
    return f"--{name.replace('_', '-')}"


def with_options(base: Config, given: Mapping[str, Any]) -> Config:
    """Return a configuration with the values of some options.

    Args:
        base: Has the other values.
        given: Values by the option's name with underscores; None leaves that of ``base``.

    Raises:
        ConfigError: A value cannot be used.
        TypeError: A value is of a wrong type.

    Examples:
        >>> with_options(Config(), {"threshold": 0.3, "field": {"text": "body"}}).read.fields
        (('text', 'body'),)
    """
    sections: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in given.items():
        if value is not None:
            section, _, field = FIELD_OF[name].rpartition(".")
            sections[section][field] = _checked(name, value)
    own = sections.pop("", {})
    parts = {name: replace(getattr(base, name), **fields) for name, fields in sections.items()}
    return replace(base, **own, **parts)


def _checked(name: str, value: Any) -> Any:
    """Return the value of an option as its field has it."""
    if name in _NUMBERS:
        return float(_of_type(name, value, Real, "a number"))
    if name in _INTEGERS:
        return int(_of_type(name, value, Integral, "an integer"))
    if name == "field":
        return tuple(_pairs(value))
    if name == "canonical":
        rules = (rule for text in _texts(name, value) for rule in text.split(","))
        return tuple(rule.strip() for rule in rules if rule.strip())
    return _texts(name, value) if name in _LISTS else value


def _of_type(name: str, value: Any, kind: type, words: str) -> Any:
    """Return a value of a type; true and false are no numbers."""
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"{option_name(name)} takes {words}, not {value!r}")
    return value


def _texts(name: str, value: Any) -> tuple[str, ...]:
    """Return one text or several as several."""
    texts = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else value
    return tuple(_of_type(name, each, str, "a text or a list of texts") for each in texts)


def _pairs(value: Any) -> Iterable[tuple[str, str]]:
    """Yield the standard name and the own name of each ``--field``.

    Args:
        value: A dictionary of own names by standard names; or texts such as ``text=body``.
    """
    if isinstance(value, Mapping):
        value = ["=".join(_texts("field", pair)) for pair in value.items()]
    for text in _texts("field", value):
        name, equals, own = text.partition("=")
        if not equals or not own:
            raise ConfigError(f"--field {text}: write it as NAME=OWN, as in text=body")
        yield name, own
