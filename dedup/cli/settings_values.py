"""From the keys of a settings file to values of options, checked for their TOML types."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import click

from dedup.cli.engine_options import Place
from dedup.cli.settings_file import SettingsFile
from dedup.errors import printable
from dedup.locations import Location, is_address

INPUTS = "inputs"
"""Key of the INPUT arguments, and their name as a parameter."""

STDIN = "-"

SPECIAL = ("config", "no_config")
"""Options that say which file is read: no file can set them."""

# Types of options for which an integer of TOML is a mistake.
_WORDS_ALONE = (click.Choice, click.Path)


class Setting(NamedTuple):
    """A value from a file.

    Attributes:
        key: Its key, with that of the command's own table.
        value: What click takes: a string, a number, a boolean, or a list of strings.
    """

    key: str
    value: Any


def settable(command: click.Command) -> dict[str, click.Parameter]:
    """Return what can be set of a command, by key; options that were renamed have several."""
    found: dict[str, click.Parameter] = {}
    for parameter in command.params:
        if parameter.name == INPUTS:
            found[INPUTS] = parameter
        elif isinstance(parameter, click.Option) and parameter.name not in SPECIAL:
            longs = (name for name in parameter.opts if name.startswith("--"))
            found.update((name.removeprefix("--"), parameter) for name in longs)
    return found


def main_keys(command: click.Command) -> dict[str, str]:
    """Return the names of the parameters of a command by key, without their old keys."""
    keys = {}
    for key, parameter in reversed(settable(command).items()):
        keys[parameter.name or ""] = key
    return {key: name for name, key in reversed(keys.items())}


def values_for(
    file: SettingsFile, command: click.Command, commands: Mapping[str, click.Command]
) -> dict[str, Setting]:
    """Return what a file sets of a command, by the name of the parameter.

    Args:
        file: The file. Keys at its top are of every command that has the option; a table with the
            name of a command is of that command alone, and wins.
        command: The command.
        commands: All commands by name; the keys of every table are checked.

    Raises:
        click.UsageError: A key or the type of a value is wrong.
    """
    tables = {
        name: table
        for name, table in file.table.items()
        if name in commands and isinstance(table, dict)
    }
    shared = {key: value for key, value in file.table.items() if key not in tables}
    everything = {key: None for each in commands.values() for key in settable(each)}
    for name in shared.keys() & commands.keys() - everything.keys():
        raise click.UsageError(f"{file.name}: {name}: give a table of options, as in [{name}]")
    _check_keys(file, "", shared, [*everything, *commands])
    for name, table in tables.items():
        _check_keys(file, f"{name}.", table, settable(commands[name]))
    own = next((name for name, each in commands.items() if each is command), "")
    return {
        **_values(file, "", shared, command),
        **_values(file, f"{own}.", tables.get(own, {}), command),
    }


def _check_keys(
    file: SettingsFile, prefix: str, table: Mapping[str, Any], known: Iterable[str]
) -> None:
    """Raise UsageError for a key that is none of those known, and name near ones."""
    names = list(dict.fromkeys(known))  # an option and a command may share theirs
    for key in table:
        if _dashed(key) not in names:
            import difflib  # most files have no such key

            near = difflib.get_close_matches(_dashed(key), names)
            advice = f"; did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(
                f"{file.name}: {printable(prefix + key)}: there is no such option{advice}"
            )


def _values(
    file: SettingsFile, prefix: str, table: Mapping[str, Any], command: click.Command
) -> dict[str, Setting]:
    """Return the values of one table that are of a command."""
    known = settable(command)
    found: dict[str, Setting] = {}
    for key, value in table.items():
        parameter = known.get(_dashed(key))
        if parameter is None or parameter.name is None:
            continue
        full = prefix + _dashed(key)
        try:
            if parameter.name in found:
                raise ValueError(f"is the same option as {found[parameter.name].key}; give one")
            found[parameter.name] = Setting(full, _value(file, parameter, value))
        except ValueError as error:
            raise click.UsageError(f"{file.name}: {full}: {error}") from None
    return found


def _dashed(key: str) -> str:
    """Return a key as the long name of an option is written."""
    return key.replace("_", "-")


def _value(file: SettingsFile, parameter: click.Parameter, value: Any) -> Any:
    """Return a TOML value as click takes it from a command line.

    Raises:
        ValueError: It has another type than the option.
    """
    if parameter.name == INPUTS:
        return [_input(file.folder, each) for each in _list(value)]
    if isinstance(parameter, click.Option) and parameter.is_bool_flag:
        return _typed(value, bool, "true or false")
    if parameter.multiple:
        return [_single(file, parameter, each) for each in _list(_pairs(parameter, value))]
    return _single(file, parameter, value)


def _single(file: SettingsFile, parameter: click.Parameter, value: Any) -> Any:
    """Return the value of an option that is given once, or one of several."""
    kind = parameter.type
    if isinstance(kind, click.types.IntParamType):
        return _typed(value, int, "an integer")
    if isinstance(kind, click.types.FloatParamType):
        return _typed(value, (int, float), "a number")
    if type(value) is int and not parameter.multiple and not isinstance(kind, _WORDS_ALONE):
        return str(value)  # a limit, a size, or a name such as 20240502
    text = _string(value)
    if isinstance(kind, click.Path) and not (kind.allow_dash and text == STDIN):
        if isinstance(kind, Place) and is_address(text):
            return text
        return os.path.join(file.folder, _at_home(text))  # noqa: PTH118 (a slash at the end stays)
    return text


def _typed(value: Any, kind: type | tuple[type, ...], words: str) -> Any:
    """Return a value of a type; in TOML, true and false are no numbers."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ValueError(f"give {words}, not {_kind_of(value)}")
    return value


def _string(value: Any) -> str:
    """Return a string that could stand on a command line."""
    text: str = _typed(value, str, "a string")
    if "\0" in text:
        raise ValueError("a string cannot have the character U+0000 here")
    return text


def _list(value: Any) -> list[Any]:
    """Return a list; a single value is a list of one."""
    return value if isinstance(value, list) else [value]


def _pairs(parameter: click.Parameter, value: Any) -> Any:
    """Return a table such as ``{text = "body"}`` as a list, for an option of such pairs."""
    takes_pairs = isinstance(parameter, click.Option) and "=" in (parameter.metavar or "")
    if takes_pairs and isinstance(value, dict):
        return [f"{name}={_string(own)}" for name, own in value.items()]
    return value


def _input(folder: str, value: Any) -> str:
    """Return an INPUT relative to a folder whose name is no glob."""
    text = _string(value)
    if text == STDIN or "://" in text:
        return text
    start = glob.escape(folder) if glob.has_magic(text) else folder
    return os.path.join(start, _at_home(text))  # noqa: PTH118 (a slash at the end stays)


def _at_home(text: str) -> str:
    """Return a path with ``~`` at its start replaced, as a shell does on a command line.

    Raises:
        ValueError: The user has no home.
    """
    path = os.path.expanduser(text)  # noqa: PTH111 (Path has no way back to the text)
    if path == "~" or path.startswith("~/"):
        raise ValueError("this user has no home folder for ~; give the whole path")
    return path


def _kind_of(value: Any) -> str:
    """Return what a TOML value is, with its article."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"), (int, "an integer"), (float, "a number"), (str, "a string"),
        (list, "a list"), (dict, "a table"),
    )  # fmt: skip
    return next((words for kind, words in kinds if isinstance(value, kind)), "a date or a time")


def named_paths(
    command: click.Command, values: Mapping[str, Any]
) -> Iterator[tuple[str, Path | Location]]:
    """Yield the options and arguments of a command that name a file or folder, with its place."""
    for parameter in command.params:
        value = values.get(parameter.name or "")
        if isinstance(parameter.type, click.Path) and value and str(value) != STDIN:
            is_place = isinstance(value, Location)
            yield parameter.name or "", value if is_place else Path(str(value))
