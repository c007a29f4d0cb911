"""Passwords: argon2id (RFC 9106), with little memory and few at once, so that a crowd cannot exhaust the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final
from unicodedata import normalize

from pwdlib.hashers.argon2 import Argon2Hasher

from app.foundation.lanes import Lane
from app.foundation.problems import Overloaded

# OWASP's smallest parameters for argon2id: 19 MiB, two passes, one lane; about 50 ms.
HASHER: Final = Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1)
# What the password of nobody is compared with: 32 zero bytes, which no password is known to give.
NOBODYS: Final = "$argon2id$v=19$m=19456,t=2,p=1$" + "A" * 22 + "$" + "A" * 43


def hashed(password: str) -> str:
    """The password as it is stored. Takes 50 ms: in a request, ask `Hashing` for it."""
    return HASHER.hash(normalize("NFC", password))


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password that was stored. Where there is none it takes as long, and says no."""
    known = stored if stored and HASHER.identify(stored) else NOBODYS
    return HASHER.verify(normalize("NFC", password), known) and known is not NOBODYS


class Hashing:
    """The threads that hash, two a process, with a short queue before them."""

    def __init__(self, threads: int = 2, waiting: int = 62) -> None:
        self._lane = Lane(threads, waiting)
        self._places = threads + waiting

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue, taken before anything else is done: who is turned away has not been counted.

        Raises:
            Overloaded: too many are waiting.
        """
        if not self._places:
            raise Overloaded
        self._places -= 1
        try:
            yield
        finally:
            self._places += 1

    async def matches(self, password: str, stored: str | None) -> bool:
        return await self._lane.run(partial(matches, password, stored))

    async def hashed(self, password: str) -> str:
        return await self._lane.run(partial(hashed, password))
