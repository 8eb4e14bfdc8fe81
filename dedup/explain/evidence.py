"""What is known of two documents of a run: evidence for and against their being one story.

The fields of these classes are the JSON of ``dedup explain --json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dedup.explain.explanation_page import Explanation, quoted


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document in an explanation.

    Attributes:
        row: Its row in the store.
        id: Its id.
        title: Its headline, or None.
        url: Its address, or None.
        host: The host of the address, or None.
        date: Publication, ISO 8601, or None; a guess decides nothing.
        language: Two letters, or None.
        status: ``canonical``, ``duplicate``, ``unique`` or ``rejected``.
        story_id: Its story, or None.
        canonical_id: The canonical of its story, or None.
        relation: What it is to that canonical, of a duplicate.
        score: The score of the relation, in [0, 1].
        representative_id: The document whose copy it is; its own id where it is no copy.
        reason: Why, as in ``decisions.jsonl``.
    """

    row: int
    id: str
    title: str | None
    url: str | None
    host: str | None
    date: str | None
    language: str | None
    status: str
    story_id: str | None
    canonical_id: str | None
    relation: str | None
    score: float | None
    representative_id: str
    reason: str

    def name(self) -> str:
        """Return its headline, or its id, as a short representation has it."""
        return quoted(self.title, self.id)


@dataclass(frozen=True, slots=True)
class BandEvidence:
    """Whether bands of signatures proposed a pair.

    Attributes:
        proposed: Whether one band or more is equal in both.
        equal_bands: Numbers of the equal bands, from 0.
        bands: Bands of a signature.
        rows: Values of a band.
        similarity: The similarity that the bands estimate, in [0, 1].
        probability: How likely a pair of that similarity shares a band, ``1 - (1 - s^rows)^bands``.
    """

    proposed: bool
    equal_bands: tuple[int, ...]
    bands: int
    rows: int
    similarity: float
    probability: float


@dataclass(frozen=True, slots=True)
class SharedRun:
    """A run of words that stands in both texts.

    Attributes:
        text: The words as they stand in the first text.
        words: How many.
        start: Where it begins in the first text, in characters.
        other_start: Where it begins in the second text.
    """

    text: str
    words: int
    start: int
    other_start: int


@dataclass(frozen=True, slots=True)
class CopyEvidence:
    """How much of two texts is word for word the same.

    Attributes:
        same_text: Whether the cleaned texts are equal.
        signature: Bands of the signatures; None for a text too short to sign.
        lead: Bands of the signatures of the leads, likewise.
        jaccard: Jaccard of the 3-word shingles.
        containment: Share of the first that the second contains.
        contains: Share of the second that the first contains.
        numbers: Share of the numbers of the one with fewer that the other has, too; None where one
            has fewer than ``least_numbers``: then they are not compared.
        least_numbers: Least distinct numbers of both that are compared.
        matched: Whether the pair matches as copies.
        relation: What the first is to the second, None where it is no copy.
        least_jaccard: The least Jaccard of ``near``.
        least_containment: The least containment of ``abridged`` and ``expanded``.
        runs: The longest runs of words that both have, longest first.
        sentence: Why the pair matches, or what is missing.
    """

    same_text: bool
    signature: BandEvidence | None
    lead: BandEvidence | None
    jaccard: float
    containment: float
    contains: float
    numbers: float | None
    least_numbers: int
    matched: bool
    relation: str | None
    least_jaccard: float
    least_containment: float
    runs: tuple[SharedRun, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class CandidateEvidence:
    """Whether the heaviest terms proposed a pair of tellings.

    Attributes:
        proposed: Whether it was compared.
        shared_terms: Words of heavy terms that both have, heaviest first.
        least_shared: How many both must have.
        bands: Bands of the MinHash over heavy terms.
        days: Days between the two, None where a date is unknown.
        window_days: Most days of a candidate.
        candidate_score: How likely both tell one story by the whole text, in [0, 1]; measured now
            where the pair was not proposed.
        sentence: Why the pair was compared, or what is missing.
        first_terms: Words of heavy terms that only the first has, heaviest first.
        second_terms: The same of the second.
    """

    proposed: bool
    shared_terms: tuple[str, ...]
    least_shared: int
    bands: BandEvidence | None
    days: float | None
    window_days: float
    candidate_score: float
    sentence: str
    first_terms: tuple[str, ...] = ()
    second_terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contribution:
    """One addend of the log odds of a pair.

    Attributes:
        name: ``intercept``, a feature, ``affair``, ``date``, ``bound``, ``window``, ``language`` or
            ``template``.
        value: Value of the feature; days for ``date`` and ``window``; None where there is none.
        weight: Log odds for a unit of the value; None where there is none.
        log_odds: What it adds to the log odds.
        meaning: What it is, in words.
    """

    name: str
    value: float | None
    weight: float | None
    log_odds: float
    meaning: str


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting with which two documents would be decided on otherwise.

    Attributes:
        option: As in ``dedup regroup``: ``--threshold``.
        value: Its value.
        together: Whether the two are one story with it.
        certain: Whether ``dedup regroup`` with it is known to decide so; else it only lets the pair
            be compared.
        sentence: The same in words.
    """

    option: str
    value: float | str
    together: bool
    certain: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class RewriteEvidence:
    """What the score of two tellings is made of, and what grouping made of it.

    Attributes:
        of: Ids of the two representatives that were compared: a copy shows the pair of its own.
        candidate: Whether they were proposed.
        contributions: Addends of ``log_odds``, exactly: they sum to it to 1e-9.
        log_odds: Log odds that both tell one story, as grouping used them.
        score: The same as a probability: the ``score`` of a rewrite whose canonical is one of them.
        threshold: Least mean score of a story.
        group_size: Representatives of the loose group that both are in; None where they are in no
            group together.
        join: What joining the clusters of the two was worth when it was decided, None where they
            never were of two clusters of one group.
        roundups: Ids of those of the two that tell several stories.
        exact: Whether these are the figures of the decision; not where an earlier dump made the
            group: its terms are weighted by the frequencies of the last dump now.
    """

    of: tuple[str, str]
    candidate: CandidateEvidence
    contributions: tuple[Contribution, ...]
    log_odds: float
    score: float
    threshold: float
    group_size: int | None
    join: JoinEvidence | None
    roundups: tuple[str, ...]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class JoinEvidence:
    """The join of two clusters of a loose group: of the one with A and the one with B.

    Attributes:
        joined: Whether it was made.
        members: Ids of the representatives of either cluster.
        mean_log_odds: Mean log odds of the pairs between them.
        threshold_log_odds: What the threshold asks.
        size_cost: What their sizes ask beyond that.
        contrast_cost: What contrast terms take.
        contrast_terms: Words that one cluster uses and the other does not, the heaviest first, for
            either.
        worth: ``mean_log_odds`` less all of these: joined where it is 0 or more.
        must_link: Whether an earlier dump had joined them, whatever it is worth.
    """

    joined: bool
    members: tuple[tuple[str, ...], tuple[str, ...]]
    mean_log_odds: float
    threshold_log_odds: float
    size_cost: float
    contrast_cost: float
    contrast_terms: tuple[tuple[str, ...], tuple[str, ...]]
    worth: float
    must_link: bool


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """Terms, names, numbers, dates or quotes of two texts.

    Attributes:
        kind: ``terms``, ``names``, ``numbers``, ``dates`` or ``quotes``.
        shared: Those that both have, the weightiest first, at most some.
        first_only: Those that only the first has.
        second_only: Those that only the second has.
        conflicting: Whether both have some and none in common.
    """

    kind: str
    shared: tuple[str, ...]
    first_only: tuple[str, ...]
    second_only: tuple[str, ...]
    conflicting: bool


@dataclass(frozen=True, slots=True)
class AlignedSentence:
    """A sentence of one text beside what tells it best in the other.

    Attributes:
        first: The sentence of the first text; None where none of it stands beside that of the
            second.
        second: The sentence of the second text, likewise.
        overlap: Weight of the terms that both have, as a share of the heavier sentence's, in
            [0, 1]; of a sentence alone, with the best of the other text.
        how: ``same`` (word for word), ``alike`` (retold), ``only`` (in one text alone), or ``cut``:
            the last row says what is left out of either text.
        first_marks: Spans of characters of ``first`` whose words stand in the other sentence, too.
        second_marks: The same of ``second``.
    """

    first: str | None
    second: str | None
    overlap: float
    how: str
    first_marks: tuple[tuple[int, int], ...]
    second_marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ElectionStep:
    """One rule of an election, as it compares the canonical with another document.

    Attributes:
        rule: Name of the rule.
        canonical: What it says of the canonical.
        other: What it says of the other.
        decides: Whether it is the first that differs.
    """

    rule: str
    canonical: str
    other: str
    decides: bool


@dataclass(frozen=True, slots=True, repr=False)
class PairExplanation(Explanation):
    """Why two documents are one story, or are not.

    Attributes:
        first: The one.
        second: The other.
        together: Whether they are one story.
        verdict: Why, in a sentence or two.
        causes: Fixed words, the deciding one first: those of
            :mod:`dedup.explain.pair_verdict`.
        copies: Evidence on copies; None where one is rejected.
        rewrites: Evidence on rewrites; None at ``--level copies``, and where one has no signature.
        settings: Settings that would have changed the answer.
        facts: Terms, names, numbers, dates and quotes.
        sentences: Both texts, sentence by sentence, in the order of the first.
        election: Rules in order, where one of the two is the canonical of the other.
        elected: Id of the document that the rules put before the other: the canonical, or the
            document whose copy the other is; None where neither is the canonical of the other.
        no_setting: Why no setting of ``dedup regroup`` joins the two; None where one may, and where
            they are one story.
    """

    first: DocumentSummary
    second: DocumentSummary
    together: bool
    verdict: str
    causes: tuple[str, ...]
    copies: CopyEvidence | None
    rewrites: RewriteEvidence | None
    settings: tuple[Setting, ...]
    facts: tuple[SharedFacts, ...]
    sentences: tuple[AlignedSentence, ...]
    election: tuple[ElectionStep, ...]
    elected: str | None = None
    no_setting: str | None = None

    TEMPLATE: ClassVar[str] = "explanation.html"

    @property
    def election_note(self) -> str | None:
        """What is to be said where the rules do not compare the two documents themselves."""
        if self.elected in (None, self.first.id, self.second.id):
            return None
        return (
            "Copies are elected among themselves first: here the canonical is the document whose "
            f"copy the other is, {self.elected}."
        )

    def subject(self) -> str:
        """Return the two documents."""
        return f"{self.first.name()} and {self.second.name()}"

    def answer(self) -> str:
        """Return whether they are one story, and the causes."""
        story = "one story" if self.together else "two stories"
        return f"{story} ({', '.join(self.causes)})"
