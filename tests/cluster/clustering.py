"""Documents given by a few letters, and what the pipeline would hand to grouping for them."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np

from dedup.cluster.canonical import common_text, parse_policy
from dedup.cluster.copies import ConnectedComponent, cluster_copies
from dedup.config import MatchConfig, SignConfig
from dedup.kernels.components import components
from dedup.match.loaded_texts import LoadedTexts
from dedup.match.relations import relation
from dedup.match.similarity import accepted, pairs_of
from dedup.match.versions import same_article
from dedup.models import Facts
from dedup.signatures.minhash import sign

CONFIG = MatchConfig()

CHUNK = 40
"""Words in a chunk: well over the length from which a text is signed."""


def words(spec):
    """``A B:10 C:10-30`` is chunk A, the first 10 words of B, and words 10 to 30 of C."""
    found = []
    for part in spec.split():
        name, _, span = part.partition(":")
        first, dash, last = span.partition("-")
        start, end = (int(first), int(last)) if dash else (0, int(first or CHUNK))
        found += [
            f"{name.lower()}{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(start, end)
        ]
    return " ".join(found)


class Dump:
    """Documents as matching leaves them: facts, texts, and the connected sets."""

    def __init__(self, documents):
        """Take dicts with ``id``, ``text`` as for :func:`words`, and any field of ``Facts``."""
        texts = [words(each["text"]) for each in documents]
        signed = sign(texts, SignConfig())
        first = {}
        self.facts = []
        for row, each in enumerate(documents):
            own = {name: value for name, value in each.items() if name not in ("id", "text")}
            self.facts.append(
                Facts(
                    row=row,
                    doc_id=each["id"],
                    text_id=first.setdefault(texts[row], row),
                    tokens=int(signed.tokens[row]),
                    shingles=int(np.diff(signed.shingle_bounds)[row]),
                    **own,
                )
            )
        self.texts = LoadedTexts(
            range(len(documents)),
            (signed.shingles, signed.shingle_bounds),
            (signed.numbers, signed.number_bounds),
            CONFIG,
        )
        self.by_id = {facts.doc_id: facts for facts in self.facts}

    def pair(self, one, other):
        """What is measured on two documents, seen from the second."""
        return self.texts.pairs(one.text_id, [other.text_id])[0]

    def relate(self, canonical, member, pair):
        return relation(canonical, member, pair, self.texts.passages, CONFIG)

    def edges(self):
        """The pairs of texts that match, as the pipeline finds them."""
        text_ids = sorted({facts.text_id for facts in self.facts})
        pairs = np.array(list(itertools.combinations(text_ids, 2)), np.int64).reshape(-1, 2)
        pair_scores = self.texts.measured(pairs[:, 0], pairs[:, 1])
        pair_scores = replace(pair_scores, numbers=np.ones(len(pairs)))
        alike = accepted(pair_scores, CONFIG)
        found = {}
        for matches, (one, other), pair in zip(
            alike, pairs.tolist(), pairs_of(pair_scores), strict=True
        ):
            if matches or any(
                same_article(a, b, pair, self.texts.passages, CONFIG)
                for a in self.facts
                for b in self.facts
                if (a.text_id, b.text_id) == (one, other)
            ):
                found[one, other] = pair
        return found

    def component(self, edges, documents=None, tellings=()):
        """One connected set, of all documents where none are named."""
        documents = tuple(documents or self.facts)
        counts = Counter(facts.text_id for facts in documents)
        sets = [self.texts.distinct(text_id) for text_id in counts]
        shares = dict(zip(counts, common_text(sets, list(counts.values())), strict=True))
        return ConnectedComponent(documents, edges, shares, tellings)

    def stories(self, *rules, tellings=()):
        """The stories under some rules of the user's, where some rows were stories before."""
        policy = parse_policy(rules)
        edges = self.edges()
        linked = [(rows[0], row) for rows in tellings for row in rows]
        ends = [(one, other) for one, other in edges]
        ends += [(self.facts[one].text_id, self.facts[other].text_id) for one, other in linked]
        left, right = np.array(ends, np.int64).reshape(-1, 2).T
        root = components(len(self.facts), left, right)
        sets = {}
        for facts in self.facts:
            sets.setdefault(int(root[facts.text_id]), []).append(facts)
        found = []
        for documents in sets.values():
            own = [key for key in edges if root[key[0]] == root[documents[0].text_id]]
            rows = {facts.row for facts in documents}
            before = [each for each in tellings if rows.issuperset(each)]
            component = self.component(own, documents, before)
            found += cluster_copies(component, self.texts, self.relate, policy)
        return sorted(found, key=lambda story: story.story_id)


def without_rows(stories):
    """Stories without the rows, which are the input's order and nothing else."""
    return [
        replace(story, members=tuple(replace(member, row=0) for member in story.members))
        for story in stories
    ]


def names(stories):
    """The ids of each story, its canonical first."""
    return [[member.doc_id for member in story.members] for story in stories]
