import dataclasses
import json
import math

import pytest

from dedup.config import (
    RENAMED,
    STANDARD_FIELDS,
    CleanConfig,
    ClusterConfig,
    Config,
    MatchConfig,
    ReadConfig,
    SignConfig,
    StoryConfig,
)
from dedup.config_digest import as_manifest, basis, digest
from dedup.errors import ConfigError, DedupError


def leaves(value, path=()):
    """Every field of a configuration, those of its parts instead of the parts."""
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if dataclasses.is_dataclass(inner):
            yield from leaves(inner, (*path, field.name))
        else:
            yield (*path, field.name)


def other_value(value):
    if isinstance(value, tuple):
        return (*value, ("text", "body"))
    return f"{value}x" if isinstance(value, str) else value + 1


def changed(config, path):
    """A copy that differs in one field, whatever the checks say of the new value."""
    name, *rest = path
    copy = dataclasses.replace(config)
    value = getattr(config, name)
    new = changed(value, rest) if rest else other_value(value)
    object.__setattr__(copy, name, new)
    return copy


LEAVES = list(leaves(Config()))


def value_at(path):
    value = Config()
    for name in path:
        value = getattr(value, name)
    return value


@pytest.mark.parametrize("path", LEAVES, ids=".".join)
def test_every_field_but_the_workers_changes_the_digest(path):
    same = digest(changed(Config(), path)) == digest(Config())
    assert same is (path == ("workers",))


def test_equal_configurations_have_one_digest():
    one = Config(match=MatchConfig(near=0.9), cluster=ClusterConfig(("earliest",)))
    other = Config(cluster=ClusterConfig(("earliest",)), match=MatchConfig(near=0.9))
    assert one == other
    assert digest(one) == digest(other)


def test_as_dict_is_json_and_holds_every_field():
    found = json.loads(json.dumps(Config().as_dict()))
    for path in LEAVES:
        value = found
        for name in path:
            value = value[name]
    assert sum(len(part) if isinstance(part, dict) else 1 for part in found.values()) == len(LEAVES)


@pytest.mark.parametrize("part", [Config, ReadConfig, CleanConfig, SignConfig, MatchConfig])
def test_a_configuration_is_frozen(part):
    made = part()
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, dataclasses.fields(made)[0].name, 1)


RANGES = [
    (ReadConfig, "max_document_bytes", "--max-bytes", 1_000, 2_000_000_000),
    (CleanConfig, "timeout", "--timeout", 0.1, 3600),
    (CleanConfig, "memory_mb", "--memory", 256, 1_048_576),
    (CleanConfig, "min_tokens", "--min-tokens", 1, 1000),
    (CleanConfig, "site_boilerplate_documents", "site_boilerplate_documents", 2, 1_000_000),
    (SignConfig, "shingle_size", "shingle_size", 1, 20),
    (SignConfig, "num_perm", "num_perm", 16, 4096),
    (SignConfig, "seed", "seed", 0, 2**32 - 1),
    (SignConfig, "lead_shingles", "lead_shingles", 1, 10_000),
    (SignConfig, "lead_perm", "lead_perm", 1, 128),
    (SignConfig, "signable_tokens", "signable_tokens", 3, 10_000),
    (MatchConfig, "bands", "bands", 1, 4096),
    (MatchConfig, "rows", "rows", 1, 64),
    (MatchConfig, "lead_bands", "lead_bands", 0, 4096),
    (MatchConfig, "lead_rows", "lead_rows", 1, 64),
    (MatchConfig, "bucket_cap", "bucket_cap", 2, 1_000_000),
    (MatchConfig, "neighbours", "neighbours", 1, 10_000),
    (MatchConfig, "near", "near", 0.0, 1.0),
    (MatchConfig, "contained", "contained", 0.0, 1.0),
    (MatchConfig, "update_containment", "update_containment", 0.0, 1.0),
    (MatchConfig, "update_passages", "update_passages", 0.0, 1.0),
    (MatchConfig, "shared_numbers", "shared_numbers", 0.0, 1.0),
    (StoryConfig, "contrast_weight", "contrast_weight", 0.0, 100.0),
    (StoryConfig, "singleton_penalty", "singleton_penalty", 0.0, 100.0),
    (StoryConfig, "size_penalty", "size_penalty", 0.0, 100.0),
    (StoryConfig, "date_penalty", "date_penalty", 0.0, 100.0),
    (StoryConfig, "affair_level", "affair_level", 0.01, 0.99),
    (Config, "workers", "--workers", 1, 1024),
]
IDS = [field for _, field, *_ in RANGES]


def needed(part, field, value):
    """Options that the ends of a range need beside them."""
    if part is SignConfig and field == "num_perm":
        return {field: value, "lead_perm": 1}
    return {field: value}


@pytest.mark.parametrize(("part", "field", "option", "low", "high"), RANGES, ids=IDS)
def test_the_ends_of_a_range_are_allowed(part, field, option, low, high):
    for value in (low, high):
        assert getattr(part(**needed(part, field, value)), field) == value


@pytest.mark.parametrize(("part", "field", "option", "low", "high"), RANGES, ids=IDS)
def test_a_value_outside_is_refused_by_the_option_the_value_and_the_range(
    part, field, option, low, high
):
    step = 1e-9 if isinstance(low, float) else 1
    for value in (low - step, high + step, float("nan"), float("inf"), -float("inf")):
        with pytest.raises(ConfigError) as caught:
            part(**needed(part, field, value))
        said = str(caught.value)
        assert said.startswith(f"{option} is {value}, ")
        assert said.endswith(f"between {low} and {high}")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path,
        )
        for path in LEAVES
        if path[-1] != "level" and not isinstance(value_at(path), tuple)
    ],
    ids=".".join,
)
def test_no_number_may_be_below_zero(path):
    part = Config()
    for name in path[:-1]:
        part = getattr(part, name)
    with pytest.raises(ConfigError, match=r"is -1, but must lie between"):
        dataclasses.replace(part, **{path[-1]: -1})


def test_a_memory_of_zero_is_no_limit():
    assert CleanConfig(memory_mb=0).memory_mb == 0


def test_a_text_of_fewer_tokens_than_a_shingle_is_never_signable():
    with pytest.raises(ConfigError, match="signable_tokens is 4, but must lie between 5 "):
        SignConfig(shingle_size=5, signable_tokens=4)


def test_an_unknown_level_is_refused():
    with pytest.raises(
        ConfigError, match="--level is 'chapters', but must be one of copies, stories"
    ):
        Config(level="chapters")


@pytest.mark.parametrize("name", STANDARD_FIELDS)
def test_a_standard_field_can_be_mapped(name):
    assert ReadConfig(fields=((name, "own"),)).fields == ((name, "own"),)


def test_a_field_whose_name_no_record_can_have_is_refused():
    """A shell hands on bytes that are not UTF-8 as halves of surrogate pairs."""
    with pytest.raises(ConfigError, match="--field text: the name on the right must be UTF-8"):
        ReadConfig(fields=(("text", "body\udcff"),))


def test_a_field_that_is_no_standard_one_is_refused():
    with pytest.raises(ConfigError, match=r"--field body: .* one of id, text, html"):
        ReadConfig(fields=(("text", "content"), ("body", "text")))


@pytest.mark.parametrize(
    ("sign", "match", "said"),
    [
        ({}, {"bands": 43}, "bands x rows is 43 x 3, .* num_perm = 128"),
        ({"num_perm": 64}, {}, "bands x rows is 37 x 3, .* num_perm = 64"),
        ({}, {"lead_bands": 9}, "lead_bands x lead_rows is 9 x 4, .* lead_perm = 32"),
        ({"lead_perm": 31}, {}, "lead_bands x lead_rows is 8 x 4, .* lead_perm = 31"),
    ],
    ids=["bands", "permutations", "bands of the lead", "permutations of the lead"],
)
def test_bands_must_fit_into_the_signature(sign, match, said):
    with pytest.raises(ConfigError, match=said):
        Config(sign=SignConfig(**sign), match=MatchConfig(**match))


def test_bands_may_fill_the_signature():
    Config(match=MatchConfig(bands=64, rows=2, lead_bands=32, lead_rows=1))


def test_a_bad_option_is_an_error_of_the_package_and_a_bad_value():
    assert issubclass(ConfigError, DedupError)
    assert issubclass(ConfigError, ValueError)


@pytest.mark.parametrize("chance", [0.1, 0.36, 0.5, 0.9, 0.99])
def test_levels_and_thresholds_are_log_odds_of_a_probability(chance):
    story = StoryConfig(threshold=chance, affair_level=chance)
    for odds in (story.threshold_odds, story.affair_odds):
        assert 1 / (1 + math.exp(-odds)) == pytest.approx(chance)


def test_the_options_of_copies_have_the_digest_that_stores_of_version_5_hold():
    assert basis(Config()) == "b86075fe2ef9a67ce4f4ed2dacdecdc881b24e4b9f946133fcc81974e3e72d73"


def test_digests_are_those_that_stopped_runs_hold():
    config = Config(story=StoryConfig(threshold=0.6), clean=CleanConfig(min_tokens=7))

    assert digest(Config()) == "e0326f0840d978120ace0b55924579c05aa51e0b412197bba557bac71d96c43e"
    assert digest(config) == "c6fa939bb6082d4808db229933fdf22b5131bd6faf3604631e711a6c4a6e427f"


OLD_NAMES = [(part, old, new) for part, names in RENAMED.items() for old, new in names.items()]


@pytest.mark.parametrize(("part", "old", "new"), OLD_NAMES, ids=[each[1] for each in OLD_NAMES])
def test_an_old_name_of_a_field_still_works_and_warns(part, old, new):
    section = getattr(Config(), part) if part else Config()
    value = getattr(section, new)

    with pytest.warns(DeprecationWarning, match=f"{old} is now called {new}") as warned:
        assert value == getattr(section, old)
    assert [each.filename for each in warned] == [__file__]
    with pytest.warns(DeprecationWarning, match=f"{old} is now called {new}"):
        assert section == dataclasses.replace(section, **{old: value})


def test_the_manifest_has_renamed_fields_under_both_names():
    found = as_manifest(Config())

    assert found["cluster"]["warn_story_size"] == found["group"]["report_size"] == 50
    assert found["story"]["max_group"] == found["story"]["completed"] == 600
