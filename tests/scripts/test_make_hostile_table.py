"""The page on hostile input says what its test holds."""

from make_hostile_table import PAGE, hostile_page


def test_the_page_is_what_the_cases_make():
    assert PAGE.read_text("utf-8") == hostile_page()
