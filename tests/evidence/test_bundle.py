"""A bundle proves a hazard's story away from the server; whatever is done to it, the check says what."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli import app as cli
from app.evidence import gathering
from app.evidence.bundle import TIME, signed_text
from app.evidence.proof import BrokenBundle, verify
from app.foundation.blobs import Blobs
from app.foundation.keyring import public_pem
from app.journal.sealer import seal_all
from app.people.scope import Role
from app.photos.models import Photo
from tests.conftest import Person, World
from tests.evidence.scenes import jpeg, noise
from tests.evidence.stories import check, found, rectified
from tests.photos.stories import sha
from tests.stories import accepting, do

OFFLINE = pytest.mark.parametrize("kind", ["sqlite"])  # a bundle is one file, whatever database it came from
BEFORE, AFTER = jpeg(noise(11)), jpeg(noise(12))

SAID = (
    "subject_kind", "subject_id", "number", "action", "actor_id", "at", "received_at", "data_digest", "previous",
)  # fmt: skip
MADE: dict[str, bytes] = {}


def as_hashed(event: Any) -> str:
    """The text of an event's digest, as the README in a bundle says."""
    return json.dumps([event[name] for name in SAID], separators=(",", ":"), ensure_ascii=False)


def told(client: TestClient, world: World) -> str:
    """A hazard that was found, put right and accepted, with photos of each; one of them has not arrived."""
    leader, officer = world.someone(Role.TEAM_LEADER), world.someone(Role.SAFETY_OFFICER)
    id = found(client, leader, BEFORE + leader.id.bytes)
    rectified(client, id, leader, AFTER + leader.id.bytes)
    assert do(client, officer, id, "accept", accepting()).status_code == 200  # type: ignore[arg-type]
    check(world)
    seal_all(world.database, world.keyring)
    return id


def fetched(client: TestClient, by: Person, id: str) -> Any:
    return client.get(f"hazards/{id}/bundle.zip", headers=by.headers)


@pytest.fixture
def bundle(client: TestClient, world: World, kind: str, tmp_path: Path) -> Path:
    """One for all who only read it."""
    if kind not in MADE:
        answer = fetched(client, world.someone(Role.INSPECTOR), told(client, world))
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/zip"
        MADE[kind] = answer.content
    file = tmp_path / "bundle.zip"
    file.write_bytes(MADE[kind])
    return file


def pem(world: World) -> bytes:
    return public_pem(world.keyring.sealing.public_key())


def test_it_holds_the_story_the_originals_and_the_proof(world: World, bundle: Path) -> None:
    seen = verify(bundle, [pem(world)])
    assert (seen.photos, seen.unnamed, seen.events - seen.sealed) == (2, 0, 0)
    assert [text.partition(" ")[2] for text in seen.absent] == ["(missing)"]
    with ZipFile(bundle) as archive:
        originals = [name for name in archive.namelist() if name.startswith("originals/")]
        assert {sha(archive.read(name)) for name in originals} == {name[10:74] for name in originals}
        actions = [json.loads(line)["action"] for line in archive.read("events.jsonl").splitlines()]
        assert {"reported", "confirm", "rectify", "accept"} <= set(actions)
        hazard = json.loads(archive.read("hazard.json"))
        assert hazard["state"] == "closed"
        assert "viewer=" not in archive.read("hazard.json").decode()
        assert "证据包" in archive.read("README.txt").decode()


def test_the_same_can_be_computed_by_hand(world: World, bundle: Path) -> None:
    """As its README says, with nothing of ours."""
    with ZipFile(bundle) as archive:
        events = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
        seals = {seal["number"]: seal for seal in map(json.loads, archive.read("seals.jsonl").splitlines())}
        key = world.keyring.sealing.public_key()
        key.verify(
            bytes.fromhex(json.loads(archive.read("manifest.sig"))["signature"]),
            b"hazard evidence bundle\n" + hashlib.sha256(archive.read("manifest.json")).hexdigest().encode(),
        )
    for event in events:
        text = as_hashed(event)
        assert hashlib.sha256(text.encode()).hexdigest() == event["digest"]
        assert hashlib.sha256(event["data"].encode()).hexdigest() == event["data_digest"]
        node, index, seal = (
            hashlib.sha256(b"\0" + bytes.fromhex(event["digest"])).digest(),
            event["proof"]["index"],
            seals[event["proof"]["seal"]],
        )
        size = seal["last"] - seal["first"] + 1
        beside = iter(event["proof"]["path"])
        while size > 1:
            if index ^ 1 < size:
                other = bytes.fromhex(next(beside))
                node = hashlib.sha256(b"\1" + (other + node if index % 2 else node + other)).digest()
            index, size = index // 2, (size + 1) // 2
        assert node.hex() == seal["merkle_root"]
    signed = ("number", "first", "last", "merkle_root", "previous", "sealed_at", "key_id")
    for seal in seals.values():
        text = json.dumps([seal[name] for name in signed], separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == seal["digest"]
        key.verify(bytes.fromhex(seal["signature"]), seal["digest"].encode())


@OFFLINE
def test_its_head_is_the_journals(world: World, bundle: Path) -> None:
    head = verify(bundle).head
    assert verify(bundle, [pem(world)], head).head == head
    with pytest.raises(BrokenBundle, match="is not in it"):
        verify(bundle, head="0" * 64)


@OFFLINE
def test_another_servers_key_is_not_believed(bundle: Path) -> None:
    with pytest.raises(BrokenBundle, match="not the key that you trust"):
        verify(bundle, [public_pem(Ed25519PrivateKey.generate().public_key())])


Entries = dict[str, bytes]


def rewritten(bundle: Path, change: Callable[[Entries], None]) -> Path:
    """The bundle as somebody would write it who has changed its entries, and knows how it is written."""
    with ZipFile(bundle) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    file = bundle.with_name("changed.zip")
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(ZipInfo(name, TIME), content)
    return file


def broken(bundle: Path, change: Callable[[Entries], None], **more: Any) -> str:
    with pytest.raises(BrokenBundle) as error:
        verify(rewritten(bundle, change), **more)
    return str(error.value)


@OFFLINE
def test_written_anew_without_a_change_it_is_whole(bundle: Path) -> None:
    assert verify(rewritten(bundle, lambda entries: None)) == verify(bundle)


@OFFLINE
def test_every_edited_removed_and_added_file_is_named(bundle: Path) -> None:
    with ZipFile(bundle) as archive:
        names = archive.namelist()
    for name in names:
        for change in (_edit, _remove):
            said = broken(bundle, partial(change, name))
            assert name in said or name in {"manifest.json", "manifest.sig"}, (name, said)
    assert "originals/more.jpg: put in" in broken(bundle, lambda entries: entries.update({"originals/more.jpg": b"x"}))


def _edit(name: str, entries: Entries) -> None:
    entries[name] = entries[name][:-9] + bytes([entries[name][-9] ^ 1]) + entries[name][-8:]


def _remove(name: str, entries: Entries) -> None:
    del entries[name]


@OFFLINE
def test_two_photos_that_are_swapped_are_named(bundle: Path) -> None:
    def swap(entries: Entries) -> None:
        one, other = (name for name in entries if name.startswith("originals/"))
        entries[one], entries[other] = entries[other], entries[one]

    assert "originals/" in broken(bundle, swap)


class Forger:
    """Somebody who has the server's key for manifests, or one of his own: the journal itself gives him away."""

    def __init__(self, key: Ed25519PrivateKey, key_id: str) -> None:
        self.key, self.key_id = key, key_id

    def signed(self, change: Callable[[Entries], None]) -> Callable[[Entries], None]:
        def forge(entries: Entries) -> None:
            change(entries)
            told = json.loads(entries["manifest.json"])
            told["files"] = [
                {"path": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
                for name, content in entries.items()
                if name not in {"manifest.json", "manifest.sig"}
            ]
            entries["manifest.json"] = json.dumps(told).encode()
            signature = self.key.sign(signed_text(entries["manifest.json"])).hex()
            entries["manifest.sig"] = json.dumps({"key_id": self.key_id, "signature": signature}).encode()

        return forge


@pytest.fixture
def forger(world: World) -> Forger:
    return Forger(world.keyring.sealing, world.keyring.sealing_id)


def lines(entries: Entries, name: str, change: Callable[[list[Any]], Any]) -> None:
    told = [json.loads(line) for line in entries[name].splitlines()]
    told = change(told) or told
    entries[name] = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in told)


def hazards_own(told: list[Any]) -> list[int]:
    return [n for n, line in enumerate(told) if line["subject_kind"] == "hazard"]


def without(told: list[Any], which: int) -> list[Any]:
    gone = hazards_own(told)[which]
    return [line for n, line in enumerate(told) if n != gone]


def swapped(told: list[Any]) -> list[Any]:
    one, other = hazards_own(told)[1:3]
    told[one], told[other] = told[other], told[one]
    return told


def rewrite_text(told: list[Any]) -> None:
    line = told[hazards_own(told)[1]]
    line["data"] = line["data"].replace("加装泄爆片", "无需整改")


def rewrite_whole(told: list[Any]) -> None:
    """The text with a digest that fits, and all digests after it."""
    line = next(line for line in told if line["action"] == "accept")
    line["data"] = line["data"].replace("现场复查合格", "不合格")
    line["data_digest"] = hashlib.sha256(line["data"].encode()).hexdigest()
    line["digest"] = hashlib.sha256(as_hashed(line).encode()).hexdigest()


def another_time(told: list[Any]) -> None:
    told[0]["at"] = "2026-01-01T00:00:00.000Z"


def emptied(told: list[Any]) -> None:
    told[0]["data"] = None


FORGERIES: dict[str, tuple[str, Callable[[list[Any]], Any], str]] = {
    "the first event is taken out": ("events.jsonl", partial(without, which=0), "chain is broken"),
    "an event is taken out": ("events.jsonl", partial(without, which=1), "chain is broken"),
    "two events are swapped": ("events.jsonl", swapped, "chain is broken"),
    "a text is changed": ("events.jsonl", rewrite_text, "text was changed"),
    "a text is changed and its digests fit": ("events.jsonl", rewrite_whole, "not under its seal"),
    "a time is changed": ("events.jsonl", another_time, "changed"),
    "a text is taken out": ("events.jsonl", emptied, "text is missing"),
    "all events of the hazard are taken out": (
        "events.jsonl", lambda told: [line for line in told if line["subject_kind"] != "hazard"], "",
    ),
    "a proof is another's": (
        "events.jsonl", lambda told: told[1]["proof"].update(index=told[1]["proof"]["index"] + 1), "not under its seal",
    ),
    "the seals are taken out": ("seals.jsonl", list[Any].clear, "its seal is missing"),
    "a seal is changed": ("seals.jsonl", lambda told: told[0].update(merkle_root="0" * 64), "changed"),
    "a signature is another's": ("seals.jsonl", lambda told: told[0].update(signature="0" * 128), "not its key's"),
}  # fmt: skip


@OFFLINE
@pytest.mark.parametrize("forgery", FORGERIES)
def test_even_with_a_manifest_that_fits_the_journal_gives_it_away(
    bundle: Path, forger: Forger, world: World, forgery: str
) -> None:
    name, change, expected = FORGERIES[forgery]
    said = broken(bundle, forger.signed(lambda entries: lines(entries, name, change)), trusted=[pem(world)])
    assert expected in said


@OFFLINE
def test_a_photo_that_an_event_names_cannot_be_left_out(bundle: Path, forger: Forger) -> None:
    def leave_out(entries: Entries) -> None:
        name = next(name for name in entries if name.startswith("originals/"))
        del entries[name]
        told = json.loads(entries["manifest.json"])
        told["photos"] = [photo for photo in told["photos"] if photo["path"] != name]
        entries["manifest.json"] = json.dumps(told).encode()

    assert "an event names it" in broken(bundle, forger.signed(leave_out))


@OFFLINE
def test_a_photo_cannot_be_exchanged_for_another(bundle: Path, forger: Forger) -> None:
    def exchange(entries: Entries) -> None:
        name = next(name for name in entries if name.startswith("originals/"))
        entries[name] = jpeg(noise(99))

    assert "not the photo that it is named after" in broken(bundle, forger.signed(exchange))


@OFFLINE
def test_everything_signed_anew_with_another_key_is_not_the_servers(bundle: Path, world: World) -> None:
    own = Ed25519PrivateKey.generate()
    forger = Forger(own, "1")

    def change(entries: Entries) -> None:
        key = next(name for name in entries if name.startswith("keys/"))
        entries[key] = public_pem(own.public_key())

    assert "not the key that you trust" in broken(bundle, forger.signed(change), trusted=[pem(world)])
    assert "signature" in broken(bundle, forger.signed(change))


@OFFLINE
@pytest.mark.parametrize("at", [0, 1], ids=["before", "behind"])
def test_nothing_hides_around_the_zip(bundle: Path, at: int) -> None:
    content = bundle.read_bytes()
    bundle.write_bytes((b"more" + content, content + b"more")[at])
    with pytest.raises(BrokenBundle, match="stands b"):
        verify(bundle)


@OFFLINE
def test_a_torn_or_packed_file_is_not_whole(bundle: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.zip"
    for length in (0, 10, 1000, bundle.stat().st_size - 1):
        torn.write_bytes(bundle.read_bytes()[:length])
        with pytest.raises(BrokenBundle):
            verify(torn)
    packed = tmp_path / "packed.zip"
    with ZipFile(bundle) as archive, ZipFile(packed, "w", ZIP_DEFLATED) as other:
        for name in archive.namelist():
            other.writestr(name, archive.read(name))
    with pytest.raises(BrokenBundle, match="written by somebody else"):
        verify(packed)


@OFFLINE
def test_nonsense_is_refused_and_not_a_fault(bundle: Path, forger: Forger) -> None:
    for name in ("events.jsonl", "seals.jsonl", "manifest.json"):
        for content in (b"[]", b"{}", b"null", b"\xff", b'{"files": 1}', b"[" * 5000):
            change = lambda entries, name=name, content=content: entries.update({name: content})  # noqa: E731
            broken(bundle, change if name == "manifest.json" else forger.signed(change))


@OFFLINE
def test_the_command_needs_neither_database_nor_settings(world: World, bundle: Path, tmp_path: Path) -> None:
    key = tmp_path / "key.pub"
    key.write_bytes(pem(world))
    run = partial(subprocess.run, capture_output=True, text=True, cwd=tmp_path, env={"PATH": "/usr/bin"})
    whole = CliRunner().invoke(cli, ["audit", "verify-bundle", str(bundle), "--key", str(key)])
    assert (whole.exit_code, whole.stdout.splitlines()[-1]) == (0, "whole"), whole.output
    command = [str(Path(sys.executable).with_name("app")), "audit", "verify-bundle"]
    changed = run([*command, str(rewritten(bundle, partial(_edit, "events.jsonl"))), "--key", str(key)])
    assert changed.returncode == 1
    assert "BROKEN: events.jsonl: changed" in changed.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"bundle.zip", "changed.zip", "key.pub"}


def test_what_the_store_has_lost_is_said(client: TestClient, world: World, tmp_path: Path) -> None:
    story = told(client, world)
    blobs: Blobs = world.app.state.house.things[Blobs]
    inspector = world.someone(Role.INSPECTOR)
    shown = client.get(f"hazards/{story}", headers=inspector.headers).json()["photos"]
    lost = next(photo["sha256"] for photo in shown if photo["purpose"] == "rectification")
    blobs.delete(world.write(lambda session: session.get_one(Photo, lost).object_key))
    file = tmp_path / "bundle.zip"
    file.write_bytes(fetched(client, inspector, story).content)
    seen = verify(file)
    assert f"{lost} (gone)" in seen.absent
    assert seen.photos == 1


def test_of_very_many_seals_those_over_its_events_are_shown(
    client: TestClient, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader, officer, inspector = (
        world.someone(role) for role in (Role.TEAM_LEADER, Role.SAFETY_OFFICER, Role.INSPECTOR)
    )
    id = found(client, leader, jpeg(noise(14)))
    seal_all(world.database, world.keyring)
    for n in range(5):
        found(client, leader, jpeg(noise(20 + n)))
        seal_all(world.database, world.keyring)
    rectified(client, id, officer, jpeg(noise(15)))
    seal_all(world.database, world.keyring)
    found(client, leader, jpeg(noise(26)))
    seal_all(world.database, world.keyring)
    told, numbers, gathering_all = {}, dict[int, list[int]](), gathering.CHAIN
    for chain in (gathering_all, 1):
        monkeypatch.setattr(gathering, "CHAIN", chain)
        file = tmp_path / f"{chain}.zip"
        file.write_bytes(fetched(client, inspector, id).content)
        told[chain] = verify(file)
        with ZipFile(file) as archive:
            seals = [json.loads(line) for line in archive.read("seals.jsonl").splitlines()]
        numbers[chain] = [seal["number"] for seal in seals]
    few, many = told[1], told[gathering_all]
    whole = numbers[gathering_all]
    assert whole == list(range(whole[0], whole[-1] + 1))
    assert set(numbers[1]) < set(whole)  # the server seals by itself, too: how many there are is not ours to say
    assert (few.events, few.sealed, few.head) == (many.events, many.events, many.head)


def test_it_is_for_those_who_review(client: TestClient, world: World) -> None:
    story = found(client, world.someone(Role.TEAM_LEADER), jpeg(noise(13)))
    for role in (Role.WORKER, Role.TEAM_LEADER, Role.ADMINISTRATOR):
        assert fetched(client, world.someone(role), story).status_code == 403
    stranger = world.someone(Role.SAFETY_OFFICER, enterprise_id=world.works())
    assert fetched(client, stranger, story).status_code == 404
    assert client.get(f"hazards/{story}/bundle.zip").status_code == 401
    assert client.get("hazards/nonsense/bundle.zip").status_code == 401
    assert fetched(client, stranger, "nonsense").status_code == 422
    head = client.head(f"hazards/{story}/bundle.zip", headers=world.someone(Role.INSPECTOR).headers)
    assert (head.status_code, head.content) == (200, b"")
