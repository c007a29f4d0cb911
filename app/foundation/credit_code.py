"""The 18 characters of a unified social credit code (统一社会信用代码, GB 32100-2015)."""

import re
from typing import Final

CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_FORM: Final = re.compile(rf"[{CHARACTERS}]{{2}}[0-9]{{6}}[{CHARACTERS}]{{9}}")
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))


def is_credit_code(text: str) -> bool:
    """Whether the form is right (registering authority, kind, division code, organization) and the last one fits."""
    return bool(_FORM.fullmatch(text[:17])) and text == with_check_digit(text[:17])


def with_check_digit(first: str) -> str:
    """The whole code that begins with these 17 characters.

    Raises: ValueError, if no code begins so.
    """
    if not _FORM.fullmatch(first):
        raise ValueError(f"not the beginning of a credit code: {first!r}")
    weighed = sum(CHARACTERS.index(character) * weight for character, weight in zip(first, _WEIGHTS, strict=True))
    return first + CHARACTERS[-weighed % 31]
