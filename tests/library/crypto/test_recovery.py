# SPDX-License-Identifier: Apache-2.0
"""A key on paper: any m of n shares bring it back, fewer do not, and a slip of the pen is said."""

from __future__ import annotations

import hashlib
from itertools import combinations

import pytest

from tejido.crypto import BadShares, join_shares, new_paper_key, open_box, seal_box, shares_needed


@pytest.fixture(scope="module")
def paper():
    return new_paper_key(threshold=2, count=3)


def test_any_two_of_three_shares_bring_the_key_back(paper):
    box = seal_box(paper.key.public, b"a team's secret", b"recovery")
    assert {len(share.split()) for share in paper.shares} == {33}
    for chosen in combinations(paper.shares, 2):
        assert open_box(join_shares(chosen), box, b"recovery") == b"a team's secret"
    assert join_shares(paper.shares).raw == paper.key.raw


def test_words_may_be_typed_in_capitals_and_over_several_lines(paper):
    typed = [share.upper().replace(" ", "\n", 8) for share in paper.shares[:2]]
    assert join_shares(typed).raw == paper.key.raw


def test_a_share_says_how_many_are_needed(paper):
    assert shares_needed(paper.shares[1]) == 2


def test_what_is_wrong_with_the_shares_is_said(paper):
    one, two, _three = paper.shares
    other = new_paper_key(threshold=2, count=2).shares
    words = two.split()
    slip = " ".join([*words[:7], "academic" if words[7] != "academic" else "acid", *words[8:]])
    cases = [
        ([one], "few", None),
        ([], "few", None),
        ([one, one], "twice", 2),
        ([one, other[1]], "strangers", 2),
        ([one, slip], "share", 2),
        (["no such words here", two], "share", 1),
        ([one, " ".join(words[:-1])], "share", 2),
        (["", two], "share", 1),
        ([one, "ñandú " + two], "share", 2),
    ]
    for shares, reason, number in cases:
        with pytest.raises(BadShares) as raised:
            join_shares(shares)
        assert (raised.value.reason, raised.value.share) == (reason, number)


def test_two_keys_are_never_the_same_and_one_share_alone_says_nothing():
    drawn = {new_paper_key(threshold=2, count=2).key.raw for _ in range(3)}
    assert len(drawn) == 3


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (1, 3), (4, 3), (2, 17), (0, 2)])
def test_a_set_that_protects_nothing_is_refused(threshold, count):
    with pytest.raises(ValueError, match="shares"):
        new_paper_key(threshold=threshold, count=count)


# Made once by this code; every later version must read it.
KEPT = (
    "wavy frequent academic acid arena inform inside railroad snake evoke isolate "
    "inmate gesture detailed species acne chew punish symbolic dramatic clay together "
    "earth national obesity argue hand season bulge lilac predator estimate grownup",
    "wavy frequent academic always academic soul game pancake domain fangs merit "
    "leader standard robin invasion source simple fantasy dryer tricycle blimp depart "
    "penalty stick much omit warmth papa adjust spill election quick mansion",
)
_FINGERPRINT = "91b7f567b0d62e4be298235bdfd541be"


def test_shares_printed_by_an_earlier_version_still_open():
    assert hashlib.sha256(join_shares(KEPT).public.raw).hexdigest()[:32] == _FINGERPRINT
