"""Which documents of a host change."""

from dedup.cleaning.site_lines import line_digests, lines_by_host
from dedup.cleaning.strip_site_lines import Site, strip_site_lines
from dedup.config import CleanConfig
from dedup.models import Listed, Reason
from dedup.pipeline.strip_sites import lines_of_sites, rows_with, with_lines_of_others

SIGN_UP = "Sign up for our newsletter"
FOLLOW = "Follow us"
STORY = "The ferry to Port Elwood ran aground on Monday."


def site(*lines, walls=()):
    digests = frozenset(digest for line in lines for digest in line_digests(line).tolist())
    return Site("a.example", digests, walls=frozenset(walls))


def host_lines(texts):
    """The lines of documents 0, 1, ... of a host."""
    laid = [
        Listed(row, "a.example", line_digests(text).tobytes()) for row, text in enumerate(texts)
    ]
    ((_, lines),) = lines_by_host(laid, 0)
    return lines


def test_the_new_documents_with_a_line_of_the_site_are_found():
    texts = [f"{STORY}\n{SIGN_UP}", STORY, f"{FOLLOW}\n{SIGN_UP}", f"{FOLLOW}\n{STORY}", SIGN_UP]
    lines = host_lines(texts)
    assert rows_with(lines, site(SIGN_UP, FOLLOW), first=0) == [0, 2, 3, 4]
    assert rows_with(lines, site(SIGN_UP), first=1) == [2, 4]
    assert rows_with(lines, site(SIGN_UP, walls=[0, 3]), first=1) == [2, 3, 4]
    assert rows_with(lines, site("A line of another host"), first=0) == []
    assert rows_with(lines, site(), first=0) == []


def test_recurring_lines_are_taken_out_in_their_order():
    text = f"{FOLLOW}\n{STORY}\n{SIGN_UP}"
    found = strip_site_lines(7, None, text, site(SIGN_UP, FOLLOW), CleanConfig())
    assert (found.row, found.text, found.removed) == (7, STORY, (FOLLOW, SIGN_UP))
    assert found.rejection is None


def test_a_text_of_which_too_little_stays_is_rejected():
    texts = [f"{SIGN_UP}\nPhoto: AP", SIGN_UP, f"{STORY}\n{SIGN_UP}"]
    config = CleanConfig(min_tokens=5)
    found = [strip_site_lines(0, None, text, site(SIGN_UP), config) for text in texts]
    assert [each.rejection and each.rejection.reason for each in found] == [
        Reason.TOO_SHORT,
        Reason.NO_TEXT,
        None,
    ]


def test_longer_lines_of_one_site_are_not_compared_on_other_hosts():
    notice = "This article may be printed again by anybody who names the gazette first."
    known = lines_of_sites([site(notice, FOLLOW), site()])
    other = with_lines_of_others(site(SIGN_UP), host_lines([f"{STORY}\n{notice}\n{FOLLOW}"]), known)
    assert other.shared == frozenset(line_digests(notice).tolist())
    assert other.recurring == site(SIGN_UP).recurring
    assert with_lines_of_others(site(), host_lines([STORY]), known) == site()
