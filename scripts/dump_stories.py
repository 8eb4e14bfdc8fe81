"""Plans the articles of a made news dump and writes their texts, a batch of stories at a time.

A write-up is made of sentences of common words, each telling one fact of its story. A retelling has
sentences of its own and another order of the same facts; a copy takes its source's sentences. All
is done on arrays over the slots of a batch: a slot is a title or a sentence of one article.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from dump_facts import FACTS, OWN_PARTS, PARTS, PERSON, Facts, Rows
from dump_words import (
    BEFORE_COMMA,
    BREAK,
    CAPITAL,
    COMMA,
    END,
    FORMS,
    PAIR,
    PLAIN,
    ROW,
    ROW_BITS,
    Lexicon,
    Tokens,
)

Shares = npt.NDArray[np.float64]

KINDS = ("original", "exact", "near", "abridged", "expanded", "update", "derived", "rewrite")
ORIGINAL, EXACT, NEAR, ABRIDGED, EXPANDED, UPDATE, DERIVED, REWRITE = range(len(KINDS))

NEWS_CHANCES = (0.0, 0.18, 0.15, 0.12, 0.08, 0.07, 0.12, 0.28)
COPY_CHANCES = (0.0, 0.25, 0.25, 0.25, 0.25, 0.0, 0.0, 0.0)
"""How often an article that is no original is of which kind."""

LARGEST_STORY = 60
SAGAS = 0.06
MOST_REPORTS = 5
REPORT_DAYS = 2
"""Most days between two reports of a saga; the least is one."""
SAGA_BACKGROUND = 3
"""Most sentences that the later reports of a saga share, a third of each at the most."""

TEMPLATES = 60
TEMPLATE_STORIES = 0.056
"""Share of stories that are template reports: 2 % of the articles, for the other stories have 2.9
articles in the mean."""
TEMPLATE_SENTENCES = 8
TEMPLATE_NUMBERS = 0.12

SENTENCE = (10, 26)
TITLE = (6, 11)
WORDS_A_SENTENCE = 20.5
"""Mean words of a sentence, its pairs counted as two; measured."""
SPREAD = 0.5
"""Standard deviation of the logarithm of an article's length."""

TELLING, CONTENT, COMMAS, PARAGRAPHS = 0.36, 0.1, 0.05, 0.45
OTHER_WORDS = 0.45
"""Share of a fact's own words for which a retelling has another."""

DAY = 1_440
"""Minutes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The articles of a batch; a source stands before what is made from it.

    Attributes:
        story: Number of each article's story in the batch.
        kind: Index into `KINDS`.
        source: Article it is made from; an original's is itself.
        moment: Minutes after midnight of the day that the batch starts on, not falling in a story.
        sentences: How many each has.
        noise: Share of the words of each that are changed.
        renumbered: Share of the quantities of each that are drawn again.
        template: Template of each, -1 for none.
        first: First article of the affair of each story that its story is a report of.
        affair: Number of the affair of each story.
        facts: How many facts each story has.
    """

    story: Rows
    kind: Rows
    source: Rows
    moment: Rows
    sentences: Rows
    noise: Shares
    renumbered: Shares
    template: Rows
    first: Rows
    affair: Rows
    facts: Rows


def runs(lengths: Rows) -> tuple[Rows, Rows]:
    """Return for each element of runs of some lengths its run and its place in it."""
    starts = np.cumsum(lengths) - lengths
    owner = np.repeat(np.arange(lengths.size), lengths)
    return owner, np.arange(owner.size) - starts[owner]


def plan(
    rng: np.random.Generator, count: int, words: float, days: int, copies: float | None
) -> Plan:
    """Plan a batch.

    Args:
        rng: Random numbers.
        count: Articles.
        words: Mean words of an article.
        days: Days left for reports of the affairs that begin here.
        copies: Share of articles that are copies and nothing else, None for news of all kinds.
    """
    affair, report, template, sizes = _stories(rng, count, days, copies)
    story, place = runs(sizes)
    start = np.cumsum(sizes) - sizes
    kind, source = _kinds(rng, story, place, start, copies is not None)
    begun = rng.integers(0, DAY, affair.size)[affair]
    begun += report * rng.integers(DAY, REPORT_DAYS * DAY, affair.size)[affair]
    delay = np.minimum(rng.exponential(9 * 60, count), 3 * DAY).astype(np.int64)
    moment = begun[story] + np.where(kind == ORIGINAL, 0, delay)
    copied = (kind != ORIGINAL) & (kind != REWRITE)
    moment[copied] = moment[source[copied]] + delay[copied]
    mean = np.log(words / WORDS_A_SENTENCE) - SPREAD**2 / 2
    sentences = np.maximum(2, np.round(np.exp(rng.normal(mean, SPREAD, count)))).astype(np.int64)
    sentences[copied] = sentences[source[copied]]
    for which, low, high in ((ABRIDGED, 0.6, 0.95), (EXPANDED, 1.1, 1.6)):
        part = kind == which
        share = rng.uniform(low, high, int(part.sum()))
        sentences[part] = np.maximum(1, np.round(share * sentences[part]))
    sentences[template[story] >= 0] = TEMPLATE_SENTENCES
    renumbered = np.where(kind == UPDATE, 0.1, 0.0)
    renumbered[template[story] >= 0] = 1.0
    first_report = np.searchsorted(affair, affair)
    return Plan(
        story=story, kind=kind, source=source, moment=moment, sentences=sentences,
        noise=np.where(kind == NEAR, rng.uniform(0.02, 0.1, count), 0.0), renumbered=renumbered,
        template=template[story], first=start[first_report], affair=affair,
        facts=rng.integers(*FACTS, affair.size, endpoint=True),
    )  # fmt: skip


def _stories(
    rng: np.random.Generator, count: int, days: int, copies: float | None
) -> tuple[Rows, Rows, Rows, Rows]:
    """Return affair, number of the report in it, template and size of each story of a batch."""
    reports = np.ones(count, np.int64)
    if copies is None and days >= REPORT_DAYS * 2:
        sagas = rng.random(count) < SAGAS
        most = min(MOST_REPORTS, max(2, days // REPORT_DAYS))
        reports[sagas] = rng.integers(2, most, int(sagas.sum()), endpoint=True)
    affair, report = runs(reports)
    template = np.full(affair.size, -1)
    if copies is None:
        numbers = np.arange(1, LARGEST_STORY + 1)
        chances = 1 / numbers**2.0
        sizes = rng.choice(numbers, affair.size, p=chances / chances.sum())
        made = (rng.random(affair.size) < TEMPLATE_STORIES) & (reports[affair] == 1)
        template[made] = rng.integers(0, TEMPLATES, int(made.sum()))
        sizes[made] = 1
    else:
        sizes = rng.geometric(1 - copies, affair.size)
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, count))
    sizes[last] -= ends[last] - count
    kept = slice(last + 1)
    return affair[kept], report[kept], template[kept], sizes[kept]


def _kinds(
    rng: np.random.Generator, story: Rows, place: Rows, start: Rows, copies: bool
) -> tuple[Rows, Rows]:
    """Return the kind and the source of each article."""
    count = story.size
    kind = rng.choice(len(KINDS), count, p=COPY_CHANCES if copies else NEWS_CHANCES)
    kind[place == 0] = ORIGINAL
    articles = np.arange(count)
    original = start[story]
    # The last rewrite before each article, if its story has one: it is copied as the original is.
    rewrite = np.maximum.accumulate(np.where(kind == REWRITE, articles, -1))
    source = np.where((rewrite > original) & (rng.random(count) < 0.4), rewrite, original)
    source[kind == REWRITE] = original[kind == REWRITE]
    return kind, source


@dataclass(frozen=True, slots=True)
class Slots:
    """Titles and sentences, each owned by the article it was written for.

    Attributes:
        tokens: Of all slots, end to end.
        lengths: Tokens of each slot, 0 for one that is taken from another.
        breaks: Whether a paragraph ends with it.
    """

    tokens: Tokens
    lengths: Rows
    breaks: npt.NDArray[np.bool_]


class Writer:
    """Writes the texts of planned batches."""

    def __init__(self, lexicon: Lexicon, seed: int) -> None:
        """Write the templates; they are the same in all batches."""
        self._lexicon = lexicon
        rng = np.random.default_rng([seed, 2])
        self._facts = Facts(lexicon, seed)
        facts = self._facts.of(rng, np.arange(TEMPLATES))
        story, place = runs(np.full(TEMPLATES, TEMPLATE_SENTENCES + 1))
        lengths = _lengths(rng, place)
        tokens = self._compose(rng, facts[story, place % FACTS[0]], lengths, np.zeros(1, np.bool_))
        swap = rng.random(tokens.size) < TEMPLATE_NUMBERS
        tokens[swap] = lexicon.quantities(rng, int(swap.sum()))
        self._templates = Slots(tokens, lengths, rng.random(lengths.size) < PARAGRAPHS)

    def write(self, rng: np.random.Generator, planned: Plan) -> list[tuple[str, str]]:
        """Return the title and the text of each article."""
        article, place = runs(planned.sentences + 1)
        old = self._templates.lengths.size
        taken = _taken(rng, planned, article, place, old)
        own = taken < 0
        whose, where = article[own], place[own]
        lengths = np.zeros(article.size, np.int64)
        lengths[own] = _lengths(rng, where)
        kind = planned.kind[whose]
        story = planned.story[whose]
        fact = _told(rng, where, planned.facts[story])
        told = self._facts.of(rng, planned.affair)[story, fact]
        loose = (kind == REWRITE) | (kind == DERIVED)
        pool = Slots(
            np.r_[self._templates.tokens, self._compose(rng, told, lengths[own], loose)],
            np.r_[self._templates.lengths, lengths],
            np.r_[self._templates.breaks, rng.random(article.size) < PARAGRAPHS],
        )
        resolved = np.r_[np.arange(old), np.where(own, old + np.arange(article.size), taken)]
        resolved = resolved[resolved]  # a copy may take what its source has taken
        return self._spell(rng, planned, article, place, pool, resolved[old:])

    def _compose(
        self,
        rng: np.random.Generator,
        told: Tokens,
        lengths: Rows,
        loose: npt.NDArray[np.bool_],
    ) -> Tokens:
        """Return the tokens of sentences.

        Args:
            rng: Random numbers.
            told: The fact of each, sentences x parts.
            lengths: Its tokens.
            loose: Whether it tells the fact in other words.
        """
        owner, place = runs(lengths)
        size = owner.size
        tokens = self._lexicon.glue(rng, size)
        own = np.flatnonzero(rng.random(size) < CONTENT)
        tokens[own] = self._lexicon.content(rng, own.size)
        telling = rng.random(size) < TELLING
        before = np.r_[0, np.cumsum(telling)]
        nth = before[:-1] - before[np.arange(size) - place]
        at = np.flatnonzero(telling & (nth < PARTS))
        turn, step = rng.integers(0, PARTS, lengths.size), rng.integers(1, PARTS, lengths.size)
        part = (turn[owner[at]] + step[owner[at]] * nth[at]) % PARTS  # PARTS is prime: none twice
        said = told[owner[at], part]
        other = np.broadcast_to(loose, lengths.shape)[owner[at]] & (part < OWN_PARTS)
        other &= rng.random(at.size) < OTHER_WORDS
        said[other] = self._lexicon.content(rng, int(other.sum()))
        surname = (part == PERSON) & (rng.random(at.size) < 0.5)
        said[surname] &= ROW
        tokens[at] = said
        tokens[rng.random(size) < COMMAS] |= COMMA
        return tokens

    def _spell(
        self,
        rng: np.random.Generator,
        planned: Plan,
        article: Rows,
        place: Rows,
        pool: Slots,
        slots: Rows,
    ) -> list[tuple[str, str]]:
        """Return title and text of each article from its slots in the pool."""
        owner, at = runs(pool.lengths[slots])
        starts = np.cumsum(pool.lengths) - pool.lengths
        tokens = pool.tokens[starts[slots][owner] + at]
        whose = article[owner]
        changed = np.flatnonzero(rng.random(tokens.size) < planned.noise[whose])
        tokens[changed] = np.where(
            rng.random(changed.size) < 0.5,
            self._lexicon.glue(rng, changed.size),
            self._lexicon.content(rng, changed.size),
        )
        tokens = self._lexicon.renumbered(tokens, planned.renumbered[whose], rng)
        is_pair = (tokens & PAIR) > 0
        strings = 1 + is_pair
        ends = np.cumsum(strings) - 1
        spelled = np.repeat(tokens & ROW, strings)
        spelled[ends[is_pair] - 1] = (tokens[is_pair] >> ROW_BITS) & ROW
        form = np.full(spelled.size, PLAIN)
        form[ends[(tokens & COMMA) > 0]] = BEFORE_COMMA
        slot_ends = ends[np.cumsum(pool.lengths[slots]) - 1]
        form[np.r_[0, slot_ends[:-1] + 1]] = CAPITAL
        last = np.r_[article[1:] != article[:-1], True]
        form[slot_ends] = np.where(pool.breaks[slots] | last | (place == 0), BREAK, END)
        words = self._lexicon.forms[spelled * FORMS + form].tolist()
        bounds = np.r_[0, slot_ends[last] + 1].tolist()
        texts = ("".join(words[a:b]) for a, b in pairwise(bounds))
        parts = (text.partition(".\n") for text in texts)
        return [(title, body.rstrip("\n")) for title, _, body in parts]


def _lengths(rng: np.random.Generator, place: Rows) -> Rows:
    """Return tokens for slots: those at place 0 are titles."""
    sentences = rng.integers(*SENTENCE, place.size, endpoint=True)
    return np.where(place == 0, rng.integers(*TITLE, place.size, endpoint=True), sentences)


def _told(rng: np.random.Generator, place: Rows, facts: Rows) -> Rows:
    """Return the fact that each slot tells: what matters most comes first and is told most."""
    drawn = (facts * rng.random(place.size) ** 1.5).astype(np.int64)
    return np.where(place <= 1, 0, np.where(place == 2, 1, drawn))


def _taken(rng: np.random.Generator, planned: Plan, article: Rows, place: Rows, old: int) -> Rows:
    """Return for each slot the slot of the pool that it is taken from, -1 for one of its own.

    Args:
        rng: Random numbers.
        planned: The articles.
        article: Article of each slot.
        place: Its place in it, 0 for the title.
        old: Slots of templates, which the pool begins with.
    """
    slots = planned.sentences + 1
    start = np.cumsum(slots) - slots + old
    kind, source = planned.kind[article], planned.source[article]
    from_source = start[source] + place
    chance = rng.random(article.size)
    title = place == 0
    own = (kind == ORIGINAL) | (kind == REWRITE)
    own |= (kind == EXPANDED) & (place > planned.sentences[source])
    own |= (kind == UPDATE) & ~title & (chance < 0.15)
    own |= (kind == DERIVED) & (title | (chance < 0.55))
    own |= title & (chance < 0.2) & (kind != EXACT) & (kind != UPDATE)
    taken = np.where(own, -1, from_source)
    first = planned.first[planned.story[article]]
    left = planned.sentences[article] - place
    background = np.minimum(SAGA_BACKGROUND, planned.sentences[article] // 3)
    later = (kind == ORIGINAL) & (first != article) & ~title & (left < background)
    later &= planned.sentences[first] > SAGA_BACKGROUND
    taken[later] = (start[first] + planned.sentences[first] - left)[later]
    template = planned.template[article]
    return np.where(template >= 0, template * (TEMPLATE_SENTENCES + 1) + place, taken)
