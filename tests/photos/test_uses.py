"""Knowing a hash gives nobody a picture: a photo belongs to a record only if who named it had it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from app.foundation.clock import now
from app.people.scope import Role
from app.photos import uses
from app.photos.arrivals import Arrivals
from app.photos.models import Photo, PhotoSender, PhotoUse, Purpose
from app.photos.uses import Counts
from tests.conftest import Person, World
from tests.photos.stories import caller, jpeg, name_one, named, naming, sha
from tests.photos.test_upload import put

NONE: frozenset[str] = frozenset()
LATELY = datetime(2026, 11, 23, 1, 10, tzinfo=UTC)


def some_sha() -> str:
    return uuid4().hex * 2


def has_sent(world: World, person: Person, sha256: str, *, arrivals: Arrivals | None = None) -> None:
    """The bytes of a photo come in from somebody."""

    def come(session: Session) -> None:
        if session.get(Photo, sha256) is None:
            kept = {"object_key": f"{sha256}/x", "bytes": 9, "content_type": "image/jpeg", "width": 4, "height": 3}
            session.add(Photo(sha256=sha256, created_at=now(), **kept))
            session.flush()
        session.add(PhotoSender(sha256=sha256, user_id=person.id, sent_at=now()))
        session.flush()
        (arrivals or Arrivals()).announce(session, caller(session, person), [sha256])

    world.write(come)


def counts(world: World, subject_id: UUID) -> Counts:
    found: Counts = world.write(lambda session: uses.counts(session, [subject_id])[subject_id])
    return found


def test_a_photo_that_was_sent_before_belongs_to_the_record_at_once(world: World) -> None:
    leader, sha256 = world.someone(Role.TEAM_LEADER), some_sha()
    has_sent(world, leader, sha256)
    one = naming(world, sha256)
    assert named(world, leader, one) == ((), (one,))
    assert counts(world, one.subject_id) == Counts(0, NONE, sha256)


def test_a_photo_that_is_under_way_is_missing_until_it_comes(world: World) -> None:
    leader, sha256 = world.someone(Role.TEAM_LEADER), some_sha()
    one = naming(world, sha256, purpose=Purpose.RECTIFICATION)
    assert named(world, leader, one) == ((one,), ())
    assert counts(world, one.subject_id) == Counts(1, frozenset({sha256}), None)
    has_sent(world, leader, sha256)
    assert counts(world, one.subject_id) == Counts(0, NONE, sha256)


def test_whoever_wants_to_know_hears_of_what_arrives_and_only_of_that(world: World) -> None:
    heard: list[UUID] = []
    arrivals = Arrivals([lambda _, __, arrived: heard.extend(use.subject_id for use in arrived)])
    leader, sha256 = world.someone(Role.TEAM_LEADER), some_sha()
    has_sent(world, leader, some_sha(), arrivals=arrivals)
    name_one(world, leader, some_sha())
    subject_id = name_one(world, leader, sha256)
    has_sent(world, leader, sha256, arrivals=arrivals)
    assert heard == [subject_id]


def test_naming_anothers_photo_by_its_hash_gives_nothing(world: World) -> None:
    stranger = world.someone(Role.TEAM_LEADER, enterprise_id=world.works())
    sha256 = some_sha()
    has_sent(world, stranger, sha256)
    leader = world.someone(Role.TEAM_LEADER)
    one = naming(world, sha256)
    assert named(world, leader, one).missing == (one,)
    has_sent(world, world.someone(Role.TEAM_LEADER), sha256)  # a colleague's upload does not give it either
    assert counts(world, one.subject_id).missing == 1


def test_who_may_see_a_photo_may_name_it(world: World) -> None:
    worker, sha256 = world.someone(Role.WORKER), some_sha()
    has_sent(world, worker, sha256)
    name_one(world, worker, sha256)
    for person in (world.someone(Role.SAFETY_OFFICER), world.someone(Role.INSPECTOR), world.someone(Role.EXPERT)):
        assert len(named(world, person, naming(world, sha256)).arrived) == 1
    elsewhere = world.someone(Role.INSPECTOR, areas=(world.next_town,))
    assert len(named(world, elsewhere, naming(world, sha256)).missing) == 1


def test_a_photo_that_never_arrived_shows_its_hash_to_nobody(world: World) -> None:
    sha256 = some_sha()
    name_one(world, world.someone(Role.TEAM_LEADER), sha256)
    assert len(named(world, world.someone(Role.TEAM_LEADER), naming(world, sha256)).missing) == 1


def test_naming_twice_is_naming_once(world: World) -> None:
    leader, sha256 = world.someone(Role.TEAM_LEADER), some_sha()
    one = naming(world, sha256, taken_at=LATELY)
    assert named(world, leader, one, one).missing == (one, one)
    assert named(world, leader, one).missing == (one,)
    has_sent(world, leader, sha256)
    assert named(world, leader, one).arrived == (one,)
    assert counts(world, one.subject_id) == Counts(0, NONE, sha256)


def test_who_names_what_a_record_waits_for_brings_it_or_is_waited_for(world: World) -> None:
    gone, leader, sha256 = world.someone(Role.TEAM_LEADER), world.someone(Role.TEAM_LEADER), some_sha()
    lost, waiting = naming(world, sha256), naming(world, sha256)
    named(world, gone, lost, waiting)
    named(world, leader, lost)
    has_sent(world, leader, sha256)
    assert counts(world, lost.subject_id).missing == 0
    assert named(world, leader, waiting).arrived == (waiting,)
    assert counts(world, waiting.subject_id).missing == 0


def test_a_record_shows_its_photos_in_the_order_in_which_they_were_named(world: World) -> None:
    leader, subject_id = world.someone(Role.TEAM_LEADER), uuid4()
    shas = [some_sha() for _ in range(9)]
    has_sent(world, leader, shas[4])
    position = {"lon": 106.05, "lat": 29.84, "datum": "gcj02", "accuracy_m": 12}
    each = [naming(world, sha, subject_id=subject_id, taken_at=LATELY, position=position) for sha in shas]
    named(world, leader, *each)
    shown = world.write(lambda session: uses.of(session, world.keyring, caller(session, leader), [subject_id]))[
        subject_id
    ]
    assert [photo.sha256 for photo in shown] == shas
    assert [photo.arrived for photo in shown] == [n == 4 for n in range(9)]
    assert (shown[0].thumbnail_url, shown[0].display_url, shown[0].width) == (None, None, None)
    assert shown[4].thumbnail_url.startswith(f"/api/v1/photos/{shas[4]}/thumbnail?viewer={leader.id}&until=")
    assert (shown[4].width, shown[4].height, shown[4].content_type) == (4, 3, "image/jpeg")
    assert (shown[4].taken_at, shown[4].position) == (LATELY, position)


def test_a_report_of_four_thousand_photos_is_declared_at_once(world: World) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    each = [naming(world, some_sha()) for _ in range(4000)]
    assert len(named(world, leader, *each).missing) == 4000


def test_records_of_others_count_for_themselves(world: World) -> None:
    leader, one, other = world.someone(Role.TEAM_LEADER), uuid4(), uuid4()
    named(world, leader, *(naming(world, some_sha(), subject_id=one) for _ in range(2)))
    evidence = some_sha()
    name_one(world, leader, evidence, subject_id=other, purpose=Purpose.RECTIFICATION)
    found = world.write(lambda session: uses.counts(session, [one, other, uuid4()]))
    assert found == {one: Counts(2), other: Counts(1, frozenset({evidence}))}


def test_a_use_is_found_where_its_record_lies(world: World) -> None:
    leader, sha256 = world.someone(Role.TEAM_LEADER), some_sha()
    name_one(world, leader, sha256)
    use = world.write(lambda session: session.query(PhotoUse).filter_by(sha256=sha256).one())
    assert (use.county_code, use.town_code) == (world.county[:6], world.village[:9])


def test_a_record_and_an_upload_at_the_same_moment_do_not_miss_each_other(client: TestClient, world: World) -> None:
    leader = world.someone(Role.TEAM_LEADER)
    for _ in range(8):
        content = jpeg(40, 30)
        one = naming(world, sha(content))
        with ThreadPoolExecutor(2) as both:
            naming_it = both.submit(named, world, leader, one)
            sending_it = both.submit(put, client, leader, content)
        assert sending_it.result().status_code == 201
        assert naming_it.result()
        assert counts(world, one.subject_id) == Counts(0, NONE, one.sha256)
