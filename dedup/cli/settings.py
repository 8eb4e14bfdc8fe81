"""Commands whose options can be set in a file, and where each value of a run came from."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from dedup.cli.log import note_default_format, say
from dedup.cli.settings_file import SettingsFile, find_settings, read_settings
from dedup.cli.settings_values import INPUTS, STDIN, main_keys, named_paths, values_for
from dedup.errors import ConfigError

_META = "dedup.cli.settings"

REMOVES: dict[str, tuple[str, ...]] = {
    "overwrite": ("out", "rejected", "annotate", "report", "store", "html", "fit"),
    "expire": ("store",),
    "remove_last": ("path",),
}
"""Options that replace or delete files or what is in them, and the parameters that name those. A
file that was found sets them for files in its folder only."""

_OF_ENGINE = ("engine", "remote", "work", "partitions")
_OF_ONE_MACHINE = ("store", "against", "dump", "expire")

YIELDS = {
    "overwrite": ("resume",),
    "resume": ("overwrite",),
    "engine": _OF_ONE_MACHINE,
    **dict.fromkeys(_OF_ONE_MACHINE, _OF_ENGINE),
    "store": ("against", *_OF_ENGINE),
    "against": ("store", "expire", "dump", "report", *_OF_ENGINE),
}
"""Options on the command line, and those that exclude them or hold only without them: a file's
values of these do not count then."""

_OPTION = re.compile(r"--[a-z][a-z-]*")

_REMEDY = "name the file with --config, give the option itself, or use --no-config"


@dataclass(frozen=True, slots=True)
class _Settings:
    """The settings file of a command.

    Attributes:
        file: The file, None where there is none.
        keys: The key in the file of each parameter that it sets, by name of the parameter.
    """

    file: SettingsFile | None = None
    keys: Mapping[str, str] = field(default_factory=dict)


class SettingsCommand(click.Command):
    """A command whose options, and INPUT arguments, can be set in a file.

    It has ``--config`` and ``--no-config``, and for each flag a ``--no-`` form that the help does
    not list: what a file switches on can be switched off on the command line.
    """

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        """Add the options that choose the file."""
        super().__init__(*arguments, **attributes)
        self.params += [_config_option(), _no_config_option()]

    def make_parser(self, ctx: click.Context) -> Any:
        """Return a parser that knows the ``--no-`` forms of flags."""
        parser = super().make_parser(ctx)
        for option in self.params:
            if isinstance(option, click.Option) and option.is_bool_flag:
                if option.secondary_opts or option.is_eager:
                    continue
                opposites = [f"--no-{name[2:]}" for name in option.opts if name.startswith("--")]
                parser.add_option(
                    obj=option, opts=opposites, dest=option.name, action="store_const", const=False
                )
        return parser

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; an error names the file that has the value."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if isinstance(error, click.BadParameter) and error.param is not None:
                _raise_with_place(ctx, error, {*error.param.opts})
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error in an option names the file that has the value."""
        _yield_to_command_line(ctx)
        _check_reach(ctx)
        if not ctx.params.get("quiet"):
            _announce(ctx)
        try:
            return super().invoke(ctx)
        except (click.UsageError, ConfigError) as error:
            _raise_with_place(ctx, error, {*_OPTION.findall(str(error))})
            raise


class InputsArgument(click.Argument):
    """INPUT arguments, which a settings file may give in their place."""

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, ParameterSource]:
        """Return the arguments, else those of the file."""
        value, source = super().consume_value(ctx, opts)
        if not value and ctx.default_map and INPUTS in ctx.default_map:  # click before 8.3
            return ctx.default_map[INPUTS], ParameterSource.DEFAULT_MAP
        return value, source


def settings_manifest(ctx: click.Context) -> dict[str, Any]:
    """Return the settings file of a command, and where each value came from, as JSON values."""
    settings = _settings(ctx)
    file = settings.file
    origin = {}
    for key, name in main_keys(ctx.command).items():
        source = ctx.get_parameter_source(name)
        if source is ParameterSource.DEFAULT_MAP:
            origin[key] = f"file: {settings.keys[name]}"
        else:
            origin[key] = "default" if source is ParameterSource.DEFAULT else "command line"
    return {
        "file": None if file is None else _portable_name(file.path),
        "sha256": None if file is None else file.sha256,
        "origin": origin,
    }


def _portable_name(path: Path) -> str:
    """Return a path as it was found or named, without the folders of this machine."""
    return path.name if path.is_absolute() else str(path)


def _settings(ctx: click.Context) -> _Settings:
    """Return the settings of a command."""
    found: _Settings = ctx.meta.get(_META, _Settings())
    return found


def _config_option() -> click.Option:
    """Return the option that names the file, and reads it before other options are parsed."""
    return click.Option(
        ["--config"],
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_load,
        help="TOML file with values for options, in which paths are relative to it. Without "
        "--config, the nearest dedup.toml, or pyproject.toml with a table [tool.dedup], in the "
        "current folder or above it. Options on the command line win.",
    )


def _no_config_option() -> click.Option:
    """Return the flag for no file."""
    return click.Option(
        ["--no-config"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_ignore,
        help="Read no settings file.",
    )


def _ignore(ctx: click.Context, _option: click.Parameter, given: bool) -> None:
    """Keep ``--config``, which is processed later, from looking for a file."""
    if given and ctx.meta.setdefault(_META, _Settings()).file:
        raise click.UsageError("--config and --no-config exclude each other")


def _load(ctx: click.Context, _option: click.Parameter, path: Path | None) -> None:
    """Take the defaults of a command from a settings file, if there is one."""
    if ctx.resilient_parsing:  # completion in a shell
        return
    if path is None and _META in ctx.meta:
        return
    if path is not None and _META in ctx.meta:
        raise click.UsageError("--config and --no-config exclude each other")
    file = find_settings() if path is None else read_settings(path)
    if file is None:
        return
    group = ctx.find_root().command
    commands = group.commands if isinstance(group, click.Group) else {}
    found = values_for(file, ctx.command, commands)
    ctx.meta[_META] = _Settings(file, {name: setting.key for name, setting in found.items()})
    ctx.default_map = {name: setting.value for name, setting in found.items()}
    if "log_format" in found:
        note_default_format(ctx, found["log_format"].value)


def _yield_to_command_line(ctx: click.Context) -> None:
    """Take no value from the file that an option of the command line excludes."""
    for name, others in YIELDS.items():
        given = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if not (given and ctx.params.get(name)):
            continue
        for option in ctx.command.params:
            if option.name in others and option.name in {*_from_file(ctx)}:
                own = option.default  # without one, click has a value of its own
                ctx.params[option.name] = own if isinstance(own, (bool, int, float)) else None
                ctx.set_parameter_source(option.name, ParameterSource.DEFAULT)


def _announce(ctx: click.Context) -> None:
    """Say which file was read, and what of it holds."""
    settings = _settings(ctx)
    if settings.file is not None:
        keys = [settings.keys[name] for name in _from_file(ctx)]
        name = settings.file.name
        text = f"settings: {name} ({', '.join(keys) or 'nothing'})"
        say(text, "settings", file=name, keys=keys)


def _from_file(ctx: click.Context) -> Iterator[str]:
    """Yield the names of the parameters whose values are from the file."""
    for name in _settings(ctx).keys:
        if ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
            yield name


def _raise_with_place(
    ctx: click.Context, error: click.UsageError | ConfigError, options: Set[str]
) -> None:
    """Raise an error again with the keys of those options of its message that a file sets."""
    settings = _settings(ctx)
    chosen = {*_from_file(ctx)}
    keys = [
        settings.keys[each.name]
        for each in ctx.command.params
        if each.name in chosen and options & {*each.opts}
    ]
    if keys and settings.file is not None:
        message = error.format_message() if isinstance(error, click.UsageError) else str(error)
        place = f"{settings.file.name}: {', '.join(keys)}"
        raise click.UsageError(f"{message.rstrip('.')} ({place})", ctx) from error


def _check_reach(ctx: click.Context) -> None:
    """Refuse what a file that was found would do outside of its folder.

    It may have come with a dump or a repository that others wrote: it must not name files outside
    of its folder, nor remove any there, nor send documents to a server.

    Raises:
        click.UsageError: It would.
    """
    settings = _settings(ctx)
    file = settings.file
    if file is None or not file.found:
        return
    for given in ctx.params.get(INPUTS, ()):
        if given != STDIN and _is_within(file.place, given):
            raise click.UsageError(
                f"the settings file {file.name} lies in the INPUT {given}, which others may have "
                "written: name it with --config, or use --no-config"
            )
    chosen = list(_from_file(ctx))
    if "remote" in chosen and "://" in ctx.params["remote"]:  # not shown: it may hold a token
        raise click.UsageError(
            f"{file.name}: {settings.keys['remote']} names an address, to which the documents "
            f"would go, in a file that was found and not named: {_REMEDY}"
        )
    for name, path in named_paths(ctx.command, ctx.params):
        is_within = isinstance(path, Path) and Path(os.path.realpath(path)).is_relative_to(
            file.place.parent
        )
        if is_within:  # an address is in no folder
            continue
        for each in chosen:
            if each == name or name in _removed(ctx, each):
                what = "names" if each == name else "does not hold for"
                raise click.UsageError(
                    f"{file.name}: {settings.keys[each]} {what} {path}, outside of the folder of "
                    f"the file, which was found and not named: {_REMEDY}"
                )


def _removed(ctx: click.Context, option: str) -> tuple[str, ...]:
    """Return the parameters whose files an option replaces or shortens."""
    return REMOVES.get(option, ()) if ctx.params.get(option) else ()


def _is_within(place: Path, given: str) -> bool:
    """Return whether a file is an INPUT, or lies in a folder that is one."""
    pattern = os.path.realpath(given)
    return any(
        str(each) == pattern or fnmatch.fnmatchcase(str(each), pattern)
        for each in (place, *place.parents)
    )
