"""Reports of runs that never were: of any size, and with whatever somebody may put into a dump."""

import random
from dataclasses import replace

from dedup.report.report_data import (
    BandCurve,
    ComparedPair,
    Count,
    DayFigures,
    Doubt,
    DoubtList,
    Flow,
    Histogram,
    HostFigures,
    Index,
    ReportData,
    SizeClass,
)
from dedup.tune.estimates import Estimate, Interval
from dedup.tune.replay_settings import Setting
from dedup.tune.tune_run import TunedSetting, Tuning

STATUS = ("canonical", "duplicate", "unique", "rejected")
RELATIONS = ("exact", "near", "abridged", "expanded", "update", "derived", "rewrite")
REASONS = ("too-short", "no-text", "empty")

HOSTILE = (
    "</script><script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<!--<script>",
    "\u202eright to left override",
    "bell \x07 escape \x1b[31m null \x00",
    "lone \ud800 surrogate",
    "-rf 'quoted' \"double\" `back` $(command)",
    "{{ 7 * 7 }}",
    "العربية: السفينة جنحت في الميناء",
    "渡船在港口擱淺，乘客全部獲救",
    "Ünïcödé Łódź straße",
    "word" * 200,
)


def made_index(documents: int, titles: tuple[str, ...] = (), seed: int = 0) -> Index:
    """Return an index: stories of two to six documents, unique ones and rejected ones."""
    draw = random.Random(seed)
    words = [f"word{number}" for number in range(400)]
    hosts = [f"news{number}.example" for number in range(max(2, documents // 200))] + [""]
    status, relation, story, score, reason = [], [], [], [], []
    stories = 0
    while len(status) < documents:
        kind = draw.random()
        if kind < 0.1:
            status.append(3), relation.append(-1), story.append(-1), score.append(-1)
            reason.append(draw.randrange(3))
        elif kind < 0.5:
            status.append(2), relation.append(-1), story.append(-1), score.append(-1)
            reason.append(-1)
        else:
            size = draw.randrange(2, 7)
            for place in range(size):
                status.append(1 if place else 0)
                relation.append(draw.randrange(7) if place else -1)
                score.append(draw.randrange(20, 101) if place else -1)
                story.append(stories)
                reason.append(-1)
            stories += 1
    total = len(status)
    made = [" ".join(draw.choices(words, k=draw.randrange(5, 12))).capitalize() for _ in status]
    made[: len(titles)] = titles
    return Index(
        ids=tuple(f"news{n % 7}.example/2026/{n:06d}.html" for n in range(total)),
        titles=tuple(made),
        hosts=tuple(draw.randrange(len(hosts)) for _ in status),
        host_names=tuple(hosts),
        days=tuple(draw.choice(("", f"2026-03-{draw.randrange(1, 29):02d}")) for _ in status),
        status=tuple(status),
        status_names=STATUS,
        relation=tuple(relation),
        relation_names=RELATIONS,
        score=tuple(score),
        story=tuple(story),
        story_ids=tuple(f"s-{number:08x}" for number in range(stories)),
        reason=tuple(reason),
        reason_names=REASONS,
        left_out=0,
        agencies=tuple(draw.choice((0, 1, -1, -1)) if each == 1 else -1 for each in status),
        agency_names=("Reuters", "AFP"),
    )


def made_report(
    documents: int = 200, titles: tuple[str, ...] = (), name: str = "out"
) -> ReportData:
    """Return a report of made documents, with all of its parts but the tuning."""
    index = made_index(documents, titles)
    counts = {each: index.status.count(number) for number, each in enumerate(STATUS)}
    counts["inputs"] = len(index.status)
    return ReportData(
        name=name,
        dump="made",
        version="1.0",
        level="stories",
        counts=counts,
        settings=(("threshold", "0.18"), ("window", "10 days")),
        rejections=tuple(
            Count(each, index.reason.count(number)) for number, each in enumerate(REASONS)
        ),
        sizes=(SizeClass(2, 2, 30, 60), SizeClass(3, 5, 20, 80), SizeClass(6, None, 3, 18)),
        relations=tuple(
            Count(each, index.relation.count(number)) for number, each in enumerate(RELATIONS)
        ),
        hosts=_hosts(index),
        hosts_in_all=len(index.host_names) + 3,
        days=_days(index),
        flows=_flows(index),
        flows_in_all=20,
        story_scores=Histogram(
            tuple(range(20)), tuple(max(0, 40 - 4 * each) for each in range(20)), 0.18
        ),
        copy_scores=Histogram(tuple(2 * n for n in range(20)), tuple(range(20, 0, -1)), 0.8),
        curve=_curve(),
        doubts=_doubts(index),
        index=index,
        pairs=_pairs(index),
        pairs_left_out=17,
        tuning=None,
    )


def made_tuning() -> Tuning:
    """Return what labels say: thresholds at two windows, one recommended."""
    settings = tuple(
        TunedSetting(
            Setting(number / 20, window),
            number == 4 and window == 10,
            900 - 30 * number,
            400 - 15 * number,
            Estimate(_interval(0.75 + number / 80), _interval(1 - number / 40), Interval(9, 4, 14)),
        )
        for window in (3.0, 10.0)
        for number in range(2, 19)
    )
    return Tuning(
        labels=200,
        same=120,
        skipped=3,
        unknown=0,
        population=23_900,
        least_precision=0.9,
        settings=settings,
        recommended=settings[-6],
        sentence="A threshold of 0.65 is the lowest that is 90 % precise with confidence.",
        command="dedup regroup out --threshold 0.65",
        fitted=None,
    )


def with_tuning(data: ReportData) -> ReportData:
    """Return a report with what labels say."""
    return replace(data, tuning=made_tuning())


def empty_report() -> ReportData:
    """Return the report of a run of one document: no duplicates, no dates, no hosts."""
    index = Index(("only",), ("",), (0,), ("",), ("",), (2,), STATUS, (-1,), RELATIONS, (-1,),
                  (-1,), (), (-1,), (), 0)  # fmt: skip
    counts = {"inputs": 1, "canonical": 0, "duplicate": 0, "unique": 1, "rejected": 0}
    none = Histogram((0,) * 20, (0,) * 20, None)
    return replace(
        made_report(10), counts=counts, level="copies", rejections=(), sizes=(), relations=(),
        hosts=(), hosts_in_all=0, days=(), flows=(), flows_in_all=0, story_scores=None,
        copy_scores=none, doubts=(), index=index, pairs=(), pairs_left_out=0,
    )  # fmt: skip


def _interval(value: float) -> Interval:
    return Interval(value, max(0.0, value - 0.05), min(1.0, value + 0.04))


def _curve() -> BandCurve:
    points = tuple(number / 50 for number in range(51))
    found = tuple(1 - (1 - each**4) ** 32 for each in points)
    return BandCurve(32, 4, points, found, 0.8, 1 - (1 - 0.8**4) ** 32)


def _hosts(index: Index) -> tuple[HostFigures, ...]:
    figures = []
    for number, host in enumerate(index.host_names[:15]):
        states = [s for h, s in zip(index.hosts, index.status, strict=True) if h == number]
        usable = [each for each in states if each != 3]
        removed = usable.count(1)
        figures.append(HostFigures(host, len(usable), removed, removed // 2))
    return tuple(sorted(figures, key=lambda each: -each.documents))


def _days(index: Index) -> tuple[DayFigures, ...]:
    figures = []
    for day in sorted(set(index.days)):
        states = [s for d, s in zip(index.days, index.status, strict=True) if d == day]
        usable = [each for each in states if each != 3]
        figures.append(DayFigures(day or None, len(usable), usable.count(1)))
    return tuple(figures)


def _flows(index: Index) -> tuple[Flow, ...]:
    hosts = index.host_names[:4]
    agencies = [Flow(a, h, 9, True) for a in index.agency_names for h in hosts[:2]]
    return (*agencies, *(Flow(a, b, 4, False) for a in hosts for b in hosts if a != b))


def _doubts(index: Index) -> tuple[DoubtList, ...]:
    duplicates = [n for n, each in enumerate(index.status) if each == 1][:12]
    weak = tuple(
        Doubt(index.story[n], n - 1, n, None, 0.2 + n / 1000, "joined by this pair alone")
        for n in duplicates
    )
    large = tuple(Doubt(index.story[n], None, None, None, 6, "6 documents") for n in duplicates[:3])
    hosts = (Doubt(None, None, None, index.host_names[0], 0.62, "119 of 191 documents removed"),)
    return (
        DoubtList("weakest", "Weakest links", "Look at the pair that holds a story.", weak, 40),
        DoubtList("largest", "Largest groups", "Large groups are often templates.", large, 3),
        DoubtList("hosts", "Hosts that lose most", "A mirror, or a template.", hosts, 1),
        DoubtList("mean", "Joined only by the mean", "No pair with the canonical.", weak[:2], 2),
        DoubtList("same_host", "Same-host merges", "Series of one host.", (), 0),
    )


def _pairs(index: Index) -> tuple[ComparedPair, ...]:
    duplicates = [n for n, each in enumerate(index.status) if each == 1][:5]
    table = (
        '<table class="sentences"><tbody><tr class="same"><td class="how">=</td>'
        '<td class="text first">One.</td><td class="text second">One.</td></tr></tbody></table>'
    )
    return tuple(ComparedPair(number - 1, number, table) for number in duplicates)
