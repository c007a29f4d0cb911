"""How a post is found in the texts of the chain. Pure.

A risk names a post (`post`), a measure its holder (`holder`): texts as an enterprise writes them, sometimes several in
one (「打磨工、班组长」). A post is found by its name and by whatever else it is called.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

BETWEEN: Final = re.compile(r"[、，,；;／/|\n]")


def names_in(text: str) -> set[str]:
    """The names that a text consists of, and the text itself, which may be one name with a stroke in it."""
    whole = text.strip()
    return {name for part in (*BETWEEN.split(whole), whole) if (name := part.strip())}


def naming(texts: Iterable[str], names: Collection[str]) -> set[str]:
    """Those of the texts that name one of these."""
    wanted = set(names)
    return {text for text in texts if not wanted.isdisjoint(names_in(text))}


def named_singly(text: str) -> list[str]:
    """The names that a text consists of, in their order."""
    return list(dict.fromkeys(name for part in BETWEEN.split(text) if (name := part.strip())))
