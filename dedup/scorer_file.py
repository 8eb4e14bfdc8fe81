"""The file of a scorer: read and checked, and what a run notes of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dedup.config import SHIPPED_SCORER
from dedup.errors import ConfigError, printable
from dedup.json_codec import load_json

if TYPE_CHECKING:
    from dedup.match.story_score import Scorer

LARGEST_BYTES = 1 << 20
"""A scorer takes a few thousand bytes; what is larger, or has no end, is none."""

GIVEN_SCORER = "given by a program"
"""Name of a scorer without a file."""

_REMEDY = "give a file as scripts/train_scorer.py of this version writes it"

# A name from the file in a message.
_LONGEST_NAME = 60

# Of a weight or another number; all sums of products are finite then.
_LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class ScorerFile:
    """A scorer that may score the pairs of a run.

    Attributes:
        scorer: What it holds; None for the one that comes with the package, which is read when
            the first pair is scored.
        name: Its path as it was given, or ``SHIPPED_SCORER``.
        sha256: Digest of its content, in hexadecimal.
        made_by: The program that says it made the file, if one does.
        data: The name of what it was trained on, if the file gives one.
    """

    scorer: Scorer | None
    name: str
    sha256: str
    made_by: str | None
    data: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """What it is known by: two that share a name may score the pairs of one store."""
        return (SHIPPED_SCORER, self.sha256) if self.scorer is None else (self.sha256,)

    def as_manifest(self) -> dict[str, str | None]:
        """Return what tells this scorer from another, as JSON values."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "made_by": self.made_by,
            "data": self.data,
        }


def scorer_file(path: Path | None) -> ScorerFile:
    """Return a scorer from its file, or the one that comes with the package for None.

    Raises:
        ConfigError: The file cannot be read or is no scorer.
    """
    if path is None:
        content = files("dedup.match").joinpath("scorer.json").read_bytes()
        return _described(None, SHIPPED_SCORER, content, load_json(content))
    try:
        with path.open("rb") as file:
            content = _limited(file)
        data = load_json(content)
        return _described(_checked(data), str(path), content, data)
    except (OSError, ValueError) as error:
        detail = error.strerror if isinstance(error, OSError) else str(error)
        message = f"--scorer {path} cannot be used ({detail}); {_REMEDY}"
        raise ConfigError(printable(message), path=path) from error


def given_scorer(scorer: Scorer) -> ScorerFile:
    """Return a scorer that a program has, as if it came from a file."""
    data = {"name": GIVEN_SCORER}
    content = scorer_text(scorer, GIVEN_SCORER, data).encode()
    return ScorerFile(scorer, GIVEN_SCORER, hashlib.sha256(content).hexdigest(), None, None)


def scorer_text(
    scorer: Scorer, made_by: str, data: Mapping[str, Any], calibration_error: float | None = None
) -> str:
    """Return the content of the file of a scorer.

    Args:
        scorer: The scorer.
        made_by: The program that makes it.
        data: What it was trained on: its ``name``, and what else tells one from another.
        calibration_error: How far its scores are from what they say, where that was measured.
    """
    from dedup.match.story_score import MODEL_FEATURES

    models = {
        name: {
            "intercept": model.intercept,
            "weights": dict(zip(features, model.weights, strict=True)),
        }
        for name, features in MODEL_FEATURES.items()
        for model in [getattr(scorer, name)]
    }
    content = {
        "made_by": made_by,
        "data": data,
        "calibration_error": calibration_error,
        "features": MODEL_FEATURES["group"],
        **models,
    }
    return json.dumps(content, indent=2) + "\n"


def _limited(file: BinaryIO) -> bytes:
    """Return the content of a file, unless it is too large for a scorer."""
    content = file.read(LARGEST_BYTES + 1)
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"it is larger than {LARGEST_BYTES:,} bytes")
    return content


def _described(
    scorer: Scorer | None, name: str, content: bytes, data: Mapping[str, Any]
) -> ScorerFile:
    """Return a scorer with what its file says of itself."""
    trained_on = data.get("data")
    return ScorerFile(
        scorer,
        name,
        hashlib.sha256(content).hexdigest(),
        _text(data.get("made_by")),
        _text(trained_on.get("name")) if isinstance(trained_on, dict) else None,
    )


def _text(value: Any) -> str | None:
    """Return a text, None for anything else."""
    return value if isinstance(value, str) else None


def _checked(data: Any) -> Scorer:
    """Return the scorer of a JSON value of any shape.

    Raises:
        ValueError: It is no scorer.
    """
    # Compiled code, which a run loads later where no file is given.
    from dedup.match.story_score import MODEL_FEATURES, Model, read_scorer

    whole = _object(data, "it")
    for name, features in MODEL_FEATURES.items():
        _check_model(whole, name, features, [each.name for each in fields(Model)])
    try:
        return read_scorer(whole)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"it is of another shape: {type(error).__name__} {error}") from error


def _check_model(
    scorer: Mapping[str, Any], name: str, features: Mapping[str, str], parts: list[str]
) -> None:
    """Check one model of a scorer.

    Args:
        scorer: The scorer.
        name: Name of the model in it.
        features: The features that must have a weight.
        parts: The fields of a model: ``weights``, and numbers.

    Raises:
        ValueError: Something of it is missing, unknown, or no number in its range.
    """
    model = _object(scorer.get(name), name)
    weights = _object(model.get("weights"), f"{name}.weights")
    for feature in weights:
        if feature not in features:
            shown = feature[:_LONGEST_NAME]
            raise ValueError(f"{name}.weights has {shown}, which is no feature of this version")
    for feature in features:
        _number(weights, feature, f"{name}.weights", least=0.0)
    for part in parts:
        if part != "weights":
            _number(model, part, name)


def _object(value: Any, name: str) -> Mapping[str, Any]:
    """Return a value that must be an object."""
    if not isinstance(value, dict):
        raise ValueError(f"{name} is {'missing' if value is None else 'no object'}")
    return value


def _number(values: Mapping[str, Any], name: str, place: str, least: float = -_LARGEST) -> None:
    """Check that an object has a finite number under a name, and none below the least."""
    if name not in values:
        raise ValueError(f"{place} has no {name}")
    value = values[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{place}.{name} is no number")
    if not least <= value <= _LARGEST:
        raise ValueError(f"{place}.{name} is not from {least:g} to {_LARGEST:g}")
