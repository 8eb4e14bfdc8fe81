"""Builds the sample dump from the article texts and the outlet templates.

Reads `samples/articles.json` and `samples/outlets/*.html` and writes the same pages five times,
as the kinds of input that scraped news usually comes in, and the answer that is expected:

    samples/dump/<host>/<path>.html   the pages, in the encoding that their template declares
    samples/dump.jsonl                one record a line: id, url, html
    samples/dump.warc.gz              response records, one gzip member a record
    samples/feed.jsonl                the articles alone, as the items of a spider
    samples/table.csv                 the same, as a table with other names and days for dates
    samples/expected.jsonl            one line a page: status, story, canonical, relation

The build is deterministic: no clock, no random numbers, no order of a set. Run it from anywhere:

    python scripts/make_samples.py            writes the files
    python scripts/make_samples.py --check    writes nothing, fails if a file is out of step
"""

from __future__ import annotations

import argparse
import base64
import csv
import gzip
import html
import io
import json
import re
import string
import sys
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
WARC_DATE = "2026-04-01T00:00:00Z"
TEASERS = 3
# Names are spelled out here because strftime gives them in the language of the machine.
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
PLACEHOLDER = re.compile(r"\$\{?([a-z_]+)")
CHARSET = re.compile(r"""charset=["']?([\w-]+)""", re.IGNORECASE)


class Derivation(TypedDict, total=False):
    """How a copied text differs from the page it was copied from; applied in this order."""

    page: str
    keep: list[int]
    replace: list[tuple[str, str]]
    insert_after: list[tuple[int, list[str]]]
    before: str
    after: list[str]


@dataclass(frozen=True)
class Article:
    """One page of the dump: its text, its metadata and what the tool must say about it."""

    page: str
    outlet: str
    story: str | None
    title: str
    date: datetime | None
    author: str | None
    language: str
    url: str
    canonical_url: str | None
    paragraphs: tuple[str, ...]
    raw: bytes | None
    stub: bool
    group: str | None
    relation: str | None
    rejected: bool


def derive(source: tuple[str, ...], how: Derivation) -> list[str]:
    """Returns the paragraphs of a copy; `insert_after` counts the paragraphs that were kept."""
    paragraphs = [source[i] for i in how.get("keep", range(len(source)))]
    for old, new in how.get("replace", []):
        # An edit that hits nothing, or two places, would silently change what a page is there for.
        if "\n".join(paragraphs).count(old) != 1:
            raise ValueError(f"the edit {old!r} of {how['page']} must match exactly once")
        paragraphs = [text.replace(old, new) for text in paragraphs]
    extra = dict(how.get("insert_after", []))
    woven = [text for i, kept in enumerate(paragraphs) for text in (kept, *extra.get(i, []))]
    woven[0] = how.get("before", "") + woven[0]
    return woven + how.get("after", [])


def load_articles(path: Path) -> list[Article]:
    """Reads articles.json; a page that others were copied from stands before them."""
    articles: dict[str, Article] = {}
    for entry in json.loads(path.read_text(encoding="utf-8")):
        raw = entry.get("raw_base64")
        paragraphs = entry.get("paragraphs", [])
        if "from" in entry:
            paragraphs = derive(articles[entry["from"]["page"]].paragraphs, entry["from"])
        articles[entry["page"]] = Article(
            page=entry["page"],
            outlet=entry["outlet"] or "",
            story=entry["story"],
            title=entry["title"] or "",
            date=datetime.fromisoformat(entry["date"]) if entry["date"] else None,
            author=entry["author"],
            language=entry["language"] or "",
            url=entry["url"],
            canonical_url=entry["canonical_url"],
            paragraphs=tuple(paragraphs),
            raw=None if raw is None else base64.b64decode(raw),
            stub=entry.get("stub", False),
            group=entry["expect"]["group"],
            relation=entry["expect"]["relation"],
            rejected=entry["expect"].get("rejected", False),
        )
    return list(articles.values())


def date_values(date: datetime | None) -> dict[str, str | None]:
    """Returns the date in the pieces from which each template makes its own notation."""
    return {
        "date_iso": date.isoformat() if date else None,
        "weekday": WEEKDAYS[date.weekday()] if date else None,
        "year": f"{date:%Y}" if date else None,
        "month": f"{date:%m}" if date else None,
        "day": f"{date:%d}" if date else None,
        "clock": f"{date:%H:%M}" if date else None,
        "month_name": MONTHS[date.month - 1] if date else None,
        "day_number": str(date.day) if date else None,
    }


def structured_data(article: Article) -> str:
    """Returns the schema.org object of a page, as its content system would print it."""
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "url": article.url,
        "inLanguage": article.language,
    }
    if article.date:
        data["datePublished"] = article.date.isoformat()
    if article.author:
        data["author"] = {"@type": "Person", "name": article.author}
    return json.dumps(data, ensure_ascii=False)


def teasers(article: Article, articles: list[Article]) -> str | None:
    """Returns links to the next articles of the outlet, which every real page is full of."""
    same = [other for other in articles if other.outlet == article.outlet]
    at = same.index(article)
    others = (same[at + 1 :] + same[:at])[:TEASERS]
    if not others:
        return None
    return "\n".join(
        f'<li><a href="{html.escape(other.url)}">{html.escape(other.title)}</a></li>'
        for other in others
    )


def values_of(article: Article, articles: list[Article]) -> dict[str, str | None]:
    """Returns what the placeholders of a template stand for on one page; None means nothing."""
    escaped = [html.escape(text) for text in article.paragraphs]
    blocks = [f"<p>{text}</p>" for text in escaped]
    return {
        **date_values(article.date),
        "title": html.escape(article.title),
        "author": html.escape(article.author) if article.author else None,
        "language": article.language,
        "url": html.escape(article.url),
        "canonical": html.escape(article.canonical_url) if article.canonical_url else None,
        # A menu page has no text, so it has nothing to describe either.
        "description": escaped[0][:120].rpartition(" ")[0] if escaped else None,
        "jsonld": structured_data(article),
        "teasers": teasers(article, articles),
        "lead": "\n".join(blocks[:1]),
        "rest": "\n".join(blocks[1:]),
        "paragraphs": "\n".join(blocks),
        "lines": "<BR><BR>\n".join(escaped),
        "paywall": "" if article.stub else None,
    }


def fill(template: str, values: dict[str, str | None]) -> str:
    """Fills in a template; a line with a placeholder that stands for nothing is left out.

    So a template needs no conditions: what a page does not have simply keeps a line of its own.
    """
    known = {name: value for name, value in values.items() if value is not None}
    return "".join(
        string.Template(line).substitute(known) + "\n"
        for line in template.splitlines()
        if all(values[name] is not None for name in PLACEHOLDER.findall(line))
    )


def render(article: Article, articles: list[Article]) -> tuple[bytes, str]:
    """Returns a page as the bytes a server would send and as the decoded text."""
    if article.raw is not None:
        return article.raw, article.raw.decode("utf-8", errors="replace")
    template = (SAMPLES / "outlets" / f"{article.outlet}.html").read_text(encoding="utf-8")
    declared = CHARSET.search(template)
    charset = declared.group(1) if declared else "utf-8"
    # What the old encodings cannot write becomes a numeric reference, as such sites do it.
    page = fill(template, values_of(article, articles)).encode(charset, "xmlcharrefreplace")
    return page, page.decode(charset)


def warc_record(kind: str, name: str, headers: list[tuple[str, str]], block: bytes) -> bytes:
    """Returns one WARC record as a gzip member of its own, so that readers can seek to it."""
    lines = [
        ("WARC-Type", kind),
        # The id and the date come from the page and from a constant, never from the clock.
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'dedup:{name}')}>"),
        ("WARC-Date", WARC_DATE),
        *headers,
        ("Content-Length", str(len(block))),
    ]
    head = "WARC/1.1\r\n" + "".join(f"{key}: {value}\r\n" for key, value in lines) + "\r\n"
    member = io.BytesIO()
    # GzipFile rather than gzip.compress: its header is the same in every version of Python.
    with gzip.GzipFile(filename="", mode="wb", fileobj=member, mtime=0) as packed:
        packed.write(head.encode() + block + b"\r\n\r\n")
    return member.getvalue()


def warc_file(pages: list[tuple[Article, bytes]]) -> bytes:
    """Returns the dump as a crawler would have stored it: a description, then the responses."""
    about = b"software: scripts/make_samples.py\r\nformat: WARC File Format 1.1\r\n"
    records = [
        warc_record("warcinfo", "warcinfo", [("Content-Type", "application/warc-fields")], about)
    ]
    for article, page in pages:
        http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
        headers = [
            ("WARC-Target-URI", article.url),
            ("Content-Type", "application/http; msgtype=response"),
        ]
        records.append(warc_record("response", article.page, headers, http.encode() + page))
    return b"".join(records)


def expected(articles: list[Article]) -> list[dict[str, str | None]]:
    """Returns what the tool must decide about each page."""
    elected: dict[str, str] = {}
    for article in articles:
        if article.group and article.relation is None:
            if article.group in elected:
                raise ValueError(f"{article.group} has two canonical pages")
            elected[article.group] = article.page
    lines: list[dict[str, str | None]] = []
    for article in articles:
        canonical = elected[article.group] if article.group else None
        status = "unique"
        if article.rejected:
            status = "rejected"
        elif canonical:
            status = "canonical" if canonical == article.page else "duplicate"
        lines.append(
            {
                "id": article.page,
                "status": status,
                "story": article.story,
                "canonical_id": canonical,
                "relation": article.relation,
            }
        )
    return lines


def json_lines(records: list[dict[str, str | None]]) -> bytes:
    """Returns records as JSON lines in UTF-8."""
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()


def feed(articles: list[Article]) -> list[dict[str, str | None]]:
    """Returns the articles as a spider with its own selectors exports them, one item a page."""
    return [
        {
            "url": article.url,
            "headline": article.title,
            "published": article.date.isoformat() if article.date else None,
            "body": "\n".join(article.paragraphs),
        }
        for article in articles
        if article.paragraphs
    ]


def csv_table(items: list[dict[str, str | None]]) -> bytes:
    """Returns the items of a feed as a table, as data sets of news are passed around."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["link", "title", "day", "content"])
    for item in items:
        day = (item["published"] or "")[:10]
        writer.writerow([item["url"], item["headline"], day, item["body"]])
    return table.getvalue().encode()


def build() -> dict[str, bytes]:
    """Returns every file of the sample dump by its path below samples/."""
    articles = load_articles(SAMPLES / "articles.json")
    # Sorted by id everywhere, so that the order of articles.json is free to tell a story.
    by_id = sorted(articles, key=lambda article: article.page)
    pages = [(article, *render(article, articles)) for article in by_id]
    files = {f"dump/{article.page}": page for article, page, _ in pages}
    files["dump.jsonl"] = json_lines(
        [{"id": article.page, "url": article.url, "html": text} for article, _, text in pages]
    )
    files["dump.warc.gz"] = warc_file([(article, page) for article, page, _ in pages])
    files["feed.jsonl"] = json_lines(feed(by_id))
    files["table.csv"] = csv_table(feed(by_id))
    files["expected.jsonl"] = json_lines(expected(by_id))
    return files


def out_of_step(files: dict[str, bytes]) -> list[str]:
    """Returns the files on disk that a build would add, change or remove."""
    present = {
        path.relative_to(SAMPLES).as_posix()
        for path in (SAMPLES / "dump").rglob("*")
        if path.is_file()
    }
    wrong = present - files.keys()
    for name, content in files.items():
        path = SAMPLES / name
        stored = path.read_bytes() if path.is_file() else None
        if stored is not None and name.endswith(".gz"):
            # Builds of zlib may pack the same bytes differently, which is no difference here.
            stored, content = gzip.decompress(stored), gzip.decompress(content)
        if stored != content:
            wrong.add(name)
    return sorted(wrong)


def write(files: dict[str, bytes], changed: list[str]) -> None:
    """Writes what has changed and removes pages that no article stands for any more."""
    for name in changed:
        path = SAMPLES / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        else:
            path.unlink()


def main() -> int:
    """Builds the dump, or with --check only says what a build would change."""
    parser = argparse.ArgumentParser(description="Builds the sample dump.")
    parser.add_argument("--check", action="store_true", help="fail if a file is out of step")
    check = parser.parse_args().check
    files = build()
    changed = out_of_step(files)
    if not check:
        write(files, changed)
    for name in changed:
        print(f"{'out of step' if check else 'written'}: samples/{name}", file=sys.stderr)
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
