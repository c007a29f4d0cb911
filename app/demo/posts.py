"""The posts of the enterprise of the demo's logins: described by its safety officer, with its people to call."""

from typing import Any, Final

from sqlalchemy.orm import Session

from app.cards.posts import add_post
from app.cards.schemas import NewPost
from app.demo.data import posts
from app.demo.town import Town, named
from app.people.scope import Role

CALLED: Final = (Role.TEAM_LEADER, Role.SAFETY_OFFICER, Role.MANAGER)


def describe_posts(session: Session, town: Town) -> None:
    """Let the safety officer describe the posts."""
    works = town.works[town.data.main.key]
    officer = works.who(Role.SAFETY_OFFICER)
    assert officer is not None
    people = [person for role in CALLED if (person := works.data.who(role))]
    contacts = [{"title": person.post, "name": person.name, "phone": person.phone} for person in people]
    for post in posts():
        told: dict[str, Any] = {"id": named("post", post["name"]), "enterprise_id": works.id, "contacts": contacts}
        add_post(session, officer, NewPost.model_validate(post | told))
