"""Secrets are made once, shared by all processes, and may be exchanged while what they signed stays valid."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.foundation.keyring import Keyring, add_sealing_key, add_secret
from app.settings import Mode, Settings

GOOD = "kY3vTqPz0mXc8RbNwL5sGhJ2dFa7UeQ9"


def test_a_ring_is_made_at_the_first_start_and_kept_for_its_owner(tmp_path: Path) -> None:
    first, second = Keyring.open(tmp_path / "keys"), Keyring.open(tmp_path / "keys")
    assert second.marked("cursor", "text", first.mark("cursor", "text"))
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys").iterdir()} == {0o600}


OPEN_AND_MARK = """
import sys
from pathlib import Path
from app.foundation.keyring import Keyring, public_pem
sys.stdin.readline()
ring = Keyring.open(Path(sys.argv[1]))
print(ring.mark("x", "y"), public_pem(ring.sealing.public_key()))
"""


def test_processes_that_start_at_once_share_one_ring(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN_AND_MARK, str(tmp_path / "keys")]
    crowd = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    for process in crowd:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    assert len({process.communicate()[0] for process in crowd}) == 1
    assert not list((tmp_path / "keys").glob(".*"))


def test_what_an_older_key_signed_stays_valid(tmp_path: Path) -> None:
    old = Keyring.open(tmp_path)
    mark = old.mark("cursor", "text")
    assert add_secret(tmp_path) == "2"
    new = Keyring.open(tmp_path)
    assert new.marked("cursor", "text", mark)
    assert new.mark("cursor", "text").startswith("2.")
    assert not old.marked("cursor", "text", new.mark("cursor", "text"))


def test_seals_of_a_retired_key_can_still_be_checked(tmp_path: Path) -> None:
    old = Keyring.open(tmp_path)
    signature = old.sealing.sign(b"seal")
    assert add_sealing_key(tmp_path) == "2"
    new = Keyring.open(tmp_path)
    assert (new.sealing_id, sorted(new.sealing_keys)) == ("2", ["1", "2"])
    new.sealing_keys["1"].verify(signature, b"seal")
    assert [path.name for path in tmp_path.glob("*.pem")] == ["seal-2.pem"]


def test_a_mark_holds_for_one_text_one_purpose_and_one_ring(tmp_path: Path) -> None:
    ring, other = Keyring.open(tmp_path / "a"), Keyring.open(tmp_path / "b")
    mark = ring.mark("cursor", "text")
    assert ring.marked("cursor", "text", mark)
    assert not ring.marked("photo", "text", mark)
    assert not ring.marked("cursor", "Text", mark)
    assert not other.marked("cursor", "text", mark)
    for wrong in ("", "1", "1.", "9" + mark[1:], mark[:-1], mark + "0", "1.密"):
        assert not ring.marked("cursor", "text", wrong)


def test_a_given_secret_signs_new_things_and_the_journal_stays_with_the_folder(tmp_path: Path) -> None:
    plain, given = Keyring.open(tmp_path), Keyring.open(tmp_path, GOOD)
    assert given.mark("cursor", "x").partition(".")[0] not in plain.secrets
    assert given.own == "1"
    assert plain.marked("event", "digest", given.mark("event", "digest", given.own))


@pytest.mark.parametrize(
    "secret",
    ["", "short", "a" * 64, "abcabcabc" * 8, "secret" + GOOD, "my-Password-" + GOOD, "changeme" * 5, GOOD[:31]],
)
def test_production_does_not_start_with_what_others_could_guess(tmp_path: Path, secret: str) -> None:
    with pytest.raises(SystemExit, match="SECRET"):
        Settings(mode=Mode.PRODUCTION, data_dir=tmp_path, secret=secret).refuse_weak_secrets()


def test_production_starts_with_a_good_secret(tmp_path: Path) -> None:
    Settings(mode=Mode.PRODUCTION, data_dir=tmp_path, secret=GOOD).refuse_weak_secrets()
    Settings(mode=Mode.DEVELOPMENT, data_dir=tmp_path).refuse_weak_secrets()
