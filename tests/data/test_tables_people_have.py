"""Tables as spreadsheets export them: read where there is one reading, else refused with the reason.

The files of ``tables_people_have`` stand for kinds seen in public reports on programs of this sort.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.data import spreadsheets
from simulation.data.dates import column_dates
from simulation.data.user_records import MOST_FAULTS, read_deals, read_joins

FOLDER = Path(__file__).parent / "tables_people_have"
HEAD = "date,party_a,party_b,depth,source\n"
PLAIN = [("MAR-SEN-2023-05-10", ("MAR", "SEN"), 1), ("MAR-FRA-2024-03", ("MAR", "FRA"), 2),
         ("MAR-oracle-2024-11-20", ("MAR", "oracle"), 2)]  # fmt: skip


def read(tmp_path, content, name="deals.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_deals(path)


def told(faults):
    return [(fault.line, fault.key, fault.message) for fault in faults]


@pytest.mark.parametrize("name", ["semicolon_bom.csv", "sep_line.csv", "tab.txt", "trailing.csv", "blank_lines.csv",
                                  "merged.csv"])  # fmt: skip
def test_an_export_is_read(name):
    deals, faults = read_deals(FOLDER / name)
    assert faults == []
    assert [(deal.id, deal.parties, deal.depth) for deal in deals] == PLAIN


def test_names_of_states_are_read_in_a_table():
    deals, faults = read_deals(FOLDER / "names.csv")
    assert [deal.parties[1] for deal in deals] == ["SEN", "FRA", "ESP", "TUR", "CIV", "KOR", "GBR", "NAM", "NAM", "EU"]
    assert {deal.parties[0] for deal in deals} == {"MAR"}
    assert [(fault.line, fault.message.split(";")[0]) for fault in faults] == [
        (9, "'TWN': Taiwan is no UN member state here"),
        (10, "'PSE': Palestine is no UN member state here"),
        (14, "'MAR' has a deal with itself"),
    ]


def test_names_of_states_are_read_in_a_table_of_joins(tmp_path):
    path = tmp_path / "joins.csv"
    path.write_text("Instrument;Actor;Date\ngpai;Sénégal;31/12/2023\ngpai;Kosovo;2023\n", encoding="cp1252")
    joins, faults = read_joins(path)
    assert [(join.actor, join.date) for join in joins] == [("SEN", date(2023, 12, 31))]
    assert [(fault.line, fault.key) for fault in faults] == [(3, "actor")]


# --- any dialect gives the same rows

PARTIES = {"MAR": ["MAR", "Maroc", "ma"], "CIV": ["CIV", "Côte d'Ivoire"], "ESP": ["ESP", "España", " es "],
           "KOR": ["KOR", "Korea, Rep."], "oracle": ["oracle"]}  # fmt: skip
ROW = st.tuples(
    st.dates(date(2015, 1, 1), date(2024, 12, 31)), st.permutations(list(PARTIES)), st.sampled_from([1, 2, 3]),
    st.text("abcé ;,\t|\"'\n=é", max_size=12).map(str.strip),
)  # fmt: skip


@st.composite
def dialects(draw):
    """A list of rows, and the bytes of a file that holds them in some dialect."""
    rows = draw(st.lists(ROW, min_size=1, max_size=6, unique_by=lambda row: (row[0], tuple(row[1][:2]))))
    delimiter, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n"]))
    day = draw(st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y-%m-%d 00:00:00"]))
    more = draw(st.integers(0, 2))  # columns without name and content
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end,
                        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))  # fmt: skip
    if draw(st.booleans()):
        stream.write(f"sep={delimiter}{end}")
    for _ in range(draw(st.integers(0, 2))):
        stream.write(draw(st.sampled_from(["", delimiter * 3])) + end)
    head = ["date", "party_a", "party_b", "depth", "source"]
    writer.writerow([draw(st.sampled_from([name, name.upper()])) for name in head] + [""] * more)
    for when, who, depth, source in rows:
        names = [draw(st.sampled_from(PARTIES[one])) for one in who[:2]]
        writer.writerow([when.strftime(day), *names, depth, source] + [""] * more)
        if draw(st.booleans()):
            stream.write(draw(st.sampled_from(["", delimiter * 4])) + end)
    encodings = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
    return rows, stream.getvalue().encode(draw(st.sampled_from(encodings)))


@given(dialects())
def test_any_dialect_gives_the_same_rows(tmp_path_factory, case):
    rows, content = case
    deals, faults = read(tmp_path_factory.mktemp("dialect"), content)
    assert faults == []
    assert [(deal.date, deal.parties, deal.depth, deal.source) for deal in deals] == [
        (when, tuple(who[:2]), depth, source) for when, who, depth, source in rows
    ]
    assert [deal.id for deal in deals] == [f"{who[0]}-{who[1]}-{when}" for when, who, _, _ in rows]


# --- dates


@given(st.lists(st.dates(date(2010, 1, 1), date(2024, 12, 31)), min_size=1, max_size=8), st.sampled_from("/-"),
       st.booleans())  # fmt: skip
def test_one_cell_with_one_reading_settles_a_column_of_dates(days, mark, day_first):
    order = f"%d{mark}%m{mark}%Y" if day_first else f"%m{mark}%d{mark}%Y"
    dates, faults = column_dates([(line, day.strftime(order)) for line, day in enumerate(days)])
    if any(day.day > 12 for day in days):
        assert (list(dates.values()), faults) == ([str(day) for day in days], [])
    else:  # what is the same either way is read, and an open column is told once
        same = {line: str(day) for line, day in enumerate(days) if day.day == day.month}
        assert dates == same
        assert len(faults) == (len(same) < len(days))


@pytest.mark.parametrize(("written", "iso"), [
    ("2024", "2024"), ("2024-03", "2024-03"), ("2024/3/9", "2024-03-09"), ("03/2024", "2024-03"),
    ("9.3.2024", "2024-03-09"), ("13/3/2024", "2024-03-13"), ("3/13/2024", "2024-03-13"), ("05/05/2024", "2024-05-05"),
    ("2024-03-09T10:30:00Z", "2024-03-09"), ("٢٠٢٤-٠٣-٠٩", "2024-03-09"), (" 2024-03-09 ", "2024-03-09"),
])  # fmt: skip
def test_a_date_with_one_reading_is_read(written, iso):
    assert column_dates([(2, written)]) == ({2: iso}, [])


@pytest.mark.parametrize(("written", "says"), [
    ("03/04/2024", "may be 2024-04-03 or 2024-03-04, and no date of the column tells; write YYYY-MM-DD"),
    ("10/05/23", "has a year of two digits: write YYYY-MM-DD"), ("31/02/2024", "is no date of the calendar"),
    ("13/13/2024", "is no date of the calendar"), ("45000", "is no date: write YYYY-MM-DD"),
    ("10 mai 2024", "is no date: write YYYY-MM-DD"), ("", "is no date"), ("9" * 3000, "is no date"),
])  # fmt: skip
def test_a_date_without_one_is_refused(written, says):
    dates, ((line, message),) = column_dates([(2, written)])
    assert (dates, line) == ({}, 2)
    assert says in message
    assert len(message) < 150


def test_a_column_with_both_orders_is_refused():
    _, faults = column_dates([(2, "13/04/2024"), (3, "03/04/2024"), (4, "04/13/2024")])
    assert faults == [(4, "'04/13/2024' is month/day/year, but '13/04/2024' in line 2 day/month/year; "
                          "write all as YYYY-MM-DD")]  # fmt: skip


# --- what is refused, with the one true reason


@pytest.mark.parametrize(("content", "line", "key", "says"), [
    ("date,party_a,party_b,depth,,\n2024,MAR,SEN,1,,oops\n", 2, "", "column 6 has no name, but holds 'oops' here"),
    ("date,party_a,party_b,depth\n2024,MAR,SEN,1,,7\n", 2, "", "6 cells where the header has 4"),
    ("date;party_a;party_b;deph\n", 1, "deph", "unknown column; did you mean 'depth'?"),
    ("date,party_a,party_b,party_c,depth\n2024,MAR,SEN,MAR,1\n", 2, "party_c", "'MAR' has a deal with itself"),
    ("date,party_a,party_b,party_c,depth\n2024,EU,SEN,FRA,1\n", 2, "party_c", "the EU and its members"),
    ("\n\ndate,party_a,party_b\n", 3, "depth", "the column is missing"),
    ("PATH=/bin\0HOME=/root", 1, "", r"the control character '\x00' is no text; take it out"),
    ("a,b\nc,d\n", 1, "", "no header: 'a' is no column; the first line names the columns date, party_a"),
    (HEAD.encode() + b"2024,MAR,SEN,1,\xc7\xe1\xe3\xdb\xd1\xc8\n", 2, "", "not UTF-8, nor surely Windows-1252"),
    (HEAD.encode() + b"2024,MAR,SEN,1,caf\x8e\n", 2, "", "not UTF-8"),  # Ž of Windows, é of an old Macintosh
    (HEAD.encode() + "2024,MAR,SEN,1,Łódź\n".encode("cp1250"), 2, "", "not UTF-8"),
    (HEAD.encode() + "2024,MAR,SEN,1,Dışişleri\n".encode("cp1254"), 2, "", "not UTF-8"),
    (b"\xff\xfe\x00", 1, "", "not UTF-8"),
    (b"\xd0\xcf\x11\xe0xxx", 0, "", "is a workbook of before 2007; save it as .xlsx or as CSV"),
    (b"PAR1\x15\x04\xff", 0, "", "is a file of Parquet; a table is CSV text or a workbook (.xlsx)"),
    (b"PK\x03\x04xxx", 0, "", "is no workbook (.xlsx) that can be read"),
])  # fmt: skip
def test_what_cannot_be_read_is_told(tmp_path, content, line, key, says):
    _, faults = read(tmp_path, content)
    found = [fault for fault in faults if (fault.line, fault.key) == (line, key) and says in fault.message]
    assert len(found) == 1, told(faults)


def test_a_file_is_never_printed(tmp_path):
    many = ",".join(f"{number}" + "D" * 3000 for number in range(500))
    lines = "\n".join("B" * 5000 for _ in range(50))
    for content in ("A" * 100_000, lines, HEAD + ",".join("C" * 4000 for _ in "12345"), HEAD.strip() + "," + many):
        _, faults = read(tmp_path, content)
        assert 1 <= len(faults) <= 30
        assert all(len(str(fault)) < 400 for fault in faults)


def test_a_table_full_of_faults_is_told_in_part(tmp_path):
    _, faults = read(tmp_path, HEAD + "x,y,z,9,\n" * 5000)
    assert len(faults) == MOST_FAULTS + 1
    assert "mend these first" in faults[-1].message


# --- workbooks


def workbook(path, *sheets):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ROWS = [["Deals of the ministry"], [], ["date", "party_a", "party_b", "depth"],
        [date(2023, 5, 10), "Maroc", "Sénégal", "mou"], ["2024-03", "MAR", "FRA", 2.0]]  # fmt: skip


def test_a_workbook_is_read(tmp_path):
    deals, faults = read_deals(workbook(tmp_path / "deals.xlsx", [["notes"]], ROWS))
    assert faults == []
    assert [(deal.id, deal.parties, deal.depth) for deal in deals] == PLAIN[:2]


def test_a_bad_row_of_a_workbook_is_told_with_its_line(tmp_path):
    _, faults = read_deals(workbook(tmp_path / "deals.xlsx", [*ROWS, [2024, "MAR", "TWN", True]]))
    assert [(fault.line, fault.key) for fault in faults] == [(6, "party_b")]


def test_a_workbook_with_two_such_sheets_is_refused(tmp_path):
    _, (fault,) = read_deals(workbook(tmp_path / "deals.xlsx", ROWS, ROWS))
    assert fault.message == "has 2 sheets with these columns; keep one"


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    path = workbook(tmp_path / "deals.xlsx", ROWS)
    monkeypatch.setattr(spreadsheets, "_UNPACKED", 1000)
    assert "unpacks to more than" in read_deals(path)[1][0].message


def test_a_workbook_without_the_package_says_what_to_install(tmp_path, monkeypatch):
    path = workbook(tmp_path / "deals.xlsx", ROWS)
    monkeypatch.setattr(spreadsheets, "find_spec", lambda name: None)
    (fault,) = read_deals(path)[1]
    assert "pip install 'wifaq[excel]'" in fault.message
