"""Short codes that people print, scan and type: twelve letters and digits, of sixty random bits."""

import secrets
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH: Final = 12
GROUP: Final = 4
MISREAD: Final = str.maketrans("OIL", "011", " -")


def new_code() -> str:
    """A code that nobody guesses: among a million that are used, one of 10¹² guesses would hit."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def in_groups(code: str) -> str:
    """As it is printed: ABCD-EFGH-JKMN."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def as_kept(typed: str) -> str | None:
    """What somebody has typed, as codes are kept: without hyphens, and with what is easily misread put right; None if
    it cannot be one."""
    code = typed.upper().translate(MISREAD)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
