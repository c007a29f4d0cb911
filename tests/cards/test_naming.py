"""How a post is found in what an enterprise has written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cards.naming import BETWEEN, named_singly, names_in, naming
from app.foundation.short_codes import ALPHABET, LENGTH, as_kept, in_groups, new_code


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("打磨工", {"打磨工"}),
        (" 打磨工 、班组长", {"打磨工", "班组长", "打磨工 、班组长"}),
        ("焊工/切割工", {"焊工", "切割工", "焊工/切割工"}),
        ("电工；；", {"电工", "电工；；"}),
        ("、", {"、"}),
    ],
)
def test_a_text_may_name_several(text: str, names: set[str]) -> None:
    assert names_in(text) == names


def test_a_post_is_found_by_any_of_its_names_and_by_no_part_of_one() -> None:
    texts = ["打磨工、班组长", "打磨岗", "打磨工长", "电工", "焊工/切割工"]
    assert naming(texts, {"打磨工", "打磨岗"}) == {"打磨工、班组长", "打磨岗"}
    assert naming(texts, {"焊工/切割工"}) == {"焊工/切割工"}
    assert naming(texts, set()) == set()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(categories=["Lo"]), min_size=1, max_size=4), min_size=1, max_size=4, unique=True))
def test_what_is_listed_one_by_one_is_what_finds_it(names: list[str]) -> None:
    text = "、".join(names)
    assert named_singly(text) == names
    assert all(naming([text], [name]) == {text} for name in names)
    assert not any(BETWEEN.search(name) for name in named_singly(text))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, LENGTH))
def test_a_code_is_read_however_it_was_typed(cut: int) -> None:
    code = new_code()
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert as_kept(in_groups(code)) == as_kept(f" {code[:cut].lower()} {code[cut:]}") == code
    assert as_kept(code.replace("0", "o").replace("1", "l")) == code
    assert [as_kept(each) for each in (code[1:], code + "0", "U" + code[1:], "\0" + code[1:], "")] == [None] * 5
