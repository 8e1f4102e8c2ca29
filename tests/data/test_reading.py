"""Files of users: regular ones only, bounded, one sentence a fault."""

import os

import pytest

from simulation.data.reading import UnreadableError, check_file, read_bytes, shown, text_of
from simulation.data.user_records import read_deals
from simulation.errors import InputError
from simulation.scenario.load import load_scenario


def refused(path, largest=100):
    with pytest.raises(UnreadableError) as caught:
        read_bytes(path, largest)
    with pytest.raises(UnreadableError):
        check_file(path, largest)
    (fault,) = caught.value.faults
    assert (fault.file, "\n" in fault.message) == (os.fspath(path), False)
    return fault.message


def test_a_regular_file_is_read_up_to_the_limit(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_bytes(path, 100) == b"x" * 100
    assert refused(path, 99) == "is too large: 0.0 MB; at most 9.9e-05 MB is allowed"
    link = tmp_path / "link"
    link.symlink_to(path)
    assert read_bytes(link, 100) == b"x" * 100


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="needs the devices of Unix")
@pytest.mark.parametrize("place", ["/dev/zero", "/dev/tty", "/proc/kmsg", "/proc/self/environ", "/proc/self/mem"])
def test_devices_and_what_the_system_makes_up_are_not_opened(tmp_path, place):
    link = tmp_path / "table.csv"
    link.symlink_to(place)
    if os.path.exists(place):
        assert refused(link) == "is not a regular file"
        deals, (fault,) = read_deals(link)
        assert (deals, fault.message) == ([], "is not a regular file")
        (tmp_path / "s.yaml").write_text(f"extends: {place}\n")
        with pytest.raises(InputError, match=f"^{place}: is not a regular file$"):
            load_scenario(tmp_path / "s.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "is not a regular file"


def test_what_is_not_there_or_a_folder_is_told(tmp_path):
    assert refused(tmp_path / "none") == "cannot be read: no such file"
    assert refused(tmp_path) == "cannot be read: is a folder"
    assert refused("a\0b").startswith("cannot be read: ")


def test_bytes_that_are_no_text_are_told_with_line_and_column():
    with pytest.raises(UnreadableError) as caught:
        text_of("é: 1\nà".encode() + b"\xe9\n", "f")
    assert str(caught.value) == "f:2:2: is not UTF-8 text (byte 0xe9); save it as UTF-8"


def test_a_message_quotes_a_file_on_one_line_and_cut_short():
    assert shown("a\nb\x1b[31m\u202e") == r"'a\nb\x1b[31m\u202e'"
    assert len(shown("x" * 5000)) == 42
