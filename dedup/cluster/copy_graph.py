"""One connected set of documents: which match, which contain which, and who is elected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from dedup.cluster.canonical import (
    STUB_RATIO,
    Ballot,
    Policy,
    Share,
    common_text,
    declared_pages,
    rank,
)
from dedup.cluster.page_versions import superseded
from dedup.kernels.array_types import UInt32s
from dedup.models import Facts, Pair, Relation, same_page, shares_headline

LEAD_SHARE = 0.5
"""Share of the shorter text's first shingles that must be among the longer's to begin alike: there
may be a headline or a caption line before the first sentence."""

FIRST = 24
"""First shingles that are looked for: about a sentence. They may be among twice as many."""

CONTAINED = 0.8
"""Containment from which a text counts as contained where stubs and roundups are looked for."""

NEARLY_ALL = 0.9
"""Containment from which all of a text is in another, but for a few words."""

PADDED = 1.1
"""How many times as long as an article a page is at least that has something else behind it."""

WHOLE_TOKENS = 150
"""Least tokens of a text that ends where several hosts agree: a paywall mostly shows less."""

AGREEING_HOSTS = 3
"""Least hosts that agree where a text ends, against one."""

ALIKE = 0.9
"""Jaccard from which two texts end at one place."""

UNLIKE = 0.2
"""Containment, either way, below which two texts inside a third are two stories."""

ALL_PAIRS_LIMIT = 64
"""Most texts of a connected set whose pairs are all measured; of larger ones those that met."""

Relate = Callable[[Facts, Facts, Pair], tuple[Relation, float] | None]


Padded = Callable[[int, int], bool]
"""Returns whether what a text has behind another, which it contains, is no part of the article."""


def never_padded(_short: int, _long: int) -> bool:
    """Return that all of a text is the article."""
    return False


class Texts(Protocol):
    """The texts of a connected set; :class:`dedup.match.loaded_texts.LoadedTexts` is one."""

    def shingles(self, text_id: int) -> UInt32s:
        """Return the shingles of a text, in text order."""

    def distinct(self, text_id: int) -> UInt32s:
        """Return the sorted distinct shingles of a text."""

    def pairs(self, text_id: int, others: Sequence[int]) -> list[Pair]:
        """Return what is measured between one text and others, seen from the others."""


class CopyGraph:
    """One connected set of documents; most of it is worked out when it is first needed.

    Attributes:
        documents: The documents, by id.
        texts: The texts.
        relate: Names relations.
        policy: Rules that elect.
        roundups: Texts that contain another and much more, and do not begin so or contain one that
            is unlike it, too; but for later versions of its page and for what its page declares to
            be the whole article.
    """

    def __init__(
        self,
        documents: Sequence[Facts],
        edges: Sequence[tuple[int, int]],
        shares: Mapping[int, Share],
        texts: Texts,
        relate: Relate,
        policy: Policy,
        padded: Padded = never_padded,
    ) -> None:
        """Take the documents and the matching pairs of texts of a set."""
        self.documents = documents
        self.texts = texts
        self.relate = relate
        self.policy = policy
        self._edges = edges
        self._shares = shares
        self._sizes = {facts.text_id: facts.shingles for facts in documents}
        self._by_text_id: dict[int, list[Facts]] = {}
        for facts in documents:
            self._by_text_id.setdefault(facts.text_id, []).append(facts)
        containing = self._containing()
        self.roundups = frozenset(
            long
            for (short, long), begins_so in containing.items()
            if not self._one_article(short, long)
            and (not begins_so or self._contains_another(short, long))
        )
        self._stub_of: dict[int, list[int]] = {}
        self._padding: dict[int, list[int]] = {}
        for short, long in self._longer():
            if padded(short, long) or self._end_agreed(short, long):
                self._padding.setdefault(long, []).append(short)
        for (short, long), begins_so in containing.items():
            if begins_so and long not in self.roundups and short not in self._padding.get(long, ()):
                self._stub_of.setdefault(short, []).append(long)
        self._voters = frozenset[int]()
        self._ranking: list[Ballot] = []

    @cached_property
    def _measured(self) -> dict[tuple[int, int], Pair]:
        """Measured pairs (text_id, text_id), the smaller first, seen from it.

        All of a small set, those that match of a large one.
        """
        text_ids = sorted(self._sizes)
        met: dict[int, list[int]] = {}
        if len(text_ids) <= ALL_PAIRS_LIMIT:
            met = {text_id: text_ids[index + 1 :] for index, text_id in enumerate(text_ids)}
        else:
            for one, other in self._edges:
                met.setdefault(one, []).append(other)
        return {
            (one, other): pair.reversed()
            for one, others in met.items()
            for other, pair in zip(others, self.texts.pairs(one, others), strict=True)
        }

    @cached_property
    def seen(self) -> dict[int, list[tuple[int, Pair]]]:
        """For each text those it was measured with, and the pair seen from it."""
        seen: dict[int, list[tuple[int, Pair]]] = {text_id: [] for text_id in self._sizes}
        for (one, other), pair in self._measured.items():
            seen[one].append((other, pair))
            seen[other].append((one, pair.reversed()))
        return seen

    def _containing(self) -> dict[tuple[int, int], bool]:
        """Return texts (short, long) where the long one contains the short and much more.

        Few sets have any. Each comes with whether the long one begins with the short.
        """
        sizes = self._sizes
        if max(sizes.values()) < STUB_RATIO * min(sizes.values()):
            return {}
        return {
            (short, long): _begin_alike(self.texts.shingles(short), self.texts.shingles(long))
            for short in sizes
            for long, pair in self.seen[short]
            if pair.contained >= CONTAINED and sizes[long] >= STUB_RATIO * sizes[short]
        }

    def _longer(self) -> list[tuple[int, int]]:
        """Return texts (short, long) where the long one contains nearly all of the short and more.

        Of each long text the longest that it contains.
        """
        sizes = self._sizes
        if len(sizes) > ALL_PAIRS_LIMIT or max(sizes.values()) < PADDED * min(sizes.values()):
            return []
        longest: dict[int, int] = {}
        for short in sorted(
            sizes, key=lambda each: (sizes[each], self._by_text_id[each][0].doc_id)
        ):
            for long, pair in self.seen[short]:
                if pair.contained >= NEARLY_ALL and sizes[long] >= PADDED * sizes[short]:
                    longest[long] = short
        return [(short, long) for long, short in longest.items() if long not in self.roundups]

    def _end_agreed(self, short: int, long: int) -> bool:
        """Return whether documents of several hosts agree that a text ends before another does.

        Several paywalls may show one beginning, so it must be of the length of an article.
        """
        if min(facts.tokens for facts in self._by_text_id[short]) < WHOLE_TOKENS:
            return False
        if self._one_article(short, long):
            return False
        ends, goes_on = (
            {
                facts.host
                for text_id in (text, *(t for t, pair in self.seen[text] if pair.jaccard >= ALIKE))
                for facts in self._by_text_id[text_id]
                if facts.host
            }
            for text in (short, long)
        )
        return len(goes_on) == 1 and len(ends - goes_on) >= AGREEING_HOSTS

    def _one_article(self, short: int, long: int) -> bool:
        """Return whether a text is of the page whose whole article, or later version, another is.

        A live blog puts what is new on top; a page with the whole article contains its parts.
        """
        wholes: dict[str | None, list[Facts]] = {}
        for whole in self._by_text_id[long]:
            wholes.setdefault(whole.host, []).append(whole)
        # Both ask for one host: thousands of documents of two texts are many more pairs.
        return any(
            same_page(part, whole) or declares(part, whole)
            for part in self._by_text_id[short]
            for whole in wholes.get(part.host, ())
        )

    def _contains_another(self, short: int, long: int) -> bool:
        """Return whether a text contains one that has next to nothing of a second one inside it."""
        near = dict(self.seen[short])
        return any(
            pair.contains >= CONTAINED
            and other in near
            and max(near[other].contained, near[other].contains) < UNLIKE
            and not self._one_article(other, long)
            for other, pair in self.seen[long]
        )

    @cached_property
    def _linked(self) -> dict[int, list[int]]:
        """For each text those that match it."""
        by_text_id = self._by_text_id
        linked: dict[int, list[int]] = {text_id: [] for text_id in by_text_id}
        edges = set(self._edges)
        for (one, other), pair in self._measured.items():
            if (one, other) in edges or any(
                self.relate(a, b, pair.reversed())
                for a in by_text_id[one]
                for b in by_text_id[other]
            ):
                linked[one].append(other)
                linked[other].append(one)
        return linked

    def connected(self, documents: Sequence[Facts]) -> list[list[Facts]]:
        """Return the connected sets of two or more among some of the documents.

        Documents with the same text are connected.
        """
        by_text_id: dict[int, list[Facts]] = {}
        for facts in documents:
            by_text_id.setdefault(facts.text_id, []).append(facts)
        unseen = set(by_text_id)
        sets = []
        for start in by_text_id:
            if start not in unseen:
                continue
            unseen.remove(start)
            reached = [start]
            for text_id in reached:  # grows as it goes
                fresh = unseen.intersection(self._linked[text_id])
                unseen -= fresh
                reached.extend(fresh)
            group = [facts for text_id in reached for facts in by_text_id[text_id]]
            if len(group) > 1:
                sets.append(group)
        return sets

    def ranked(self, documents: Sequence[Facts]) -> list[Ballot]:
        """Return the ballots of some documents among one another, best first.

        The last answer is kept: where all match the elected, it is needed again.
        """
        voters = frozenset(facts.row for facts in documents)
        if voters != self._voters:
            self._voters = voters
            self._ranking = rank(self._ballots(documents), self.policy)
        return self._ranking

    def _ballots(self, documents: Sequence[Facts]) -> list[Ballot]:
        """Return the ballot of each document among the others."""
        pages = declared_pages(documents)
        everyone = len(documents) == len(self.documents)
        shares = self._shares if everyone else self._shares_among(documents)
        ballots = [
            Ballot(facts, False, False, pages.get(facts.page, 0), *shares[facts.text_id])
            for facts in documents
        ]
        if len(shares) > 1 and (older := superseded(documents, self._matching)):
            for ballot in ballots:
                ballot.superseded = older.get(ballot.facts.row)
        for ballot in ballots:
            ballot.padded = ballot.facts.comments
        if self._padding:
            for ballot in ballots:
                shorter = self._padding.get(ballot.facts.text_id, ())
                ballot.padded |= any(map(shares.__contains__, shorter))
        if stubs := self._stub_of:
            for ballot in ballots:
                longer = stubs.get(ballot.facts.text_id, ())
                ballot.stub = any(map(shares.__contains__, longer))
        return ballots

    def _matching(self, canonical: Facts, member: Facts) -> Pair | None:
        """Return what is measured on two documents that match, seen from the second."""
        pair = self.texts.pairs(canonical.text_id, [member.text_id])[0]
        return pair if self.relate(canonical, member, pair) else None

    def _shares_among(self, documents: Sequence[Facts]) -> Mapping[int, Share]:
        """Return coverage and surplus of the texts of some documents among one another."""
        weights: dict[int, int] = {}  # making a Counter takes longer than counting most stories
        for facts in documents:
            weights[facts.text_id] = weights.get(facts.text_id, 0) + 1
        sets = [self.texts.distinct(text_id) for text_id in weights]
        return dict(zip(weights, common_text(sets, list(weights.values())), strict=True))


def declares(part: Facts, whole: Facts) -> bool:
    """Return whether a page says that another page of its site has the whole of its article.

    A list page has other headlines than what is on it, whatever its entries declare.
    """
    return (
        part.canonical_page is not None
        and part.canonical_page == whole.page
        and part.host == whole.host
        and shares_headline(part.title, whole.title)
    )


def _begin_alike(short: UInt32s, long: UInt32s) -> bool:
    """Return whether the first shingles of a text are among the first of a longer one."""
    first, among = short[:FIRST].tolist(), set(long[: 2 * FIRST].tolist())
    return sum(value in among for value in first) >= LEAD_SHARE * max(1, len(first))
