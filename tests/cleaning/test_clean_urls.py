import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.cleaning.urls import INDEX_PAGES, TRACKING, host_of, page_of

HOSTS = {
    "http://example.com/a": "example.com",
    "https://WWW.Example.COM:443/a": "example.com",
    "https://m.example.com": "example.com",
    "https://amp.example.com/": "example.com",
    "https://mobile.news.example.com/": "news.example.com",
    "https://news.example.com/": "news.example.com",
    "http://user:secret@example.com/": "example.com",
    "http://example.com./a": "example.com",
    "  http://example.com/a\n": "example.com",
    "http://m.com/a": "m.com",
    "http://www.uk/": "www.uk",
    "http://localhost/a": "localhost",
    "http://[::1]/a": "::1",
    "http://127.0.0.1:8000/a": "127.0.0.1",
    "http://bücher.example/": "bücher.example",
    "http://example.com:99999/": "example.com",
    "HTTP://EXAMPLE.COM": "example.com",
}


@pytest.mark.parametrize(("url", "host"), HOSTS.items(), ids=HOSTS)
def test_the_host_of_an_address_is_plain(url, host):
    assert host_of(url) == host


NO_ADDRESS = {
    "nothing": None,
    "empty": "",
    "white space": "  ",
    "a path": "/a/b.html",
    "no scheme": "example.com/a",
    "any scheme": "//example.com/a",
    "script": "javascript:alert(1)",
    "a file": "file:///a.html",
    "data": "data:text/html,<p>",
    "mail": "mailto:desk@example.com",
    "no host": "http:///a",
    "only a port": "http://:80/a",
    "IPv6 left open": "http://[::1/a",
    "IPv6 of words": "http://[example]/a",
    "brackets within": "http://exa[mple].com/a",
    "a sign that falls apart": "http://ex\u2100ample.com/a",
    "words": "read more",
}


@pytest.mark.parametrize("url", NO_ADDRESS.values(), ids=NO_ADDRESS)
def test_what_is_no_web_address_has_neither_host_nor_page(url):
    assert host_of(url) is None
    assert page_of(url) is None


@pytest.mark.parametrize("url", ["http://./a", "http://../a"])
def test_a_host_of_dots_is_none(url):
    assert host_of(url) is None
    assert page_of(url) is None


ONE_PAGE = [
    "https://example.com/news/ferry",
    "http://example.com/news/ferry",
    "https://www.example.com/news/ferry/",
    "https://m.example.com/news/ferry#comments",
    "https://amp.example.com/news/ferry?utm_source=x&UTM_Medium=y",
    "https://example.com/news/ferry/amp",
    "https://example.com/news/ferry/amp/",
    "https://example.com/news/ferry/index.html",
    "https://example.com/news/ferry/index.php?fbclid=abc&ref=home",
    "https://example.com:443/news/ferry?",
    " https://EXAMPLE.com/news/ferry ",
]


@pytest.mark.parametrize("url", ONE_PAGE)
def test_what_does_not_change_the_article_is_dropped(url):
    assert page_of(url) == "example.com/news/ferry"


PAGES = {
    "https://example.com/?p=3": "example.com?p=3",
    "https://example.com/a?id=7&b=2": "example.com/a?b=2&id=7",
    "https://example.com/a?b=2&id=7&utm_x": "example.com/a?b=2&id=7",
    "https://example.com/a?x=2&x=1": "example.com/a?x=1&x=2",
    "https://example.com/a?x=": "example.com/a?x=",
    "https://example.com/News/Ferry": "example.com/News/Ferry",
    "https://example.com/a%20b": "example.com/a%20b",
    "https://example.com/a?q=%D0%B0": "example.com/a?q=%D0%B0",
    "https://example.com/amplifier": "example.com/amplifier",
    "https://example.com/myindex.html": "example.com/myindex.html",
    "https://example.com/a//": "example.com/a",
    "https://example.com": None,
    "https://example.com/": None,
    "https://example.com/index.html": None,
    "https://example.com/?utm_source=x": None,
    "https://example.com/amp/": None,
    "https://example.com/#/a": None,
}


@pytest.mark.parametrize(("url", "page"), PAGES.items(), ids=PAGES)
def test_a_page_is_named_by_what_is_left(url, page):
    assert page_of(url) == page


@pytest.mark.parametrize("name", sorted(TRACKING))
def test_where_a_reader_came_from_is_dropped(name):
    assert page_of(f"https://a.com/x?{name}=1&{name.upper()}=2") == "a.com/x"


@pytest.mark.parametrize("index", INDEX_PAGES)
def test_an_index_page_is_its_folder(index):
    assert page_of(f"https://a.com/x{index}") == "a.com/x"


def test_a_very_long_query_is_read_whole():
    query = "&".join(f"n{number}={number}" for number in range(5000))
    assert page_of(f"https://a.com/x?{query}").count("&") == 4999


def test_half_a_surrogate_pair_in_a_query_is_no_error():
    assert page_of("https://a.com/x?q=\ud800") == "a.com/x?q=%3F"


pieces = st.lists(
    st.sampled_from(["http://", "https://", "www.", "m.", "a.com", "[", "]", ":80", "@", "/", "//",
                     "amp", "/index.html", "?", "&", "=", "utm_a=1", "x=1", "#", "%",
                     ".", " ", "\u2100"])
    | st.text(max_size=3),
    max_size=10,
).map("".join)  # fmt: skip


@given(pieces)
def test_no_text_is_an_error_and_a_page_stands_on_its_host(url):
    host, page = host_of(url), page_of(url)
    if page is not None:
        assert page.startswith(host)
        assert page != host


@given(st.permutations(["a=1", "b=2", "utm_campaign=x", "c="]))
def test_the_order_of_parameters_changes_no_page(parameters):
    assert page_of("https://a.com/x?" + "&".join(parameters)) == "a.com/x?a=1&b=2&c="


@given(st.text("am.w-", max_size=6), st.text("aB/._%~-", max_size=8))
def test_a_common_address_is_read_as_by_the_parser(host, path):
    url = f"https://www.{host}{path and '/'}{path}"
    parsed = f"{url}#"  # a fragment is left to the parser
    assert (host_of(url), page_of(url)) == (host_of(parsed), page_of(parsed))
