from __future__ import annotations

import csv
import gzip
import io
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import ids, reasons


def test_each_row_is_a_record_with_the_names_of_the_first(dump):
    found = dump.read("a.csv", b"id,title,text\nx,One,Rain fell.\n,Two,Snow fell.\n")
    assert ids(found) == ["x", "a.csv:2"]
    assert found[1].fields == {"id": "", "title": "Two", "text": "Snow fell."}
    assert found[1].text == "Snow fell."


@pytest.mark.parametrize(
    ("name", "mark"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")]
)
def test_the_delimiter_is_detected(dump, name, mark):
    content = f"id{mark}text\nx{mark}a\n".encode()
    assert dump.read_one(name, content).fields == {"id": "x", "text": "a"}


def test_a_tsv_may_have_commas_in_its_names(dump):
    assert dump.read_one("a.tsv.gz", gzip.compress(b"text\ta,b,c\nx\ty\n")).fields == {
        "text": "x",
        "a,b,c": "y",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_the_encoding_is_detected(dump, encoding):
    text = "Сильный дождь прошёл в среду над городом и рекой"
    content = f"id,text\n1,{text}\n2,{text}\n".encode(encoding)
    assert [found.text for found in dump.read("a.csv", content)] == [text, text]


def test_quotes_hold_line_ends_and_delimiters(dump):
    found = dump.read("a.csv", b'text,id\r\n"a\nb, ""c""",1\r\nd,2\r\n')
    assert [each.text for each in found] == ['a\nb, "c"', "d"]


def test_a_row_with_too_many_columns_costs_that_row_alone(dump):
    found = dump.read("a.csv", b"id,text\n1,a\n2,b,c\n3,d\n")
    assert reasons(found) == ["", "broken-table", ""]
    assert ids(found) == ["1", "a.csv:2", "3"]
    detail = "3 columns where the first row names 2: line 3, 6 characters, were not read"
    assert found[1].rejection.detail == detail


def test_a_row_with_too_few_columns_lacks_the_last(dump):
    assert dump.read_one("a.csv", b"text,title,n\na,b\n").fields == {"text": "a", "title": "b"}


def test_blank_rows_are_skipped_and_not_counted(dump):
    found = dump.read("a.csv", b"\ntext,n\n\na,1\n  \n\n,\nb,2\n,\n , \n")
    assert ids(found) == ["a.csv:1", "a.csv:2"]
    assert reasons(found) == ["", ""]


def test_repeated_names_are_numbered(dump):
    found = dump.read_one("a.csv", b"text, id ,x,x,x\na,1,2,3,4\n")
    assert found.fields == {"text": "a", "id": "1", "x": "2", "x_2": "3", "x_3": "4"}


def test_the_fields_can_be_mapped(dump):
    found = dump.read_one("a.csv", b"guid,body\n7,a\n", fields=(("id", "guid"), ("text", "body")))
    assert (found.doc_id, found.text) == ("7", "a")


def test_nul_bytes_and_fields_over_the_limit_of_the_module_are_read(dump):
    long = "x" * 200_000
    found = dump.read("a.csv", f"id,text\n1,a\0b\n2,{long}\n".encode())
    assert [each.text for each in found] == ["a\0b", long]


def test_the_limit_of_the_module_is_never_lowered(dump):
    before = csv.field_size_limit(2**31 - 1)
    try:
        dump.read("a.csv", b"text\na\n", max_document_bytes=1_000)
        assert csv.field_size_limit() == 2**31 - 1
    finally:
        csv.field_size_limit(before)


def test_a_row_that_is_too_large_costs_that_row_alone(dump):
    found = dump.read(
        "a.csv", b"id,text\n1,a\n2," + b"b" * 9_000 + b"\n3,c\n", max_document_bytes=1_000
    )
    assert reasons(found) == ["", "too-large", ""]
    assert ids(found) == ["1", "a.csv:2", "3"]


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(dump):
    rows = b"".join(b"%d,text %d\n" % (n, n) for n in range(2, 2_000))
    found = dump.read("a.csv", b'id,text\n1,"open\n' + rows, max_document_bytes=1_000)
    assert ids(found) == [str(n) for n in range(1, 2_000)]
    assert [found[0].text, found[1].text] == ['"open', "text 2"]


def test_a_field_over_a_limit_that_is_set_elsewhere_is_read(dump, monkeypatch):
    before = csv.field_size_limit(1_000)
    monkeypatch.setattr(csv, "field_size_limit", lambda *_: 1_000)
    found = dump.read("a.csv", b"id,text\n1," + b"a" * 1_001 + b"\n2,b\n")
    monkeypatch.undo()
    csv.field_size_limit(before)
    assert reasons(found) == ["", ""]


def test_a_table_of_names_alone_is_empty(dump):
    assert reasons(dump.read("a.csv", b"id,text\n")) == ["empty"]


def test_a_fault_costs_the_row_that_it_cuts(dump):
    packed = gzip.compress(b"id,text\n1,a\n2,b") + gzip.compress(b"cd\n")[:12]
    found = dump.read("a.csv.gz", packed)
    assert (ids(found), reasons(found)) == (["1", "a.csv.gz:2"], ["", "broken-gzip"])


def test_a_fault_between_two_rows_costs_neither(dump):
    packed = gzip.compress(b"id,text\n1,a\n2,b\n") + b"garbage"
    found = dump.read("a.csv.gz", packed)
    assert (ids(found), reasons(found)) == (["1", "2", "a.csv.gz:3"], ["", "", "broken-gzip"])


TEXTS = [
    "Rain fell, they said.",
    'The "old" bridge\nis shut, for good.',
    'He said "no."',
    "C:\\new",
]


def _spark(text):
    return '"' + text.replace('"', '\\"') + '"'


def _mysql(text):
    for letter in "\\\t\n":
        text = text.replace(letter, "\\" + letter)
    return text


def _mysql_enclosed(text):
    for letter in '\\"\n':
        text = text.replace(letter, "\\" + letter)
    return f'"{text}"'


@pytest.mark.parametrize(
    ("delimiter", "write"),
    [
        (",", _spark),
        (";", _spark),
        ("\t", _spark),
        ("\t", _mysql),
        (",", _mysql_enclosed),
        ("\t", _mysql_enclosed),
    ],
)
@pytest.mark.parametrize("after", [0, 3_000])
def test_backslashes_before_quotes_and_line_ends_are_read(dump, delimiter, write, after):
    if after and write is not _spark:
        pytest.skip("looked for in the first rows")
    plain = [f"{n}{delimiter}Plain words and no more {n}" for n in range(after)]
    rows = [f"x{n}{delimiter}{write(text)}" for n, text in enumerate(TEXTS)]
    content = "\n".join([f"id{delimiter}text", *plain, *rows, ""]).encode()
    found = dump.read("a.csv", content)
    assert [each.text for each in found[after:]] == TEXTS


@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_line_ends_that_a_client_writes_as_letters_are_line_ends(dump, name):
    content = b'id\ttext\n1\tRain fell.\\n"Never so much," she said.\\tA\\\\B\n2\tb\n'
    found = dump.read(name, content)
    assert [each.text for each in found] == ['Rain fell.\n"Never so much," she said.\tA\\B', "b"]


@pytest.mark.parametrize(
    "text", ["See C:\\new and .\\notes", 'Its share is ".\\n", in \\data', "It ends.\\next"]
)
def test_backslashes_of_paths_stay(dump, text):
    content = f"id\ttext\n1\t{text}\n2\tin .\\docs\n".encode()
    assert dump.read("a.tsv", content)[0].text == text


def test_the_null_of_a_database_is_no_value(dump):
    found = dump.read("a.tsv", b"id\ttext\tdate\n1\ta\\\nb\t\\N\n2\t\\N\t2024-05-01\n")
    assert found[0].fields == {"id": "1", "text": "a\nb", "date": None}
    assert reasons(found) == ["", "no-text"]


@pytest.mark.parametrize("line", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;;", "sep=;  ", '"sep=;";'])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_line_that_tells_excel_the_delimiter_is_passed_over(dump, line, end, encoding):
    content = end.join([line, "id;text,x", "1;a,b", "2;c"]).encode(encoding)
    found = dump.read("a.csv", content)
    assert [each.fields for each in found] == [
        {"id": "1", "text,x": "a,b"},
        {"id": "2", "text,x": "c"},
    ]


def test_the_line_for_excel_may_escape_its_tab(dump):
    content = b'sep=\\t\r\nid\ttext\r\n1\t"Rain, they said; fell"\r\n'
    assert dump.read_one("a.csv", content).fields == {"id": "1", "text": "Rain, they said; fell"}


def test_a_table_may_end_its_lines_as_an_old_mac_does(dump):
    found = dump.read("a.csv", b'id,text\r1,a\r2,"b\rc"\r')
    assert [each.text for each in found] == ["a", "b\rc"]


def test_the_unicode_text_of_excel_is_read(dump):
    rows = 'id\ttext\r\n1\t"Żółw, \u201etak\u201d"\r\n2\tb\r\n'
    assert [each.text for each in dump.read("a.csv", rows.encode("utf-16"))] == ["Żółw, „tak”", "b"]


def test_blank_columns_and_rows_behind_a_table_are_no_documents(dump):
    found = dump.read("a.csv", b"id;text;;\r\n1;a;;\r\n;;;\r\n2;b;;;;\r\n;;;\r\n")
    assert (ids(found), reasons(found)) == (["1", "2"], ["", ""])


BARE = 'id\ttext\turl\n1\t"Rain" fell\tu\n2\t"Not now\tv\n3\tA 5" pipe\tw\n4\tx "y"\tx\n'


@pytest.mark.parametrize("plain", [0, 3_000], ids=["first rows", "later"])
@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_a_quote_in_a_tsv_is_a_letter_where_it_closes_nothing(dump, name, plain):
    header, *rows = BARE.splitlines(keepends=True)
    content = header + "".join(f"p{n}\tplain text\tu\n" for n in range(plain)) + "".join(rows)
    found = dump.read(name, content.encode())
    texts = ['"Rain" fell', '"Not now', 'A 5" pipe', 'x "y"']
    assert [each.text for each in found[plain:]] == texts


@pytest.mark.parametrize("before", [0, 1, 40])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("order", "broken"),
    [
        ("title text id", 'A title{mark}"Never closed\nand no end\n'),
        ("text title id", 'Rain{mark}"Never closed\nand no end\n'),
        ("title text id", '"\n'),
        ("text id", '"\n'),
        ("title text", '"\n'),
    ],
)
@pytest.mark.parametrize(
    "text",
    ['They said, it "rains" now.\nNobody; goes, out.', "雨が降る,と言った。\n誰も出かけない。"],
)
def test_a_broken_row_costs_itself_in_tables_whose_first_column_has_blanks(
    dump, before, mark, order, text, broken
):
    columns = order.split()
    table = io.StringIO()
    rows = csv.writer(table, delimiter=mark)
    rows.writerow(columns)
    for number in range(before + 30):
        if number == before:
            table.write(broken.format(mark=mark))
        values = {"title": f"Title of {number}", "text": f"{text} {number}", "id": f"n{number}"}
        rows.writerow([values[column] for column in columns])
    found = dump.read("a.tsv" if mark == "\t" else "a.csv", table.getvalue().encode())
    texts = [each.text for each in found if not each.rejection]
    whole = {f"{text} {number}" for number in range(before + 30)}
    assert set(texts) <= whole
    assert len(texts) >= before + 29
    assert "broken-table" in reasons(found)


@pytest.mark.parametrize(
    "broken",
    [
        'x,"Never closed\nand a second line, with a comma\nand a third',
        'x,"He said "no, not "\nnow", she said",u',
        'x,open",u,v',
        'x,"a",u,v,w',
    ],
)
@pytest.mark.parametrize("before", [2, 4_000])
def test_a_broken_row_takes_no_other_with_it(dump, broken, before):
    rows = [f'd{n},"Text {n}, it said\non ""two"" lines",u' for n in range(before + 3)]
    content = "\n".join(["id,text,url", *rows[:before], broken, *rows[before:], ""])
    found = dump.read("a.csv", content.encode())
    kept = [each for each in found if not each.rejection]
    assert ids(kept) == [f"d{n}" for n in range(before + 3)]
    assert {each.text.split(",")[1] for each in kept} == {' it said\non "two" lines'}
    assert "were not read" in found[before].rejection.detail
    assert f"line {2 * before + 2}" in found[before].rejection.detail.replace("lines", "line")


@pytest.mark.parametrize("before", [2, 4_000])
def test_a_quote_that_is_not_closed_on_a_line_with_all_columns_is_a_letter(dump, before):
    rows = [f'd{n},"Text {n}, it said\non ""two"" lines",u' for n in range(before + 3)]
    lines = ["id,text,url", *rows[:before], 'x,"Never closed,u', *rows[before:], ""]
    found = dump.read("a.csv", "\n".join(lines).encode())
    assert reasons(found) == [""] * (before + 4)
    assert found[before].fields == {"id": "x", "text": '"Never closed', "url": "u"}


def test_backslashes_of_a_table_with_doubled_quotes_are_letters(dump):
    content = b'id,text\n1,"C:\\new ""disk"", \\n"\n2,\\\\server\n'
    texts = ['C:\\new "disk", \\n', "\\\\server"]
    assert [each.text for each in dump.read("a.csv", content)] == texts


@pytest.mark.parametrize("before", [2, 3_000])
def test_sentences_of_a_broken_row_become_no_titles(dump, before):
    rows = [f'Some title {n},"Text {n}, it said\non ""two"" lines",u{n}' for n in range(before)]
    broken = 'Bad title here,"He said "no", twice\nand more, is'
    lines = ["title,text,url", *rows, broken, 'Next title here,"x",u', ""]
    found = dump.read("a.csv", "\n".join(lines).encode())
    assert reasons(found) == [""] * before + ["broken-table", ""]
    assert found[-1].fields == {"title": "Next title here", "text": "x", "url": "u"}


def test_a_quote_that_another_closes_does_not_swallow_the_rows_between(dump):
    rows = "".join(f"{n},text {n},u\n" for n in range(100))
    content = "id,text,url\n" + rows + '100,"open\n101,b,u\n102,c,u"\n103,d,u\n'
    assert {"101", "103"} <= set(ids(dump.read("a.csv", content.encode())))


def test_a_text_with_lines_like_rows_is_one_text(dump):
    table = "Results\n1,2,3\n4,5,6\nwere these."
    content = f'id,text,url\n7,a,u\n8,"{table}",u\n9,b,u\n'
    assert [each.text for each in dump.read("a.csv", content.encode())] == ["a", table, "b"]


@pytest.mark.parametrize(
    "line",
    ['x",",\n', 'a,"\n', 'a,"x\n', 'a,""\n', '"\n', '","\n', 'a,b"c\n', 'a,"\\"\n'],
    ids=repr,
)
def test_a_table_of_broken_quotes_is_read_in_linear_time(dump, line):
    start = time.process_time()
    assert dump.read("a.csv", ("id,text\n" + line * (300_000 // len(line))).encode())
    assert time.process_time() - start < 30


# Python's writer puts no quotes around a lone carriage return, and no dialect says what a backslash
# is; a control character is a letter of another encoding.
_LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\\ufeff")
cells = st.text(_LETTERS | st.sampled_from('\n\t",;| '), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_row_that_is_written_comes_back(dump, rows, delimiter, quoting, end, encoding):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([("id", "text", "note"), *((f"i{n}", *row) for n, row in enumerate(rows))])
    found = dump.read("a.csv", out.getvalue().encode(encoding))
    written = [(f"i{n}", *row) for n, row in enumerate(rows)]
    assert [tuple(each.fields.values()) for each in found] == written


LETTERS = {
    "cp1252": "Quiet cafés on €5 – “fine”",
    "cp1251": "Сильный дождь над городом",
    "gb18030": "周三，一场大雨席卷全城",
}


@pytest.mark.parametrize(("codec", "text"), LETTERS.items(), ids=LETTERS)
def test_a_table_keeps_letters_that_stand_after_much_ascii(dump, codec, text):
    rows = [f"{number},{'plain words ' * 10}" for number in range(1_000)]
    rows += [f"{number},{text}" for number in range(1_000, 1_100)]
    found = dump.read("a.csv", "\n".join(["id,text", *rows]).encode(codec))
    assert found[-1].text == text
    assert {record.text for record in found[1_000:]} == {text}


def test_a_line_over_the_limit_in_a_quoted_text_costs_that_row(dump):
    content = (
        'id,title,text\n1,Ferry,"The ferry, ""again"",\n'
        f'runs from Monday{",day" * 15_000}, its owner said."\n'
        "2,Ramp,Repairs to the ramp took three weeks longer than planned\n"
    )
    records = dump.read("a.csv", content.encode(), max_document_bytes=20_000)
    assert reasons(records) == ["broken-table", ""]
    assert records[1].text == "Repairs to the ramp took three weeks longer than planned"


def test_short_lines_behind_a_broken_row_are_passed_over_in_linear_time(dump):
    content = b'id,title,text\n1,a,b\n2,a,b\n3,"a" "b",c,"d\n' + b"x\n" * 100_000
    start = time.process_time()
    assert ids(dump.read("a.csv", content)) == ["1", "2", "a.csv:3"]
    assert time.process_time() - start < 10
