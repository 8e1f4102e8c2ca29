"""The user's own deals and joins: good rows load, bad rows are told line by line."""

from datetime import date

import pytest

from simulation.data.kinds import Records
from simulation.data.texts import known_joins
from simulation.data.user_records import read_deals, read_joins
from simulation.data.world import load_world

HEAD = "date,party_a,party_b,depth\n"


def written(tmp_path, text, name="deals.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_good_table_is_read_and_loaded(tmp_path):
    path = written(tmp_path, HEAD + "2023-05,MAR,SEN,programme\n2025-03-01,MAR,FRA,3\n")
    deals, faults = read_deals(path)
    assert faults == []
    assert [(deal.id, deal.parties, deal.depth, deal.date) for deal in deals] == [
        ("MAR-SEN-2023-05", ("MAR", "SEN"), 2, date(2023, 5, 31)),
        ("MAR-FRA-2025-03-01", ("MAR", "FRA"), 3, date(2025, 3, 1)),
    ]
    records = Records(deals=tuple(deals))
    now, later = (load_world(day, records=records) for day in (date(2024, 12, 31), date(2025, 6, 30)))
    assert "MAR-SEN-2023-05" in {deal.id for deal in now.deals}
    assert "MAR-FRA-2025-03-01" not in {deal.id for deal in now.deals}
    assert "MAR-FRA-2025-03-01" in {deal.id for deal in later.deals}
    assert any("1 of the user's records" in note for note in now.notes)


def test_the_shipped_tables_are_in_the_users_format():
    from simulation.data.tables import TABLES, table

    deals, faults = read_deals(TABLES / "deals.csv")
    assert faults == []
    assert len(deals) == len(table("deals"))
    joins, faults = read_joins(TABLES / "joins.csv")
    assert faults == []
    assert len(joins) == len(table("joins"))


def test_a_deal_is_struck_or_replaced(tmp_path):
    name = "MAR-IND-2018-09-25"
    day = date(2024, 12, 31)
    struck = load_world(day, records=Records(strike=(name,)))
    assert name not in {deal.id for deal in struck.deals}
    deals, _ = read_deals(written(tmp_path, f"id,{HEAD}{name},2018-09-25,MAR,IND,2\n"))
    world = load_world(day, records=Records(deals=tuple(deals)))
    assert [deal.depth for deal in world.deals if deal.id == name] == [2]


def test_three_parties(tmp_path):
    text = "date,party_a,party_b,party_c,depth\n2024-01-01,MAR,SEN,EU,1\n"
    deals, faults = read_deals(written(tmp_path, text))
    assert faults == []
    assert deals[0].parties == ("MAR", "SEN", "EU")


@pytest.mark.parametrize(("row", "key", "part"), [
    ("2024-01-01,MAR,SEM,1", "party_b", "did you mean"),
    ("2024-01-01,MAR,,1", "party_b", "no actor is named"),
    ("2024-01-01,MAR,MAR,1", "party_b", "deal with itself"),
    ("2024-02-30,MAR,SEN,1", "date", "no date of the calendar"),
    ("soon,MAR,SEN,1", "date", "write YYYY-MM-DD"),
    ("1445-06-18,MAR,SEN,1", "date", "'1445-06-18' is before 1900; write the year of the Gregorian calendar"),
    ("18/06/1445,MAR,SEN,1", "date", "before 1900"),
    ("1402,MAR,SEN,1", "date", "before 1900"),
    ("2024-01-01,MAR,SEN,4", "depth", "allowed: 1 (mou), 2 (programme), 3 (binding)"),
    ("2024-01-01,MAR,SEN,nan", "depth", "no depth"),
    ("2024-01-01,EU,FRA,1", "party_b", "the EU and its members"),
    ("2024-01-01,MAR,SEN", "", "3 cells where the header has 4"),
])
def test_a_bad_row_is_told_with_its_line(tmp_path, row, key, part):
    path = written(tmp_path, HEAD + "2024-01-01,MAR,EGY,1\n\n" + row + "\n")
    deals, faults = read_deals(path)
    assert len(deals) == 1
    (fault,) = faults
    assert (fault.file, fault.line, fault.key) == (str(path), 4, key)
    assert part in fault.message


def test_all_faults_of_a_row_are_told_together(tmp_path):
    _, faults = read_deals(written(tmp_path, HEAD + "2024,XXX,YYY,9\n"))
    assert {fault.key for fault in faults} == {"party_a", "party_b", "depth"}


@pytest.mark.parametrize(("content", "key", "part"), [
    (b"", "", "empty"),
    (b"\n", "", "empty"),
    (HEAD.encode(), "", "has no row below its header"),
    (HEAD.encode("utf-16-le"), "", "or save the table as `CSV UTF-8`"),
    (HEAD.encode() + b"2024-01-01,MAR,S\x81N,1\n", "", "not UTF-8"),
    (b"date,date,party_a,party_b,depth\n", "date", "twice"),
    (b"date,party_a,party_b,deph\n", "deph", "did you mean 'depth'"),
    (b"date,party_a,party_b\n", "depth", "missing"),
    (HEAD.encode() + b'2024-01-01,"MAR,SEN,1\n', "", "not a CSV table"),
])
def test_a_bad_file_is_told(tmp_path, content, key, part):
    path = written(tmp_path, content)
    deals, faults = read_deals(path)
    assert deals == []
    assert any(fault.key == key and part in fault.message and fault.file == str(path) for fault in faults)


def test_an_absent_file_is_told(tmp_path):
    assert "cannot be read" in read_deals(tmp_path / "none.csv")[1][0].message
    assert "cannot be read" in read_deals(tmp_path)[1][0].message


def test_a_byte_order_mark_and_windows_lines_are_taken(tmp_path):
    text = (HEAD + "2024-01-01,MAR,SEN,1\n").replace("\n", "\r\n")
    path = written(tmp_path, b"\xef\xbb\xbf" + text.encode())
    deals, faults = read_deals(path)
    assert faults == []
    assert len(deals) == 1


def test_a_duplicate_id_is_told(tmp_path):
    row = "2024-01-01,MAR,SEN,1\n"
    deals, faults = read_deals(written(tmp_path, HEAD + row + row))
    assert len(deals) == 1
    assert "first in line 2" in faults[0].message


def test_joins_are_read_and_move_the_world(tmp_path):
    path = written(tmp_path, "instrument,actor,date,joined\ngpai,MAR,2024-06-01,1\nfoc,MAR,2024-06-01,0\n")
    joins, faults = read_joins(path)
    assert faults == []
    world = load_world(date(2024, 12, 31), records=Records(joins=tuple(joins)))
    check = world.index("MAR")
    texts = {item.id: item for item in world.instruments}
    assert (check, date(2024, 6, 1)) in texts["gpai"].joined
    assert not known_joins(world.as_of, joins)["foc"]["MAR"].joined


@pytest.mark.parametrize(("row", "key", "part"), [
    ("gpay,MAR,2024-06-01,1", "instrument", "did you mean 'gpai'"),
    ("gpai,XXX,2024-06-01,1", "actor", "no actor"),
    ("gpai,MAR,June,1", "date", "no date"),
    ("gpai,oracle,2024-06-01,1", "actor", "'oracle' is no state; texts are joined by states and the EU"),
    ("gpai,MAR,2019,1", "date", "2019 is before the text opened, 2020-06-15"),
    ("gpai,MAR,2024-06-01,yes", "joined", "neither 1"),
    ("gpai,SEN,2024-06-01,1", "actor", "twice"),
])
def test_a_bad_join_is_told(tmp_path, row, key, part):
    head = "instrument,actor,date,joined\ngpai,SEN,2024-01-01,1\n"
    joins, faults = read_joins(written(tmp_path, head + row + "\n", "joins.csv"))
    assert len(joins) == 1
    (fault,) = faults
    assert (fault.line, fault.key) == (3, key)
    assert part in fault.message
