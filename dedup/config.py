"""Every option of a run, one frozen dataclass a stage; defaults are defined only here."""

from __future__ import annotations

import dataclasses
import math
import re
from dataclasses import dataclass, field
from typing import Any

from dedup.errors import ConfigError
from dedup.renamed import renamed_fields

STANDARD_FIELDS = (
    "id", "text", "html", "url", "title", "date", "author", "site", "language", "canonical_url",
)  # fmt: skip
"""Names that a record's own fields can be mapped to with ``--field NAME=OWN``."""

LEVELS = ("copies", "stories")
FORMATS = ("jsonl", "parquet")
COMPRESSIONS = ("gz", "zst")

SHIPPED_SCORER = "shipped"
"""Name of the scorer of pairs of tellings that comes with the package."""

RENAMED = {
    "clean": {"residue_documents": "site_boilerplate_documents"},
    "story": {
        "loose": "loose_threshold",
        "completed": "max_group",
        "rivalry": "contrast_weight",
        "lone": "singleton_penalty",
        "lateness": "date_penalty",
    },
    "cluster": {
        "report_size": "warn_story_size",
        "report_share": "warn_host_share",
        "report_host": "warn_host_documents",
    },
    "": {"group": "cluster"},
}
"""Fields by section, old name to new name; the section without a name is the whole run."""


# A host, of letters of any language; a dot or a star before it changes nothing.
_HOST = re.compile(r"(?:\*?\.)?[\w-]+(?:\.[\w-]+)*\.?")
_AGENCY_NAME = re.compile(r"[^\s()\[\]](?:[^\n\r()\[\]\ud800-\udfff]{0,38}[^\s()\[\]])?")


def _within(option: str, value: float, low: float, high: float) -> None:
    """Raise ConfigError for a number outside [low, high]."""
    if not low <= value <= high:
        raise ConfigError(f"{option} is {value}, but must lie between {low} and {high}")


def _check_pattern(option: str, pattern: str) -> None:
    """Raise ConfigError for a glob that can match nothing."""
    if not pattern.strip("/"):
        raise ConfigError(f"{option} {pattern!r}: give a glob, as in '*.html' or 'sport/**'")
    if ".." in pattern.split("/"):
        raise ConfigError(
            f"{option} {pattern}: globs are matched with paths below INPUT, which have no '..'"
        )


@dataclass(frozen=True, slots=True)
class ReadConfig:
    """How inputs become records.

    Attributes:
        fields: Pairs (standard name, the record's own name); dots reach into nested objects where
            no own name has them: ``article.body``. With a wrong name for the text, a run stops and
            names the fields that there are.
        max_document_bytes: A page or record larger than this, unpacked, is rejected as
            ``too-large``. The longest pages of news sites are live blogs of 2 to 5 MB.
        include: Globs; where there are any, only files and members of archives that one of them
            matches are read. They are matched with paths relative to the INPUT folder or the
            archive; one without a slash with each component of the path.
        exclude: Globs; files, folders and members of archives that one of them matches are not
            read.
    """

    fields: tuple[tuple[str, str], ...] = ()
    max_document_bytes: int = 20_000_000
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check names, patterns and sizes."""
        for option, patterns in (("--include", self.include), ("--exclude", self.exclude)):
            for pattern in patterns:
                _check_pattern(option, pattern)
        for name, own in self.fields:
            if name not in STANDARD_FIELDS:
                known = ", ".join(STANDARD_FIELDS)
                raise ConfigError(f"--field {name}: the name on the left must be one of {known}")
            if own != own.encode("utf-8", "replace").decode():
                raise ConfigError(f"--field {name}: the name on the right must be UTF-8")
        _within("--max-bytes", self.max_document_bytes, 1_000, 2_000_000_000)


@renamed_fields(**RENAMED["clean"])
@dataclass(frozen=True, slots=True)
class CleanConfig:
    """How a page becomes clean text.

    Attributes:
        timeout: Seconds a page may take. A lower limit saves time on hostile pages, and rejects
            slow ordinary ones (median page: 0.03 s).
        memory_mb: Address space of one worker in MiB, 0 for no limit. A page that needs more is
            rejected as ``crashed``.
        min_tokens: A cleaned text with fewer tokens is rejected as ``too-short``: extraction
            leaves a few words of a page without an article.
        site_boilerplate_documents: A line is site boilerplate when it recurs on one host in at
            least this many documents with different leads. A lower number removes more, and 2
            also the lines that an update shares with its article.
        exclude_hosts: Hosts whose documents, and those of hosts below them, are rejected as
            ``excluded-host``.
        agencies: Names of wire agencies beside those that are known; they are recognised in
            datelines, bylines and credits.
    """

    timeout: float = 30.0
    memory_mb: int = 2048
    min_tokens: int = 5
    site_boilerplate_documents: int = 3
    exclude_hosts: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check ranges and hosts."""
        for host in self.exclude_hosts:
            if not _HOST.fullmatch(host):
                raise ConfigError(f"--exclude-host {host}: give a host alone, as in news.example")
        _within("--timeout", self.timeout, 0.1, 3600)
        if self.memory_mb:
            _within("--memory", self.memory_mb, 256, 1_048_576)
        _within("--min-tokens", self.min_tokens, 1, 1000)
        for name in self.agencies:
            if not _AGENCY_NAME.fullmatch(name) or not any(map(str.isalpha, name)):
                raise ConfigError(
                    f"--agency {name!r}: give a name as it stands in datelines, of at most 40 "
                    "characters, without parentheses"
                )
        _within("site_boilerplate_documents", self.site_boilerplate_documents, 2, 1_000_000)


@dataclass(frozen=True, slots=True)
class SignConfig:
    """How a text becomes a MinHash signature.

    Attributes:
        shingle_size: Tokens in a shingle. The relations are defined on three.
        num_perm: Permutations of the signature.
        seed: Seed of datasketch's permutations.
        lead_shingles: The first shingles of a text get a second, short signature: a paywall stub
            shares too little with the whole text for the signatures of both, but begins alike.
        lead_perm: Permutations of that signature, the first ones of the whole signature.
        signable_tokens: Texts with fewer tokens get no signature. One changed word changes
            ``shingle_size`` shingles on either side, so that n shingles have a Jaccard of
            (n - 3) / (n + 3): with 29 tokens, 27 shingles, that is 0.8, the threshold of ``near``.
            Two shorter texts that differ in one word may be a copy or another report, whatever
            their similarity; such texts are only ever ``exact``.
    """

    shingle_size: int = 3
    num_perm: int = 128
    seed: int = 1
    lead_shingles: int = 40
    lead_perm: int = 32
    signable_tokens: int = 29

    def __post_init__(self) -> None:
        """Check ranges."""
        _within("shingle_size", self.shingle_size, 1, 20)
        _within("num_perm", self.num_perm, 16, 4096)
        _within("lead_shingles", self.lead_shingles, 1, 10_000)
        _within("lead_perm", self.lead_perm, 1, self.num_perm)
        _within("seed", self.seed, 0, 2**32 - 1)
        _within("signable_tokens", self.signable_tokens, self.shingle_size, 10_000)


@dataclass(frozen=True, slots=True)
class MatchConfig:
    """Which pairs of documents are candidates, and which of them match.

    Attributes:
        bands: Bands of the signature; with ``rows`` = 3, datasketch's optimiser gives 37 for J
            >= 0.3 at 128 permutations. More bands find more pairs and take longer.
        rows: Rows of a band.
        lead_bands: Bands of the signature of the lead.
        lead_rows: Rows of such a band; 8 x 4 finds leads of J = 0.8 with probability 0.98, and
            of J = 0.5 with 0.40.
        bucket_cap: A bucket with more documents is joined through ``neighbours`` sorted neighbours
            instead of all its pairs; the manifest counts such buckets.
        neighbours: Documents that each one is paired with in such a bucket.
        near: Jaccard from which a pair is ``near``.
        contained: Containment from which the shorter is ``abridged``, the longer ``expanded``.
        update_containment: Least containment of two versions of one article of one outlet.
        update_passages: Least share of their common text in runs of a sentence or more. Measured
            on templates (weather, football, markets): 0.38 to 0.54; on updates: 0.91 and more.
        update_days: Most days between two such versions.
        shared_numbers: Least share of the distinct numbers of the text with fewer of them that the
            other must contain too. Weather, markets and scores are the same words with other
            numbers.
        veto_numbers: Least distinct numbers in each text for ``shared_numbers`` to apply.
    """

    bands: int = 37
    rows: int = 3
    lead_bands: int = 8
    lead_rows: int = 4
    bucket_cap: int = 100
    neighbours: int = 6
    near: float = 0.8
    contained: float = 0.8
    update_containment: float = 0.4
    update_passages: float = 0.7
    update_days: float = 4.0
    shared_numbers: float = 0.5
    veto_numbers: int = 4

    def __post_init__(self) -> None:
        """Check ranges."""
        _within("bands", self.bands, 1, 4096)
        _within("rows", self.rows, 1, 64)
        _within("lead_bands", self.lead_bands, 0, 4096)
        _within("lead_rows", self.lead_rows, 1, 64)
        _within("bucket_cap", self.bucket_cap, 2, 1_000_000)
        _within("neighbours", self.neighbours, 1, 10_000)
        for name in ("near", "contained", "update_containment", "update_passages"):
            _within(name, getattr(self, name), 0.0, 1.0)
        _within("shared_numbers", self.shared_numbers, 0.0, 1.0)
        _within("update_days", self.update_days, 0.0, 36_525.0)
        _within("veto_numbers", self.veto_numbers, 0, 1_000_000)


@renamed_fields(**RENAMED["story"])
@dataclass(frozen=True, slots=True)
class StoryConfig:
    """Which documents are rewrites of one story.

    Attributes:
        threshold: Least mean score of two clusters of a story, a probability from
            ``loose_threshold`` to 0.99; few documents need more. A higher threshold joins fewer
            rewrites, and fewer documents of similar stories.
        window_days: Most days between two documents of a story; an unknown date is within all
            windows. A wider one finds late tellings, and more reports of the same affair.
        bands: Bands of the MinHash over a document's heaviest terms.
        rows: Rows of a band.
        shared_terms: Least heavy terms that two documents must share to be compared.
        bucket_cap: Most documents in the window that a document is paired with in one bucket; where
            there are more, it is paired with ``neighbours``, and the manifest counts the bucket.
        neighbours: See ``bucket_cap``.
        loose_threshold: Mean candidate score from which candidates are of one loose group, in
            which all pairs are scored.
        max_group: Most documents of a loose group whose pairs are all scored; a larger one is
            first split at higher scores.
        contrast_weight: Share of the contrast between two clusters (by how much their scores within
            exceed those between them, in log odds) that a unit of contrast terms costs; 0 separates
            reports of one affair by their pairs alone.
        singleton_penalty: Log odds by which two single documents must exceed ``threshold``; two
            clusters with n pairs between them, by as much divided by the square root of n.
        size_penalty: Log odds that each doubling of the smaller cluster adds to that.
        date_penalty: Log odds that a day between two documents costs, beyond a day and a half.
        affair_level: Mean log odds with documents of other days, given as a probability. A document
            above it loses as much in its pairs: it is of an affair whose reports are alike. A lower
            level separates more reports of one affair, and splits more stories.
        derived: Containment from which a rewrite is ``derived``: so much is word for word the same.
    """

    threshold: float = 0.18
    window_days: float = 4.0
    bands: int = 128
    rows: int = 2
    shared_terms: int = 3
    bucket_cap: int = 200
    neighbours: int = 12
    loose_threshold: float = 0.1
    max_group: int = 600
    contrast_weight: float = 2.4
    singleton_penalty: float = 1.8
    size_penalty: float = 0.3
    date_penalty: float = 0.5
    affair_level: float = 0.08
    derived: float = 0.2

    def __post_init__(self) -> None:
        """Check ranges."""
        _within("--window", self.window_days, 0.0, 36_525.0)
        _within("bands", self.bands, 1, 4096)
        _within("rows", self.rows, 1, 64)
        _within("shared_terms", self.shared_terms, 1, 25)
        _within("bucket_cap", self.bucket_cap, 0, 1_000_000)
        _within("neighbours", self.neighbours, 1, 10_000)
        _within("max_group", self.max_group, 2, 5_000)
        _within("contrast_weight", self.contrast_weight, 0.0, 100.0)
        _within("singleton_penalty", self.singleton_penalty, 0.0, 100.0)
        _within("size_penalty", self.size_penalty, 0.0, 100.0)
        _within("date_penalty", self.date_penalty, 0.0, 100.0)
        _within("affair_level", self.affair_level, 0.01, 0.99)
        for name in ("loose_threshold", "derived"):
            _within(name, getattr(self, name), 0.0, 1.0)
        _within("--threshold", self.threshold, max(0.01, self.loose_threshold), 0.99)

    @property
    def threshold_odds(self) -> float:
        """The threshold as log odds."""
        return math.log(self.threshold / (1 - self.threshold))

    @property
    def affair_odds(self) -> float:
        """The affair level as log odds."""
        return math.log(self.affair_level / (1 - self.affair_level))


@renamed_fields(**RENAMED["cluster"])
@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """How a story elects its canonical, and which stories and hosts are warned about.

    Attributes:
        canonical: Rules that precede the default order, as given to ``--canonical``.
        warn_story_size: Fewest documents of a story in the warnings.
        warn_host_share: Least share of duplicates among the documents of a host in the warnings.
        warn_host_documents: Fewest documents of a host in the warnings.
    """

    canonical: tuple[str, ...] = ()
    warn_story_size: int = 50
    warn_host_share: float = 0.5
    warn_host_documents: int = 10

    def __post_init__(self) -> None:
        """Check ranges."""
        _within("--warn-story-size", self.warn_story_size, 2, 1_000_000_000)
        _within("--warn-host-share", self.warn_host_share, 0.0, 1.0)
        _within("warn_host_documents", self.warn_host_documents, 1, 1_000_000_000)


GroupConfig = ClusterConfig
"""The old name, until the first release."""


@renamed_fields(**RENAMED[""])
@dataclass(frozen=True, slots=True)
class Config:
    """The whole run.

    Attributes:
        level: ``copies`` finds exact, near, abridged, expanded and update; ``stories`` also finds
            derived and rewrite, and takes up to twice as long.
        workers: Worker processes; their number changes no result.
        expire: Days after which a store deletes a document that no later one joined, 0 for never.
        read: See [ReadConfig][dedup.config.ReadConfig].
        clean: See [CleanConfig][dedup.config.CleanConfig].
        sign: See [SignConfig][dedup.config.SignConfig].
        match: See [MatchConfig][dedup.config.MatchConfig].
        story: See [StoryConfig][dedup.config.StoryConfig].
        cluster: See [ClusterConfig][dedup.config.ClusterConfig].
    """

    level: str = "stories"
    workers: int = 1
    expire: float = 0.0
    read: ReadConfig = field(default_factory=ReadConfig)
    clean: CleanConfig = field(default_factory=CleanConfig)
    sign: SignConfig = field(default_factory=SignConfig)
    match: MatchConfig = field(default_factory=MatchConfig)
    story: StoryConfig = field(default_factory=StoryConfig)
    cluster: ClusterConfig = field(default_factory=ClusterConfig)

    def __post_init__(self) -> None:
        """Check ranges, and options of different stages against each other."""
        if self.level not in LEVELS:
            raise ConfigError(f"--level is {self.level!r}, but must be one of {', '.join(LEVELS)}")
        _within("--workers", self.workers, 1, 1024)
        _within("--expire", self.expire, 0.0, 36_525.0)
        if self.expire and self.expire < self.story.window_days:
            raise ConfigError(
                f"--expire is {self.expire}, but must be at least the --window of "
                f"{self.story.window_days} days, in which documents are matched"
            )
        if self.match.bands * self.match.rows > self.sign.num_perm:
            raise ConfigError(
                f"bands x rows is {self.match.bands} x {self.match.rows}, "
                f"but a signature has only num_perm = {self.sign.num_perm} values"
            )
        if self.match.lead_bands * self.match.lead_rows > self.sign.lead_perm:
            raise ConfigError(
                f"lead_bands x lead_rows is {self.match.lead_bands} x {self.match.lead_rows}, "
                f"but a lead's signature has only lead_perm = {self.sign.lead_perm} values"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return every field as JSON values."""
        return dataclasses.asdict(self)
