import pytest

from dedup.cleaning.page.page_pruning import drop_menus, drop_without_text
from dedup.cleaning.page.page_tree import parse

SENTENCE = "The committee met on Tuesday and spoke about the bridge over the river for two hours."


def text_of(tree):
    return " ".join(tree.text_content().split())


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body><p>{SENTENCE}</p></body></html>",
        f"<!DOCTYPE html><html/><head></head><body><p>{SENTENCE}</p></body></html>",
        f'<!DOCTYPE html PUBLIC "-//W3C//DTD"\n<html><body><p>{SENTENCE}</p></body></html>',
        f"<p>{SENTENCE}</p>",
        f"<div><p>{SENTENCE}</p></div><div></div>",
        f"\n\n<article>{SENTENCE}</article>",
    ],
)
def test_a_page_with_a_faulty_beginning_or_without_a_root_is_read(html):
    assert text_of(parse(html.encode())) == SENTENCE


@pytest.mark.parametrize("html", [b"", b" ", b"no markup at all", b'{"a": "<"}', b"\x00\x01"])
def test_what_is_no_page_has_no_tree(html):
    assert parse(html) is None


def test_characters_that_no_document_may_hold_are_left_out():
    html = "<html><body><p>a\x00b\x01c\x0bd\ufffee\uffff\tf</p></body></html>".encode()
    assert parse(html).text_content() == "abcde\tf"


def test_what_stands_behind_an_element_without_text_stays():
    html = (
        "<html><body>0<svg><title>x</title></svg>1<nav>Home</nav>2<figure>x</figure>3"
        "<aside>x</aside>4<script>code</script>5</body></html>"
    )
    tree = parse(html.encode())
    drop_without_text(tree)
    assert text_of(tree) == "012345"


def test_a_figure_with_a_table_stays():
    tree = parse(b"<html><body><figure><table><tr><td>7</td></tr></table></figure></body></html>")
    drop_without_text(tree)
    assert text_of(tree) == "7"


LINKS = "".join(f'<a href="/{n}">Section {n}</a> ' for n in range(6))


@pytest.mark.parametrize(
    ("block", "stays"),
    [
        (f"<div>{LINKS}</div>", False),
        (f"<ul><li>{LINKS}</li></ul>", False),
        (f"<div>{LINKS} <p>{SENTENCE}</p></div>", True),
        (f"<div>{LINKS} {SENTENCE}</div>", True),
        ("<div><a href=/>One</a> <a href=/>Two</a></div>", True),
    ],
)
def test_a_menu_goes_and_what_holds_a_paragraph_or_few_links_stays(block, stays):
    tree = parse(f"<html><body><h1>Head</h1>{block} tail</body></html>".encode())
    drop_menus(tree)
    text = text_of(tree)
    assert text.startswith("Head")
    assert text.endswith("tail")
    assert ("Section 3" in text or "Two" in text) is stays


def test_line_breaks_and_cells_without_text_stay():
    tree = parse(
        b"<html><body>a<br>b<i></i><table><tr><td></td><td>7</td></tr></table></body></html>"
    )
    drop_menus(tree)
    assert [each.tag for each in tree.iter("br", "i", "td")] == ["br", "td", "td"]


def test_deep_and_wide_pages_are_pruned_in_one_pass():
    deep = "<div>" * 200 + SENTENCE + "</div>" * 200
    wide = "".join(f"<div><a href=/{n}>{n}</a></div>" for n in range(5000))
    tree = parse(f"<html><body>{deep}<div>{wide}</div></body></html>".encode())
    drop_menus(tree)
    assert text_of(tree) == SENTENCE
