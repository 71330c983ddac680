# SPDX-License-Identifier: Apache-2.0
"""Return codes: what a code stands for never changes, a slip is noticed, and one node's says nothing at another."""

from __future__ import annotations

import contextlib
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tejido.crypto import BadCode, derive_return, grouped, new_return_code, typed_code

CODE = "0123456789012345678901234583"


def test_a_code_made_once_stands_for_the_same_for_ever():
    """The browser derives this too: `tests/web/intake/test_return_in_browser.py` goes from one to the other."""
    code = derive_return(CODE, "mx")
    assert code.finder.hex() == "1d2bb01ea2441c9f72a5b1afa5cb399fc0fbf48ffdbdab3342ff100e31996949"
    digest = hashlib.sha256(code.key.public.raw).hexdigest()
    assert digest == "6ea50c9ce9ed558fecb1f550749ac38c8356df5c85b86c1a6626dbcbc3660af8"


def test_the_same_code_at_another_node_stands_for_something_else():
    one, other = derive_return(CODE, "mx"), derive_return(CODE, "us")
    assert one.finder != other.finder
    assert one.key.public != other.key.public


def test_codes_are_long_enough_and_never_the_same():
    codes = {new_return_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(typed_code(code) == code and len(code) == 28 for code in codes)
    assert 10**26 > 2**86
    assert len({code[:3] for code in codes}) > 500


def test_a_code_is_written_in_groups_and_typed_in_any_way():
    assert grouped(CODE) == "0123 4567 8901 2345 6789 0123 4583"
    for typed in (grouped(CODE), CODE, CODE.replace("4", "4-"), f"  {grouped(CODE)}\n", "٠" + CODE[1:]):
        assert typed_code(typed) == CODE


@given(some.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_a_slip(text):
    with contextlib.suppress(BadCode):
        assert len(typed_code(text)) == 28


def test_one_wrong_digit_and_two_exchanged_are_noticed():
    for place in range(28):
        with pytest.raises(BadCode):
            typed_code(CODE[:place] + str((int(CODE[place]) + 1) % 10) + CODE[place + 1 :])
    for place in range(27):
        pair = CODE[place : place + 2]
        if pair[0] != pair[1]:
            with pytest.raises(BadCode):
                typed_code(CODE[:place] + pair[::-1] + CODE[place + 2 :])
