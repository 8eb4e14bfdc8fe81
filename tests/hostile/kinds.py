"""Every kind of hostile input, how it is made, and what must become of it.

``docs/hostile.md`` is made of these cases by ``scripts/make_hostile_table.py``.
"""

from __future__ import annotations

import gzip
import json
import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import brotli
import pyarrow as pa
from making import (
    HUGE,
    MOST_BYTES,
    PACK,
    Kept,
    bomb,
    chunked,
    damaged,
    encrypted,
    fifo,
    html,
    line,
    link,
    members,
    nested,
    overlapping,
    page,
    parquet,
    parquet_bomb,
    record,
    response,
    sentences,
    sparse,
    tarred,
    unix_socket,
    wide_xz,
    wide_zstd,
    zipped,
)

Content = bytes | Callable[[Path], None]
Outcome = str | Kept


@dataclass(frozen=True)
class Case:
    """One kind of hostile input.

    Attributes:
        name: Its folder.
        kind: What it is, for the table.
        files: Each file's name, and its bytes or what makes it.
        expect: For the id of each document, after ``=`` or after the case's folder, the reason of
            its rejection, or what must be left of it; a list where several have it. Nothing else
            may come of the folder.
        comment: One sentence on the outcome, for the table.
    """

    name: str
    kind: str
    files: dict[str, Content]
    expect: dict[str, Outcome | list[Outcome]]
    comment: str

    def outcomes(self):
        """Each document's id and what must become of it."""
        for name, wanted in self.expect.items():
            doc_id = name[1:] if name.startswith("=") else f"{self.name}/{name}"
            for each in wanted if isinstance(wanted, list) else [wanted]:
                yield doc_id, each


def text_of(seed):
    """The first words of a text."""
    return sentences(seed)[:60]


def of_page(name, kind, comment, content, expect="kept", file="a.html"):
    """A case of one file."""
    wanted = Kept(text_of(name)) if expect == "kept" else expect
    expected = wanted if isinstance(wanted, dict) else {file: wanted}
    return Case(name, kind, {file: content}, expected, comment)


def of_text(name, kind, comment, text, expect=None, **fields):
    """A case of one JSON line whose text begins as the case's does."""
    content = json.dumps({"text": text, **fields}).encode() + b"\n"
    wanted = expect or Kept(text_of(name))
    return Case(name, kind, {"a.jsonl": content}, {"a.jsonl:1": wanted}, comment)


def of_response(name, kind, comment, body, *heads, expect="kept", **parts):
    """A case of one record in an archive."""
    wanted = Kept(text_of(name)) if expect == "kept" else expect
    content = record(response(body, *heads, **parts))
    return Case(name, kind, {"a.warc": content}, {"a.warc#0": wanted}, comment)


RUSSIAN = "Паром снова будет ходить с понедельника, сообщил во вторник владелец линии. "
CHINESE = "渡轮将于周一恢复运行，船东周二表示，修理工作比计划多用了三个星期。"
JAPANESE = "フェリーは月曜日から運航を再開すると、船主が火曜日に発表した。"
FRENCH = (
    "La traversée reprendra lundi, a annoncé le propriétaire après trois semaines à l’été passé. "
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
TWO = parquet({"text": [sentences("parquet 0"), sentences("parquet 1")]})
ODD = parquet(
    {
        "text": [sentences("parquet-nan")],
        "n": [float("nan")],
        "date": pa.array([2**60], pa.timestamp("us")),
    }
)
ODD_IDS = ("../../etc/passwd", "<script>alert(1)</script>", "two\nlines\x1b[2J", "-", 7)
SHORT = record(response(page("warc-short")), length=200)
FIRST = gzip.compress(record(response(page("warc-cut"))), mtime=0)
ENTITIES = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))

BROKEN = [
    (suffix, pack, reason)
    for (suffix, pack), reason in zip(
        PACK.items(), ("broken-gzip", "broken-zstd", "broken-bz2", "broken-xz"), strict=True
    )
]

COMPRESSION = [
    *(
        Case(
            f"cut-{suffix}",
            f"`.jsonl.{suffix}`, cut in its second part",
            {f"a.jsonl.{suffix}": pack(line(f"cut-{suffix} 0")) + pack(line("lost"))[:14]},
            {
                f"a.jsonl.{suffix}:1": Kept(text_of(f"cut-{suffix} 0")),
                f"a.jsonl.{suffix}:2": reason,
            },
            "The lines before the cut are kept; the fault is one rejection more.",
        )
        for suffix, pack, reason in BROKEN
    ),
    *(
        Case(
            f"garbage-{suffix}",
            f"`.jsonl.{suffix}` with garbage behind it",
            {f"a.jsonl.{suffix}": pack(line(f"garbage-{suffix} 0")) + b"garbage, not NULs"},
            {
                f"a.jsonl.{suffix}:1": Kept(text_of(f"garbage-{suffix} 0")),
                f"a.jsonl.{suffix}:2": reason,
            },
            "The lines are kept; the garbage is one rejection.",
        )
        for suffix, pack, reason in BROKEN
    ),
    *(
        Case(
            f"bomb-{suffix}",
            f"a `.jsonl.{suffix}` whose second line unpacks to {HUGE // 1_000_000} MB",
            {f"a.jsonl.{suffix}": bomb(pack, line(f"bomb-{suffix} 0") + b'{"text": "')},
            {
                f"a.jsonl.{suffix}:1": Kept(text_of(f"bomb-{suffix} 0")),
                f"a.jsonl.{suffix}:2": "too-large",
            },
            "It is unpacked in pieces and never whole in memory; the lines before it are kept.",
        )
        for suffix, pack in PACK.items()
    ),
    of_page(
        "bomb-page",
        "a page of some kB that unpacks to 300 MB",
        "No more is unpacked than a page may have.",
        bomb(PACK["gz"], page("bomb-page")),
        "too-large",
        "a.html.gz",
    ),
    of_page(
        "cut-page",
        "a packed page that is cut",
        "A page that is not complete is not used.",
        PACK["gz"](page("cut-page"))[:-20],
        "broken-gzip",
        "a.html.gz",
    ),
    of_page(
        "wrong-checksum",
        "gzip with a wrong checksum",
        "The checksum or length does not match the data.",
        damaged(PACK["gz"](page("wrong-checksum")), -8, b"\0\0\0\0"),
        "broken-gzip",
        "a.html.gz",
    ),
    of_page(
        "wrong-length",
        "gzip with a wrong length",
        "The checksum or length does not match the data.",
        damaged(PACK["gz"](page("wrong-length")), -4, b"\1\0\0\0"),
        "broken-gzip",
        "a.html.gz",
    ),
    of_page(
        "many-members",
        "a page in gzip members of one byte each",
        "It is put together in linear time.",
        members(page("many-members")),
        file="a.html.gz",
    ),
    of_page(
        "window",
        "zstd that asks for a window of 2 GiB",
        "Windows over 128 MiB are refused.",
        wide_zstd(),
        "broken-zstd",
        "a.html.zst",
    ),
    of_page(
        "dictionary",
        "xz that asks for a dictionary of 2 GiB",
        "More than 128 MiB are refused.",
        wide_xz(page("dictionary")),
        "broken-xz",
        "a.html.xz",
    ),
    of_page(
        "packed-twice",
        "a page packed twice",
        "One layer of compression is removed.",
        PACK["gz"](PACK["gz"](page("packed-twice"))),
        "not-html",
        "a.html.gz",
    ),
    of_page(
        "named-packed",
        "a page named `.gz` and not packed",
        "The content decides.",
        page("named-packed"),
        file="a.html.gz",
    ),
]

SIZES = [
    of_page(
        "huge-page",
        "a page of 300 MB",
        "Larger than `--max-bytes`.",
        sparse(page("huge-page")),
        "too-large",
    ),
    of_page(
        "huge-line",
        "a line of 300 MB",
        "Larger than twice `--max-bytes`: JSON may escape every letter.",
        sparse(b'{"text": "'),
        {"a.jsonl:1": "too-large"},
        "a.jsonl",
    ),
    of_page(
        "huge-array",
        "an element of 300 MB in an array",
        "NULs are not JSON; no more than twice `--max-bytes` of it is kept.",
        sparse(b'[{"text": "'),
        {"a.json:1": "broken-json"},
        "a.json",
    ),
    of_page(
        "huge-text",
        "a text of 300 MB",
        "Larger than `--max-bytes`.",
        sparse(sentences("huge-text").encode()),
        "too-large",
        "a.txt",
    ),
    of_page(
        "one-line",
        "a page of 1 MB on one line",
        "Read as any other.",
        html("one-line", "<p>" + sentences("one-line more", 12_000) + "</p>")
        .replace("\n", " ")
        .encode(),
    ),
    of_text(
        "long-text",
        "a text of 4 MB on one line",
        "Read as any other.",
        sentences("long-text", 5) + " " + sentences("long-text more", 2_000) * 20,
    ),
    of_page(
        "nested-tags",
        "200,000 nested tags",
        "The parser looks at so many levels; the paragraphs are found.",
        page("nested-tags", inside="<div>" * 200_000),
    ),
    of_page(
        "siblings",
        "a million elements side by side",
        "Read as any other, within `--timeout`.",
        html("siblings", "<b>" * 1_000_000).encode(),
    ),
]

PAGES = [
    of_page("empty", "a file without a byte", "It has no content.", b"", "empty"),
    of_page("blank", "a page of blanks", "It has no content.", b" \n\t " * 99, "empty"),
    of_page("image", "an image named `.html`", "Known by its first bytes.", PNG, "not-html"),
    of_page(
        "pdf", "a PDF named `.html`", "Known by its first bytes.", b"%PDF-1.7 \n<p>x", "not-html"
    ),
    of_page(
        "zip",
        "a ZIP archive named `.html`, without an end",
        "The content decides; without its end it cannot be read.",
        b"PK\3\4<p>x",
        "broken-zip",
    ),
    of_page(
        "noise",
        "random bytes named `.html`",
        "No text has so many control characters.",
        b"<p>" + bytes(range(256)) * 40,
        "not-html",
    ),
    of_page(
        "no-tag",
        "a page without a tag",
        "A page has at least one tag.",
        sentences("no-tag").encode(),
        "not-html",
    ),
    of_page(
        "style",
        "a style sheet",
        "A kind of file that holds no documents.",
        b"p { color: red }",
        "unknown-kind",
        "a.css",
    ),
    of_page(
        "nul",
        "NULs between the letters of a page",
        "They are removed.",
        page("nul").replace(b"e", b"e\0", 40),
    ),
    of_page(
        "comment",
        "a comment that never ends",
        "The rest of the page has no text.",
        b"<html><body><!-- " + page("comment"),
        "no-text",
    ),
    of_page(
        "script",
        "a script that never ends",
        "The page is what precedes it.",
        page("script", inside="<p>x</p>") + b"<script>" + b"a" * 9999,
    ),
    of_page(
        "entities",
        "an entity that stands for 10^9 others",
        "Entities that a page defines are not expanded.",
        (
            "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY b0 'bomb'>"
            + ENTITIES
            + "]>"
            + html("entities", "<p>&b9;&b9;</p>")
        ).encode(),
    ),
    of_page(
        "external",
        "an entity that is a file of this machine",
        "Only the inputs are read.",
        (
            "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
            + html("external", "<p>&x;</p>")
        ).encode(),
        {"a.html": Kept(text_of("external"), without="root:")},
    ),
    of_page(
        "links",
        "`javascript:` as base and canonical, a refresh to another page",
        "Only complete web addresses are used; no link is followed.",
        page(
            "links",
            head="<base href='javascript:1//'><link rel=canonical href='javascript:alert(1)'>"
            "<meta http-equiv=refresh content='0;url=//evil.example/'>",
        ),
        {"a.html": Kept(text_of("links"), fields={"canonical_url": None, "url": None})},
    ),
    of_page(
        "data",
        "JSON-LD whose values have the wrong types",
        "A title must be a string.",
        page(
            "data",
            head='<script type="application/ld+json">{"@type": "NewsArticle", "headline": [[1]], '
            '"author": {"name": [7, null]}, "publisher": 5, "datePublished": {}}</script>',
        ),
    ),
    of_page(
        "deep-data",
        "JSON-LD nested 100,000 levels deep",
        "It is ignored.",
        page("deep-data", head='<script type="application/ld+json">' + "[" * 100_000 + "</script>"),
    ),
    of_page(
        "metas",
        "2,700 unfinished `<meta`",
        "Read in linear time.",
        page("metas", head="<meta " * 2_700),
    ),
    of_page(
        "bidi",
        "overrides of direction, blanks without width",
        "They are removed.",
        page(
            "bidi",
            inside="<p>Ferry \u202eyrref\u202c ra\u200bmp runs again, its owner said.</p>",
        ),
        {"a.html": Kept("Ferry yrref ramp runs")},
    ),
]

CHARACTERS = [
    of_page(
        "gbk",
        "a page in GBK",
        "The declared encoding is used.",
        html("gbk", head="<meta charset=gb2312>", text=(CHINESE + ". ") * 5).encode("gbk"),
        {"a.html": Kept("渡轮将于周一恢复运行")},
    ),
    of_page(
        "sjis",
        "a page in Shift_JIS",
        "The declared encoding is used.",
        html("sjis", head="<meta charset=shift_jis>", text=(JAPANESE + ". ") * 5).encode("cp932"),
        {"a.html": Kept("フェリーは月曜日から")},
    ),
    of_page(
        "undeclared",
        "windows-1251 without a declaration",
        "Detected from the letters.",
        html("undeclared", text=RUSSIAN * 5).encode("cp1251"),
        {"a.html": Kept("Паром снова будет ходить")},
    ),
    of_page(
        "utf16",
        "UTF-16 with a byte-order mark",
        "Read as such.",
        html("utf16").encode("utf-16"),
        "kept",
    ),
    of_page(
        "utf16-bare",
        "UTF-16 without a byte-order mark",
        "Detected from the NULs beside the first tag.",
        html("utf16-bare").encode("utf-16-be"),
        "kept",
    ),
    of_page(
        "latin",
        "Latin-1 declared as UTF-8",
        "Where the declared encoding does not fit, another is detected.",
        html("latin", head="<meta charset=utf-8>", text=FRENCH + sentences("latin")).encode(
            "cp1252"
        ),
        {"a.html": Kept("La traversée reprendra lundi, a annoncé le propriétaire")},
    ),
    of_page(
        "unknown-charset",
        "an encoding that does not exist",
        "It is ignored.",
        page("unknown-charset", head="<meta charset=x-klingon>"),
    ),
    of_page(
        "latin1",
        "letters of windows-1252 in a page that declares Latin-1",
        "Read as browsers read it: quotes, dashes and the euro sign stay.",
        html(
            "latin1",
            head="<meta charset=iso-8859-1>",
            text=f"{FRENCH}« 5 € » – l’élu. {sentences('latin1')}",
        ).encode("cp1252"),
        {"a.html": Kept("« 5 € » – l’élu.")},
    ),
    of_page(
        "gbk-cut",
        "a page in GBK that ends inside a letter",
        "That letter is lost, the others are kept.",
        html(
            "gbk-cut",
            head="<meta charset=gbk>",
            text="图书馆下周重新开放，读者可凭旧证入馆。. " * 5,
        ).encode("gbk")
        + "<!-- 渡".encode("gbk")[:-1],
        {"a.html": Kept("读者可凭旧证入馆")},
    ),
    of_page(
        "mixed",
        "windows-1252 pasted into UTF-8",
        "Both are read.",
        html("mixed", text=FRENCH + sentences("mixed")).encode().replace("é".encode(), b"\xe9", 1),
        {"a.html": Kept("après trois semaines")},
    ),
    of_page(
        "broken-utf8",
        "half a character in the middle of UTF-8",
        "That letter becomes U+FFFD, the others are kept.",
        html("broken-utf8", text=FRENCH + sentences("broken-utf8"))
        .encode()
        .replace("é".encode(), b"\xc3", 1),
        {"a.html": Kept("après trois semaines")},
    ),
    of_page(
        "text-utf16",
        "a text file in UTF-16 with a mark",
        "Read as such.",
        sentences("text-utf16").encode("utf-16"),
        file="a.txt",
    ),
    of_page(
        "text-bare",
        "a text file in UTF-16 without a mark",
        "Every other byte is a NUL: binary data.",
        sentences("text-bare").encode("utf-16-le"),
        "unknown-kind",
        "a.txt",
    ),
    of_text(
        "surrogates",
        "lone surrogates in a record",
        "In the text they become U+FFFD; fields are unchanged.",
        sentences("surrogates") + " \ud800 end",
        title="\udfff",
        url="http://a\ud800.example/",
    ),
    of_text(
        "mark-flood",
        "200,000 marks on one letter",
        "The first 30 are kept: no language writes more.",
        sentences("mark-flood") + " a" + "\u0301\u0316" * 100_000,
    ),
    of_text(
        "joiner-flood",
        "a million joiners between two letters",
        "Read in linear time.",
        sentences("joiner-flood") + " \u0627" + "\u200d" * 1_000_000 + "\u0627",
    ),
    of_text(
        "entity-flood",
        "entities escaped a million times",
        "Undone in linear time.",
        sentences("entity-flood") + " &" + "amp;" * 1_000_000 + "lt;",
    ),
    of_text(
        "bait",
        "lines made to make patterns search for ever",
        "Patterns look at so many letters of a line.",
        "\n".join(
            [
                sentences("bait"),
                "(" * 100_000,
                "By " + "a " * 50_000,
                "Reporting by " + "and " * 40_000,
                "-" * 100_000,
                "A-" * 50_000 + " (AP",
                "1," * 100_000,
                "[" + "x, " * 40_000,
                sentences("bait end"),
            ]
        ),
    ),
    of_text(
        "boilerplate",
        "100,000 lines that cleaning takes off",
        "The rest is the article.",
        sentences("boilerplate")
        + "\nRead more: Ramp\nAdvertisement" * 50_000
        + "\n"
        + sentences("boilerplate end"),
    ),
]

RECORDS = [
    Case(
        "shapes",
        "JSON lines that are no objects",
        {
            "a.jsonl": b'[1, 2]\n"text"\n5\nnull\n{"text": 7}\n{"text": [1]}\n'
            b'{"html": {}}\n{"id": [1, 2], "text": "a"}\n'
        },
        {f"a.jsonl:{n}": "wrong-type" for n in range(1, 9)},
        "A record is an object, its text is text, and its id text or a whole number.",
    ),
    Case(
        "no-content",
        "a record without a text",
        {"a.jsonl": b'{}\n{"text": null}\n{"text": " "}\n'},
        {f"a.jsonl:{n}": "no-text" for n in (1, 2, 3)},
        "Nothing can be compared.",
    ),
    Case(
        "not-json",
        "NaN, Infinity, numbers no float holds, half a line, no UTF-8",
        {"a.jsonl": b'{"a": NaN}\n{"a": -Infinity}\n{"a": 1e999}\n{"text": "\xff"}\n{"text": "x"'},
        {f"a.jsonl:{n}": "broken-json" for n in range(1, 6)},
        "Only the damaged line is rejected.",
    ),
    Case(
        "deep",
        "JSON nested 100,000 levels deep",
        {"a.jsonl": b'{"a":' * 100_000 + b"\n" + line("deep 0"), "b.json": b"[" * 1_000_000},
        {
            "a.jsonl:1": "broken-json",
            "a.jsonl:2": Kept(text_of("deep 0")),
            "b.json:1": "broken-json",
        },
        "More than 200 levels are refused.",
    ),
    Case(
        "again",
        "a key twice in a record",
        {"a.jsonl": b'{"text": "lost", ' + line("again")[1:]},
        {"a.jsonl:1": Kept(text_of("again"))},
        "The last one counts.",
    ),
    of_text(
        "big",
        "whole numbers over 64 bits",
        "They are kept, digit for digit.",
        sentences("big"),
        Kept(text_of("big"), fields={"n": 10**300}),
        n=10**300,
    ),
    Case(
        "bom",
        "a byte-order mark before JSON, blank lines in it",
        {"a.jsonl": b"\xef\xbb\xbf" + line("bom 0") + b"\n\n"},
        {"a.jsonl:1": Kept(text_of("bom 0"))},
        "They are ignored.",
    ),
    Case(
        "behind",
        "two arrays in a file, a comma and a bracket too many",
        {"a.json": b"[" + line("behind 0").strip() + b"] ][,," + line("behind 1").strip() + b"]"},
        {"a.json:1": Kept(text_of("behind 0")), "a.json:2": Kept(text_of("behind 1"))},
        "Every object is kept, whatever stands between them.",
    ),
    Case(
        "unescaped",
        "a quote that is not escaped, in an array",
        {"a.json": b'[{"text": "he said "no}, ' + line("unescaped 0").strip() + b"]"},
        {"a.json:1": "broken-json", "a.json:2": Kept(text_of("unescaped 0"))},
        "The next object is found again.",
    ),
    Case(
        "ids",
        "ids that are paths, scripts, numbers, or hold line ends",
        {
            "a.jsonl": b"".join(
                line(f"ids {n}", id=each, title=each) for n, each in enumerate(ODD_IDS)
            )
        },
        {
            f"={each}": Kept(text_of(f"ids {n}"), fields={"id": each, "title": each})
            for n, each in enumerate(ODD_IDS)
        },
        "An id is used as a name only.",
    ),
    Case(
        "same-id",
        "an id twice",
        {"a.jsonl": line("same-id 0", id="same") + line("same-id 1", id="same")},
        {"=same": [Kept(text_of("same-id 0")), "duplicate-id"]},
        "The first document keeps the id.",
    ),
    of_text(
        "year-1",
        "dates in the year 1 and in the year 9999",
        "They count as unknown; the field is unchanged.",
        sentences("year-1"),
        Kept(text_of("year-1"), fields={"date": "0001-01-01T00:00:00+14:00"}),
        date="0001-01-01T00:00:00+14:00",
    ),
    of_text(
        "year-9999",
        "a date that is a number no calendar has",
        "Likewise.",
        sentences("year-9999"),
        Kept(text_of("year-9999"), fields={"date": 1e300}),
        date=1e300,
    ),
    Case(
        "ragged",
        "a table with rows too long and too short",
        {"a.csv": f"id,text\nragged,{sentences('ragged')}\nb,c,d,e\nshort\n".encode()},
        {"=ragged": Kept(text_of("ragged")), "a.csv:2": "broken-table", "=short": "no-text"},
        "Only the damaged row is rejected.",
    ),
    Case(
        "open-quote",
        "a quote in a table that never closes, 11 MB long",
        {"a.csv": b'text\n"' + b"word " * 2_200_000},
        {"a.csv:1": "too-large"},
        "A row may have twice `--max-bytes`.",
    ),
    Case(
        "wide",
        "a table of a million columns",
        {"a.csv": b"," * 1_000_000 + b"\n"},
        {"a.csv:1": "broken-table"},
        "No table of articles has more than 10,000.",
    ),
    Case(
        "parquet-cut",
        "Parquet without its end",
        {"a.parquet": TWO[:-30]},
        {"a.parquet:1": "broken-parquet"},
        "Without its end the file cannot be read.",
    ),
    Case(
        "parquet-damaged",
        "Parquet with a damaged page",
        {"a.parquet": damaged(TWO, 40)},
        {"a.parquet:1": "broken-parquet"},
        "Reading its row group stops at the damage.",
    ),
    Case(
        "parquet-bomb",
        "Parquet of some kB that unpacks to 200 MB",
        {"a.parquet": parquet_bomb(10, 10_000_000)},
        {f"a.parquet:{n}": "too-large" for n in range(1, 11)},
        "Few rows are in memory at a time, and no row that is too large is copied.",
    ),
    Case(
        "parquet-nan",
        "Parquet with NaN and a time beyond all calendars",
        {"a.parquet": ODD},
        {"a.parquet:1": Kept(text_of("parquet-nan"), fields={"n": None})},
        "NaN becomes null.",
    ),
]

ARCHIVES = [
    of_page(
        "mhtml",
        "a saved page (MHTML) named `.html`",
        "Its HTML part is the page.",
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
        b"Content-Type: text/html\n\n" + page("mhtml") + b"\n--x--\n",
    ),
    of_page(
        "mhtml-picture",
        "MHTML that holds a picture only, in 20,000 parts",
        "Without an HTML part it is no page.",
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n"
        + b"--x\nContent-Type: image/png\n\nx\n" * 20_000,
        "not-html",
        "a.mhtml",
    ),
    Case(
        "zip-names",
        "names in an archive that lead out of it",
        {
            "a.zip": zipped([("../../b.html", page("zip-names 0"))]),
            "c.tar": tarred([("/etc/d.html", page("zip-names 1"))]),
        },
        {
            r"a.zip/\x2e\x2e/\x2e\x2e/b.html": Kept(text_of("zip-names 0")),
            "c.tar/etc/d.html": Kept(text_of("zip-names 1")),
        },
        "A name is a part of the id only; nothing is written.",
    ),
    Case(
        "zip-same",
        "two members of one name in an archive",
        {"a.tar": tarred([("b.html", page("zip-same")), ("b.html", page("zip-same 1"))])},
        {"a.tar/b.html": [Kept(text_of("zip-same")), "duplicate-id"]},
        "The first document keeps the id.",
    ),
    Case(
        "zip-encrypted",
        "an encrypted member of a zip archive",
        {"a.zip": encrypted(zipped([("b.html", page("x")), ("c.html", page("zip-encrypted"))]))},
        {"a.zip/b.html": "encrypted", "a.zip/c.html": Kept(text_of("zip-encrypted"))},
        "The other members are read.",
    ),
    Case(
        "zip-bomb",
        f"a member of a zip archive that unpacks to {HUGE // 1_000_000} MB",
        {"a.zip": zipped([("b.html", b"<p>" + bytes(HUGE)), ("c.html", page("zip-bomb"))])},
        {"a.zip/b.html": "too-large", "a.zip/c.html": Kept(text_of("zip-bomb"))},
        "No more is unpacked than a page may have.",
    ),
    Case(
        "zip-overlap",
        "a zip archive that lists one member 20,000 times",
        {"a.zip": overlapping(zipped([("b.html", page("zip-overlap"))]), 20_000)},
        {
            "a.zip/b.html": Kept(text_of("zip-overlap")),
            "a.zip": "broken-zip",
        },
        "No more members are read than have room in the file.",
    ),
    Case(
        "zip-cut",
        "a zip archive that is cut",
        {"a.zip": zipped([("b.html", page("zip-cut"))])[:-9]},
        {"a.zip/b.html": Kept(text_of("zip-cut")), "a.zip": "broken-zip"},
        "The members before the cut are kept.",
    ),
    Case(
        "zip-nested",
        "an archive in an archive",
        {"a.tar": tarred([("b.zip", zipped([("c.html", page("x"))]))])},
        {"a.tar/b.zip": "unknown-kind"},
        "One layer of archives is opened.",
    ),
    Case(
        "tar-cut",
        "a packed tar archive that is cut in its second member",
        {"a.tgz": PACK["gz"](tarred([("b.html", page("tar-cut")), ("c.html", page("x"))])[:1_800])},
        {"a.tgz/b.html": Kept(text_of("tar-cut")), "a.tgz/c.html": "broken-tar"},
        "The members before the cut are kept.",
    ),
    Case(
        "tar-links",
        "links to files of this machine in a tar archive",
        {"a.tar": tarred([("b.html", b"")], tarfile.SYMTYPE) + tarred([("c", page("tar-links"))])},
        {"a.tar/c": Kept(text_of("tar-links"))},
        "They are passed over and counted.",
    ),
    Case(
        "warc-short",
        "a WARC record longer than it says",
        {"a.warc": SHORT + record(response(page("warc-short 1")))},
        {"a.warc#0": "broken-warc", f"a.warc#{len(SHORT)}": Kept(text_of("warc-short 1"))},
        "It is damaged; the next record is found.",
    ),
    Case(
        "warc-long",
        "a WARC record shorter than it says",
        {"a.warc": record(response(page("warc-long")), length=10**9)},
        {"a.warc#0": "broken-warc"},
        "Its end is missing.",
    ),
    Case(
        "warc-negative",
        "a WARC record with a length below zero",
        {"a.warc": record(response(page("x")), length=-5)},
        {"a.warc#0": "broken-warc"},
        "No record begins there.",
    ),
    Case(
        "warc-none",
        "a WARC file with a record of a picture only",
        {"a.warc": record(response(PNG, type=b"image/png"))},
        {"a.warc": "empty"},
        "Pictures are ignored; a file without a page is rejected.",
    ),
    Case(
        "warc-cut",
        "a WARC file whose last gzip member is cut",
        {"a.warc.gz": FIRST + FIRST[:60]},
        {"a.warc.gz#0": Kept(text_of("warc-cut")), f"a.warc.gz#{len(FIRST)}": "broken-gzip"},
        "The pages before the cut are kept.",
    ),
    of_response(
        "warc-404",
        "an HTTP error in a WARC file",
        "An error page is no article.",
        page("x"),
        status=b"404 Not Found",
        expect="http-status",
    ),
    of_response(
        "warc-302",
        "an HTTP redirect in a WARC file",
        "Its target has a record of its own.",
        page("x"),
        b"Location: /",
        status=b"302 Found",
        expect="http-status",
    ),
    of_response(
        "warc-lie", "a picture served as a page", "The content decides.", PNG, expect="not-html"
    ),
    of_response(
        "warc-chunked",
        "a chunked body whose last chunk is cut",
        "The available part is used.",
        chunked(page("warc-chunked"))[:-12],
        b"Transfer-Encoding: chunked",
    ),
    of_response(
        "warc-gzip",
        "a gzip body that is cut",
        "The available part is used.",
        gzip.compress(page("warc-gzip"), mtime=0)[:-9],
        b"Content-Encoding: gzip",
    ),
    of_response(
        "warc-plain",
        "a body said to be gzip, br and zstd, and in none of them",
        "It is used as it is.",
        page("warc-plain"),
        b"Content-Encoding: gzip, br, zstd",
    ),
    of_response(
        "warc-br",
        "a brotli body that unpacks to 100 MB",
        "No more is unpacked than a page may have.",
        brotli.compress(page("x") + b" " * 100_000_000, quality=1),
        b"Content-Encoding: br",
        expect="too-large",
    ),
    of_response(
        "warc-charset",
        "60,000 blanks where the charset should be",
        "Read in linear time.",
        page("warc-charset"),
        b"Content-Type: text/html; charset=" + b" " * 60_000 + b";",
    ),
]

FOLDERS = [
    of_page("fifo", "a pipe in a folder", "Opening it could block.", fifo, "unreadable"),
    of_page("socket", "a socket in a folder", "It is not a file.", unix_socket, "unreadable"),
    of_page(
        "device",
        "a link to `/dev/zero`",
        "It leaves the INPUT folder.",
        link("/dev/zero"),
        "outside-input",
    ),
    of_page(
        "outside",
        "a link to a file outside the INPUT folder",
        "Not followed.",
        link("/etc/passwd"),
        "outside-input",
    ),
    of_page(
        "nowhere", "a link that leads nowhere", "Nothing can be read.", link("gone"), "unreadable"
    ),
    Case(
        "loop",
        "links that lead to each other",
        {"a.html": link("b.html"), "b.html": link("a.html")},
        {"a.html": "unreadable", "b.html": "unreadable"},
        "Nothing can be read.",
    ),
    Case(
        "up",
        "a link to the folder it lies in",
        {"a.html": page("up"), "b": link(".")},
        {"a.html": Kept(text_of("up"))},
        "Links to folders are ignored.",
    ),
    Case(
        "folder",
        "a folder named like a page",
        {"a.html/b.jsonl/c.html": page("folder")},
        {"a.html/b.jsonl/c.html": Kept(text_of("folder"))},
        "It is read as a folder.",
    ),
    Case(
        "tower",
        "folders nested 1,200 deep",
        {"t": nested(1_200, page("tower"))},
        {"t" + "/d" * 1_200 + "/a.html": Kept(text_of("tower"))},
        "Walked as others are.",
    ),
    of_page(
        "names",
        "a line end and an escape code in a name",
        "It is escaped wherever it is written.",
        page("names"),
        file="two\nlines\x1b[2J.html",
    ),
    Case(
        "bytes",
        "a name that is no UTF-8",
        {os.fsdecode(b"caf\xe9.html"): page("bytes")},
        {"caf\\xe9.html": Kept(text_of("bytes"))},
        "The invalid bytes are escaped.",
    ),
    of_page(
        "long-name",
        "a name of 255 letters",
        "Read as any other.",
        page("long-name"),
        file="n" * 250 + ".html",
    ),
    Case("hidden", "a hidden file", {".a.html": page("hidden")}, {}, "It is ignored, and counted."),
]

CASES = [*COMPRESSION, *SIZES, *PAGES, *CHARACTERS, *RECORDS, *ARCHIVES, *FOLDERS]
"""All kinds, in the order of the table."""

NEIGHBOURS = {
    "a-neighbours/first.html": page("first neighbour"),
    "a-neighbours/records.jsonl": b"".join(
        line(f"neighbour {n}", id=f"neighbour-{n}") for n in range(3)
    ),
    "z-neighbours/archive.warc": b"".join(
        record(response(page(f"archived {n}"))) for n in range(2)
    ),
    "z-neighbours/last.html": page("last neighbour"),
}
"""Good inputs, before and behind the hostile ones."""

MEMORY = 1024
"""MiB of address space of a worker, and the most that any process of the run may hold."""

OPTIONS = (
    *("--level", "copies", "--workers", 2),
    *("--timeout", 5, "--memory", MEMORY, "--max-bytes", MOST_BYTES),
)
"""How the folder is run: the caps of the table."""
