from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.to_document import (
    clean_own_texts,
    from_page,
    no_sentence,
    too_short,
)
from dedup.config import CleanConfig
from dedup.models import CleanPage, Draft, Extraction, RawRecord, Reason, Rejection, Removal

CONFIG = CleanConfig()
TEXT = "The ferry to Port Elwood will run again from Monday."

PAGE = {
    "url": "https://www.x.com/ferry?utm_source=a",
    "title": "Ferry runs again",
    "date": "2024-05-03",
    "author": "Jane Doe",
    "site": "X Times",
    "language": "en",
    "description": "On the ferry.",
}


def page_document(record=None, *, text=TEXT, draft=None, **said):
    record = record or RawRecord("a", "pages", html=b"<p>")
    return from_page(record, CleanPage(Extraction("", **said), draft or Draft(text)), CONFIG)


def text_document(fields=None, mapped=None, *, doc_id="a", text=TEXT):
    record = RawRecord(doc_id, "records", fields or {}, mapped or {}, text=text)
    return cleaned(record)


def cleaned(record):
    (document,) = clean_own_texts([record], CONFIG)
    return document


# --- records with a text -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", Reason.NO_TEXT), (None, Reason.NO_TEXT), ("Too short.", Reason.TOO_SHORT)],
)
def test_a_text_that_is_too_short_is_rejected(text, reason):
    assert cleaned(RawRecord("a", "records", text=text)).reason == reason


def test_a_rejected_record_stays_rejected():
    rejection = Rejection(Reason.TOO_LARGE, "9 bytes")
    assert cleaned(RawRecord("a", "records", rejection=rejection)) == rejection


def test_a_records_own_title_and_author_are_known_to_the_steps():
    text = f"Ferry runs again\nJane Doe\n{TEXT}"
    fields = {"headline": "Ferry runs again", "title": 7, "author": "Jane Doe"}
    assert cleaned(RawRecord("a", "records", fields, {"title": "headline"}, text=text)).text == TEXT
    assert text_document({"title": 7, "author": {"name": "Jane Doe"}}, text=text).text == text


def test_a_field_that_is_a_list_of_one_value_counts_as_that_value():
    fields = {
        "url": ["https://y.com/2"], "title": ["\n", "Ferry runs again"], "date": ["2024-05-03"],
        "site": ["Y"], "language": ["en"], "canonical_url": ["https://x.com/1"],
    }  # fmt: skip
    document = text_document(dict(fields), text=f"Ferry runs again\n{TEXT}")
    assert (document.url, document.host, document.title) == (
        "https://y.com/2",
        "y.com",
        "Ferry runs again",
    )
    assert (document.date, document.language) == ("2024-05-03", "en")
    assert (document.canonical_page, document.text) == ("x.com/1", TEXT)
    assert document.fields == {"id": "a", **fields}


def test_a_field_that_is_a_list_of_several_values_is_none():
    document = text_document({"url": ["https://y.com/2", "https://y.com/3"], "title": ["A", "B"]})
    assert (document.url, document.host, document.title) == (None, None, None)


@pytest.mark.parametrize("name", ["author", "authors"])
def test_all_authors_of_a_list_are_known_to_the_steps(name):
    text = f"Bo Ek\n{TEXT}\nJane Doe"
    document = text_document({name: ["Jane Doe", "Bo Ek"]}, {"author": name}, text=text)
    assert document.text == TEXT


# --- fields and ids ------------------------------------------------------------------------------


def test_a_bare_page_gives_its_id_and_what_it_says_of_itself():
    document = page_document(**PAGE, date_source="meta")
    assert document.fields == {"id": "a", **PAGE, "date_source": "meta"}
    assert (document.doc_id, document.source, document.text) == ("a", "pages", TEXT)
    assert (document.title, document.language) == ("Ferry runs again", "en")
    assert (document.url, document.host, document.page) == (PAGE["url"], "x.com", "x.com/ferry")
    assert (document.date, document.moment) == ("2024-05-03", 1714737600.0)


@pytest.mark.parametrize("source", ["jsonld", "meta", "time", "url", "text"])
def test_the_date_of_a_page_carries_its_source_and_a_guess_does_not_decide(source):
    document = page_document(date="2024-05-03", date_source=source)
    assert (document.fields["date"], document.fields["date_source"]) == ("2024-05-03", source)
    assert document.moment == (None if source == "text" else 1714737600.0)


def test_a_date_that_no_page_can_have_is_no_field():
    document = page_document(date="0001-01-01T00:00:00+00:00", date_source="meta")
    assert (document.fields, document.date, document.moment) == ({"id": "a"}, None, None)


@pytest.mark.parametrize("name", ["date", "published"])
def test_the_date_of_a_record_has_no_source(name):
    record = RawRecord("a", "r", {name: "2020-01-02"}, {"date": name}, html=b"<p>")
    document = page_document(record, date="2024-05-03", date_source="text")
    assert document.fields == {"id": "a", name: "2020-01-02"}
    assert document.date == "2020-01-02"
    assert document.moment is not None


def test_what_a_page_does_not_say_is_no_field():
    assert page_document().fields == {"id": "a"}


def test_a_records_own_fields_win_and_stay_as_they_are():
    own = {
        "id": "own",
        "url": "https://y.com/2",
        "title": "Own title",
        "date": "2020-01-02",
        "author": None,
        "kept": [1, {"x": None}],
    }
    record = RawRecord("own", "records", dict(own), html=b"<p>")
    document = page_document(record, **PAGE)
    assert {**document.fields, "author": None} == {
        **own,
        **{name: PAGE[name] for name in ("site", "language", "description")},
    }
    assert (document.url, document.host, document.title) == (
        "https://y.com/2",
        "y.com",
        "Own title",
    )
    assert document.date == "2020-01-02"
    assert record.fields == own


def test_a_mapped_name_keeps_the_pages_value_out():
    record = RawRecord("a", "r", {"headline": "Own", "link": "https://y.com/2"},
                       {"title": "headline", "url": "link"}, html=b"<p>")  # fmt: skip
    document = page_document(record, **PAGE)
    assert document.title == "Own"
    assert document.url == "https://y.com/2"
    assert "title" not in document.fields
    assert "url" not in document.fields


def test_what_a_page_says_goes_to_the_name_that_the_field_has():
    record = RawRecord("a", "r", {"title": "Teaser"}, {"title": "headline", "url": "link"},
                       html=b"<p>")  # fmt: skip
    document = page_document(record, **PAGE)
    assert (document.title, document.url) == (PAGE["title"], PAGE["url"])
    assert document.fields["title"] == "Teaser"
    assert (document.fields["headline"], document.fields["link"]) == (PAGE["title"], PAGE["url"])


@pytest.mark.parametrize("value", [5, ["x", "y"], [{"a": 1}], {"a": 1}, "", "  ", True], ids=repr)
def test_an_own_value_that_is_no_text_is_kept_and_not_used(value):
    record = RawRecord("a", "r", {"title": value, "url": value}, html=b"<p>")
    document = page_document(record, **PAGE)
    assert document.fields["title"] == value
    assert document.title == "Ferry runs again"
    assert document.host == "x.com"


def test_an_own_date_of_unknown_form_gives_way_to_the_pages():
    record = RawRecord("a", "r", {"date": "yesterday"}, html=b"<p>")
    document = page_document(record, **PAGE)
    assert document.date == "2024-05-03"
    assert document.fields["date"] == "yesterday"


def test_what_was_removed_is_in_the_document():
    removed = (Removal("credit", "— AP"),)
    draft = Draft(TEXT, agency="AP", dateline="ROME", credit="— AP", removed=removed)
    document = page_document(draft=draft, url="https://apnews.com/x")
    assert (document.agency, document.dateline, document.credit) == ("AP", "ROME", "— AP")
    assert document.removed == removed
    assert document.fields["agency"] == "AP"
    assert document.fields["dateline"] == "ROME"
    own = RawRecord("a", "r", {"agency": "own"}, html=b"<p>")
    assert page_document(own, draft=draft).fields["agency"] == "own"


@pytest.mark.parametrize(
    ("url", "agency", "expected"),
    [
        ("https://apnews.com/x", "AP", True),
        ("https://apnews.com/x", None, True),
        ("https://apnews.com/x", "Reuters", False),
        ("https://x.com/x", "AP", False),
        (None, "AP", False),
    ],
    ids=["credits itself", "credits nobody", "credits another", "elsewhere", "unknown"],
)
def test_a_page_on_an_agencys_own_site_is_the_agencys_unless_it_credits_another(
    url, agency, expected
):
    assert page_document(draft=Draft(TEXT, agency=agency), url=url).agency_page is expected


@pytest.mark.parametrize(
    ("fields", "mapped", "expected"),
    [
        ({"id": "a", "x": 1}, {}, {"id": "a", "x": 1}),
        ({"id": 7}, {}, {"id": 7}),
        ({"id": 0}, {}, {"id": 0}),
        ({"x": 1}, {}, {"x": 1, "id": "a"}),
        ({"id": None}, {}, {"id": "a"}),
        ({"id": ""}, {}, {"id": "a"}),
        ({"guid": "a", "id": "other"}, {"id": "guid"}, {"guid": "a", "id": "other"}),
        ({"guid": None}, {"id": "guid"}, {"guid": "a"}),
    ],
    ids=["own", "number", "zero", "none", "null", "empty", "mapped", "mapped and null"],
)  # fmt: skip
def test_a_text_record_keeps_its_fields_and_gets_an_id_where_it_has_none(fields, mapped, expected):
    given_fields = dict(fields)
    assert text_document(fields, mapped).fields == expected
    assert fields == given_fields


def test_a_text_record_tells_its_own_facts():
    document = text_document(
        {
            "url": "http://m.x.com/1/",
            "canonical_url": "https://y.com/2",
            "site": "X",
            "date": 1714730400,
            "language": "de",
            "title": "T",
        }
    )
    assert (document.host, document.page, document.canonical_page) == (
        "x.com",
        "x.com/1",
        "y.com/2",
    )
    assert (document.date, document.moment) == ("2024-05-03T10:00:00Z", 1714730400.0)
    assert (document.language, document.title) == ("de", "T")


field_names = st.sampled_from(["id", "url", "title", "date", "site", "language", "x"])
field_values = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 2**40), st.text(max_size=9), st.just([1])
)


@given(st.dictionaries(field_names, field_values))
def test_no_field_of_a_record_is_changed_or_lost(fields):
    before = dict(fields)
    document = text_document(fields)
    assert fields == before
    assert all(document.fields[name] == fields[name] for name in fields if name != "id")


# --- host and address -----------------------------------------------------------------------------


def test_without_an_address_what_it_names_as_its_canonical_is_the_address():
    document = page_document(canonical_url="https://y.com/2")
    assert document.url == "https://y.com/2"
    assert document.page == document.canonical_page == "y.com/2"


def test_without_any_address_the_sites_name_is_the_host():
    assert page_document(site="X Times").host == "x times"
    assert page_document().host is None
    assert page_document(url="no address", site="X").host == "x"


@pytest.mark.parametrize(
    ("doc_id", "host"),
    [
        ("www.x.com/2024/ferry.html", "x.com"),
        ("News.X.co.uk/a.html", "news.x.co.uk"),
        ("x.com", None),
        ("pages/a.html", None),
        ("2024-05-03/x.com/ferry.html", "x.com"),
        ("20240503/x.com/ferry.html", "x.com"),
        ("2024/05/03/x.com/ferry.html", "x.com"),
        ("pages/x.com/ferry.html", None),
        ("2024-05-03/pages/ferry.html", None),
        ("2024.05.03/a.html", None),
        ("v1.2/a.html", None),
        ("a..b/a.html", None),
        ("-x.com/a.html", None),
        (f"{'x' * 64}.com/a.html", None),
        ("/x.com/a.html", None),
    ],
    ids=lambda part: str(part)[:30],
)
def test_a_mirrors_folder_is_the_host_of_its_pages(doc_id, host):
    assert page_document(RawRecord("id", "pages", html=b"<p>", places=(doc_id,))).host == host


def test_a_page_has_one_address_whether_folders_of_days_are_given_or_the_folder_around_them():
    inside = RawRecord("id", "p", html=b"<p>", places=("2024-05-03/x.com/2024/05/a.html",))
    assert page_document(inside).page == "x.com/2024/05/a.html"


def test_a_mirrors_folder_wins_over_a_canonical_page_elsewhere_and_not_over_an_address():
    record = RawRecord("1/x.com/ferry.html", "pages", html=b"<p>", places=("x.com/ferry.html",))
    copied = page_document(record, canonical_url="https://y.com/ferry")
    assert (copied.host, copied.url, copied.canonical_page) == ("x.com", None, "y.com/ferry")
    own = page_document(record, canonical_url="https://www.x.com/ferry")
    assert (own.host, own.page) == ("x.com", "x.com/ferry")
    said = page_document(record, url="https://z.com/1")
    assert said.host == "z.com"


def test_a_mirror_is_found_in_an_archive_or_around_it():
    inside = RawRecord("id", "p", html=b"<p>", places=("x.com/a.html", "y.com/p.zip/x.com/a.html"))
    around = RawRecord("id", "p", html=b"<p>", places=("d/a.html", "y.com/p.zip/d/a.html"))
    neither = RawRecord("id", "p", html=b"<p>", places=("a.html", "./p.zip/a.html"))
    assert page_document(neither).host is None
    assert page_document(inside).page == "x.com/a.html"
    assert page_document(around).page == "y.com/p.zip/d/a.html"


def test_an_input_folder_named_like_a_host_counts_less_than_a_pages_own_address():
    record = RawRecord("id", "p", html=b"<p>", places=("d/a.html",), folder="x.com")
    assert page_document(record, site="The X").page == "x.com/d/a.html"
    assert page_document(record, canonical_url="https://y.com/ferry").host == "y.com"
    mirror = replace(record, places=("z.com/a.html",))
    assert page_document(mirror).host == "z.com"


def test_an_id_of_a_records_own_is_no_mirrors_folder():
    assert text_document({"id": "x.com/1"}, doc_id="x.com/1").host is None


# --- what is no article ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason", "detail"),
    [
        ("", Reason.NO_TEXT, "no text is left"),
        (" \n", Reason.NO_TEXT, "no text is left"),
        ("... — !", Reason.NO_TEXT, "no text is left"),
        ("Four words are few", Reason.TOO_SHORT, "4 tokens are left, 5 are needed"),
        ("東京駅", Reason.TOO_SHORT, "3 tokens are left, 5 are needed"),
        ("Word", Reason.TOO_SHORT, "1 token is left, 5 are needed"),
    ],
    ids=["nothing", "white space", "signs", "four words", "three characters", "one word"],
)
def test_a_text_of_too_few_words_is_rejected(text, reason, detail):
    assert too_short(text, CONFIG) == Rejection(reason, detail)
    assert page_document(text=text) == Rejection(reason, detail)
    assert text_document(text=text) == Rejection(reason, detail)


@pytest.mark.parametrize(
    "text", ["Five words are enough here", "a b c d e f", "東京駅前で火事があった"]
)
def test_a_text_of_enough_words_stays(text):
    assert too_short(text, CONFIG) is None
    assert text_document(text=text).text == text


def test_how_many_words_are_enough_is_an_option():
    assert too_short("one two", CleanConfig(min_tokens=2)) is None
    assert too_short("one two", CleanConfig(min_tokens=3)).detail.startswith("2 tokens")


def test_a_page_of_a_menu_is_rejected_and_a_record_of_short_lines_stays():
    menu = "World\nPolitics\nSport\nOpinion\nContact us\nAll five words are here"
    assert page_document(text=menu) == no_sentence(menu)
    assert page_document(text=menu).reason == Reason.NO_TEXT
    assert text_document(text=menu).text == menu
    assert no_sentence(f"{menu}\nThis one line has six words") is None
    assert no_sentence("東京駅前で大きな火事があった") is None


UNSPACED = {
    "Thai": "ฝนตกหนักเมื่อวันพุธในเมืองและแม่น้ำก็เอ่อล้นตลิ่ง",
    "Lao": "ຝົນຕົກໜັກໃນວັນພຸດຢູ່ໃນເມືອງແລະແມ່ນໍ້າລົ້ນຝັ່ງ",
    "Khmer": "ភ្លៀងធ្លាក់ខ្លាំងនៅថ្ងៃពុធក្នុងទីក្រុងហើយទន្លេជន់លិចច្រាំង",
    "Burmese": "ဗုဒ္ဓဟူးနေ့ကမြို့ထဲမှာမိုးသည်းထန်စွာရွာခဲ့ပြီးမြစ်ရေလျှံခဲ့သည်",
    "Tibetan": "གཟའ་ལྷག་པར་གྲོང་ཁྱེར་དུ་ཆར་པ་ཆེན་པོ་བབས་པ་དང་གཙང་པོ་རྒྱས།",
    "Chinese": "周三一场大雨席卷全城河水漫过了堤岸",
    "Japanese": "水曜日に大雨が市内を襲い川の水が堤防を越えた",
    "Javanese": "ꦲꦸꦢꦤ꧀ꦢꦼꦉꦱ꧀ꦠꦸꦩꦶꦧꦲꦶꦁꦏꦸꦛ",
}


@pytest.mark.parametrize("text", UNSPACED.values(), ids=UNSPACED)
def test_an_article_in_a_script_without_spaces_stays(text):
    assert text_document(text=text).text == text
    assert page_document(text=text).text == text


@pytest.mark.parametrize("text", ["ຂ່າວ\nກິລາ", "国际\n体育\n财经新闻", "หน้าแรก\nข่าว\nกีฬา"])
def test_a_menu_in_a_script_without_spaces_is_no_article(text):
    assert page_document(text=text).reason in (Reason.NO_TEXT, Reason.TOO_SHORT)


def test_a_named_agency_is_recognised_in_a_record():
    record = RawRecord("a", "s", {"text": "x"}, text=f"(Interwire) - {TEXT}")
    (found,) = clean_own_texts([record], CleanConfig(agencies=("Interwire",)))
    assert (found.agency, found.text) == ("Interwire", TEXT)
