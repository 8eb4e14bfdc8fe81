"""Sample articles in the shapes of crawlers and data sets, for the recipes of docs/inputs.md.

The shapes are those that the programs write: wget 1.21, HTTrack 3.49, the WARC files of CC-NEWS,
Scrapy 2.19, news-please 1.6, Fundus 0.5 and the data set "All the News".
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lxml import html

HOSTS = ("harborpost.example", "lakecitynews.example", "northvalecourier.example")

FETCHED = datetime(2026, 3, 20, 8)

BOM = "\ufeff"

ROBOTS = b"User-agent: *\nDisallow: /search and /share\n"


@dataclass(frozen=True)
class Article:
    """A sample page, and what a spider takes from it; the paragraphs include some of the site."""

    path: str
    page: bytes
    url: str
    title: str
    date: datetime | None
    authors: list[str]
    paragraphs: list[str]

    @property
    def host(self) -> str:
        return self.path.partition("/")[0]

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)


def sample_articles(samples: Path) -> list[Article]:
    """The sample articles of three outlets in English, by path."""
    known = json.loads((samples / "articles.json").read_text("utf-8"))
    wanted = (each for each in known if each["page"].startswith(HOSTS) and each["outlet"])
    return [_article(each, samples) for each in sorted(wanted, key=lambda each: each["page"])]


def _article(known: dict, samples: Path) -> Article:
    page = (samples / "dump" / known["page"]).read_bytes()
    found = html.fromstring(page.decode()).iter("p")
    paragraphs = [text for each in found if (text := each.text_content().strip())]
    date = datetime.fromisoformat(known["date"]) if known.get("date") else None
    authors = [known["author"]] if known.get("author") else []
    return Article(known["page"], page, known["url"], known["title"], date, authors, paragraphs)


def write_recipe_inputs(folder: Path, samples: Path) -> None:
    """Write the inputs of all recipes into a folder."""
    articles = sample_articles(samples)
    write_wget_mirror(folder / "mirror", articles)
    write_httrack_mirror(folder / "httrack", articles)
    name = "CC-NEWS-20260320080000-00001.warc.gz"
    (folder / name).write_bytes(cc_news(articles, name))
    write_scrapy_feeds(folder, articles)
    write_news_please(folder / "news-please-repo" / "data", articles)
    write_fundus(folder, articles)
    write_all_the_news(folder, articles)


def write_wget_mirror(folder: Path, articles: list[Article]) -> None:
    """What ``wget -m -k -K`` leaves: a folder for each host."""
    for article in articles:
        _write(folder / article.path, article.page)
        _write(folder / f"{article.path}.orig", article.page)
    for host in HOSTS:
        _write(folder / host / "robots.txt", ROBOTS)
        _write(folder / host / "index.html", _front_page(host, articles))


def write_httrack_mirror(folder: Path, articles: list[Article]) -> None:
    """What ``httrack`` leaves: the hosts, its log, its cache and an index of its own."""
    for article in articles:
        said = f"<!-- Mirrored from {article.path} by HTTrack Website Copier/3.x [XR&CO'2014], "
        said += f"{FETCHED:%a, %d %b %Y %H:%M:%S} GMT -->"
        page = article.page.replace(b"<head>", f"\n{said}\n<head>".encode(), 1)
        page = page.replace(f'href="https://{article.host}'.encode(), b'href="..')
        _write(folder / article.path, page)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as cache:
        for article in articles:
            cache.writestr(zipfile.ZipInfo(f"http://{article.path}"), article.page)
    _write(folder / "hts-cache" / "new.zip", packed.getvalue())
    listed = "".join(f"08:00:00\t{len(each.page)}\t{each.url}\n" for each in articles)
    _write(folder / "hts-cache" / "new.txt", listed.encode())
    _write(folder / "hts-log.txt", b"HTTrack3.49-4+htsswf launched on Fri, 20 Mar 2026 08:00:00\n")
    _write(
        folder / "index.html", b"<html><body><h1>Index of sites that are here</h1></body></html>"
    )
    _write(folder / "fade.gif", b"GIF89a\x01\x00\x01\x00")


def _front_page(host: str, articles: list[Article]) -> bytes:
    own = [each for each in articles if each.host == host]
    links = "".join(f'<li><a href="/{each.path}">{each.title}</a></li>' for each in own)
    head = "<html><head><title>Home</title></head>"
    return f"{head}<body><ul>{links}</ul></body></html>".encode()


def cc_news(articles: list[Article], name: str) -> bytes:
    """A file of CC-NEWS: a gzip member a record; each page as a request and a response.

    Content encodings are undone, with the header renamed. Robots rules, feeds and errors are
    among the responses, and one page was fetched twice.
    """
    fields = "application/warc-fields"
    about = b"software: StormCrawler\r\nisPartOf: CC-NEWS\r\nformat: WARC File Format 1.0\r\n"
    records = [_record("warcinfo", {"WARC-Filename": name}, fields, about)]
    for article in [*articles, articles[0]]:
        records += _exchange(article.url, "200 OK", "text/html; charset=utf-8", article.page)
        fetched = {"WARC-Target-URI": article.url}
        records.append(_record("metadata", fetched, fields, b"fetchTimeMs: 212\r\n"))
    site = f"https://{HOSTS[0]}"
    missing = b"<html><body><p>The page that you look for is not here any more.</p></body></html>"
    records += _exchange(f"{site}/robots.txt", "200 OK", "text/plain", ROBOTS)
    records += _exchange(f"{site}/feed", "200 OK", "application/rss+xml", b"<rss></rss>")
    records += _exchange(f"{site}/gone", "404 Not Found", "text/html", missing)
    return b"".join(records)


def _exchange(url: str, status: str, kind: str, body: bytes) -> list[bytes]:
    """A request and its response."""
    asked = f"GET / HTTP/1.1\r\nUser-Agent: CCBot/2.0\r\nHost: {url.split('/')[2]}\r\n\r\n".encode()
    answered = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nX-Crawl-Content-Encoding: gzip\r\n"
    answered += f"X-Crawl-Transfer-Encoding: chunked\r\nContent-Length: {len(body)}\r\n\r\n"
    about = {"WARC-Target-URI": url, "WARC-IP-Address": "192.0.2.1"}
    return [
        _record("request", about, "application/http; msgtype=request", asked),
        _record("response", about, "application/http; msgtype=response", answered.encode() + body),
    ]


def _record(kind: str, headers: dict[str, str], content_type: str, block: bytes) -> bytes:
    """A record as a gzip member of its own."""
    given = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, kind + repr(headers))}>",
        "WARC-Date": f"{FETCHED.isoformat()}Z",
        **headers,
        "Content-Type": content_type,
        "Content-Length": str(len(block)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return gzip.compress(f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n", mtime=0)


def write_scrapy_feeds(folder: Path, articles: list[Article]) -> None:
    """The feeds of a spider with items of its own, and of one with an item loader.

    The exporter of JSON writes a datetime without its zone; that of CSV joins lists with commas.
    """
    items = [
        {
            "url": each.url,
            "title": each.title,
            "published": f"{each.date:%Y-%m-%d %H:%M:%S}" if each.date else None,
            "author": each.authors,
            "body": each.paragraphs,
            "scraped_at": f"{FETCHED:%Y-%m-%d %H:%M:%S}",
        }
        for each in articles
    ]
    loaded = [{name: _listed(value) for name, value in item.items() if value} for item in items]
    (folder / "feed.jl").write_text("".join(json.dumps(item) + "\n" for item in items))
    (folder / "loaded.jl").write_text("".join(json.dumps(item) + "\n" for item in loaded))
    lines = ",\n".join(json.dumps(item) for item in items)
    (folder / "feed.json").write_text(f"[\n{lines}\n]")
    _write_table(folder / "feed.csv", [_with_commas(item) for item in items])


def _with_commas(item: dict) -> dict:
    return {n: ",".join(value) if isinstance(value, list) else value for n, value in item.items()}


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


def write_news_please(folder: Path, articles: list[Article]) -> None:
    """What the default pipelines of news-please leave: a page, and a JSON file beside it.

    The text of one page was not found: its ``maintext`` is null.
    """
    day = folder / f"{FETCHED:%Y/%m/%d}"
    for number, article in enumerate(articles):
        name = article.path.partition("/")[2].replace("/", "_").removesuffix(".html")
        path = day / article.host / f"{name}_{1_773_993_600 + number}.html"
        _write(path, article.page)
        record = {
            "authors": article.authors,
            "date_download": str(FETCHED),
            "date_modify": str(FETCHED),
            "date_publish": f"{article.date:%Y-%m-%d %H:%M:%S}" if article.date else None,
            "description": article.paragraphs[0][:120],
            "filename": path.name,
            "image_url": None,
            "language": "en",
            "localpath": f"/home/news/{path.relative_to(folder.parent)}",
            "title": article.title,
            "title_page": f"{article.title} | {article.host}",
            "title_rss": "NULL",
            "source_domain": article.host,
            "maintext": article.text if number else None,
            "url": article.url,
        }
        _write(path.with_name(f"{path.name}.json"), json.dumps(record, ensure_ascii=False).encode())


def write_fundus(folder: Path, articles: list[Article]) -> None:
    """What ``save_to_file`` of Fundus writes, lists of articles by publisher; and lines of them."""
    by_publisher: dict[str, list[dict]] = {}
    lines = []
    for article in articles:
        given = {
            "title": article.title,
            "authors": article.authors,
            "publishing_date": str(article.date) if article.date else None,
        }
        saved = {**given, "free_access": True, "body": _fundus_body(article), "topics": []}
        by_publisher.setdefault(_outlet(article), []).append(saved)
        plain = "\n\n".join(article.paragraphs)
        lines.append({**given, "plaintext": plain, "lang": "en", "url": article.url})
    saved_to_file = json.dumps(by_publisher, ensure_ascii=False, indent=4)
    (folder / "fundus.json").write_text(saved_to_file, "utf-8")
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "fundus.jsonl").write_text(text, "utf-8")


def _fundus_body(article: Article) -> dict:
    """A body with a summary, a section without a headline, and one with."""
    first, *rest = article.paragraphs
    sections = [
        {"headline": [], "paragraphs": rest[:3]},
        {"headline": ["What is known"], "paragraphs": rest[3:]},
    ]
    return {"summary": [first], "sections": sections}


def _outlet(article: Article) -> str:
    return f"The {article.host.partition('.')[0].title()}"


def write_all_the_news(folder: Path, articles: list[Article]) -> None:
    """The tables of "All the News": an index without a name, no addresses, texts of many lines.

    The second was saved by a spreadsheet: a byte-order mark, and dates of another form.
    """
    rows = [
        {
            "": number,
            "id": 17_283 + number,
            "title": f"{each.title} - {_outlet(each)}",
            "publication": _outlet(each),
            "author": ", ".join(each.authors),
            "date": f"{each.date:%Y-%m-%d}" if each.date else "",
            "year": f"{each.date.year}.0" if each.date else "",
            "month": f"{each.date.month}.0" if each.date else "",
            "url": "",
            "content": each.text,
        }
        for number, each in enumerate(articles)
    ]
    half = len(rows) // 2
    _write_table(folder / "articles1.csv", rows[:half])
    _write_table(folder / "articles2.csv", [_resaved(row) for row in rows[half:]], BOM)


def _resaved(row: dict) -> dict:
    year, month, day = row["date"].split("-") if row["date"] else ("", "", "")
    return {**row, "date": f"{int(month)}/{int(day)}/{year}" if year else ""}


def _write_table(path: Path, rows: list[dict], mark: str = "") -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes((mark + text.getvalue()).encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
