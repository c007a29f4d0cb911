"""GB 32100, with codes that public implementations agree on."""

import pytest

from app.foundation.credit_code import CHARACTERS, is_credit_code, with_check_digit

GOOD = ["91350100M000100Y43", "91110000101623741K", "911101066976941872"]


@pytest.mark.parametrize("code", GOOD)
def test_a_good_code_fits(code: str) -> None:
    assert is_credit_code(code)
    assert with_check_digit(code[:17]) == code


@pytest.mark.parametrize("code", GOOD)
def test_no_other_last_character_fits(code: str) -> None:
    assert [last for last in CHARACTERS if is_credit_code(code[:17] + last)] == [code[17]]


@pytest.mark.parametrize(
    "code",
    [
        "91350211M0000XUF46",
        "91350100m000100y43",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "9135O100M000100Y43",
        "91350100I000100Y43",
        "91110000101623741K\n",
        "٩1350100M000100Y43",
        "",
    ],
)
def test_a_bad_code_is_refused(code: str) -> None:
    assert not is_credit_code(code)


def test_two_exchanged_characters_are_noticed() -> None:
    code = GOOD[1]
    for place in range(8, 17):
        exchanged = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        assert exchanged == code or not is_credit_code(exchanged)


@pytest.mark.parametrize("first", ["9135010", "9135X100M000100Y4", "91350100M000100Y43"])
def test_no_code_begins_like_that(first: str) -> None:
    with pytest.raises(ValueError, match="not the beginning of a credit code"):
        with_check_digit(first)
