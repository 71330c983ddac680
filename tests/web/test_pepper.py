# SPDX-License-Identifier: Apache-2.0
"""What is mixed into passwords changes while everyone works; the old value stays until each has signed in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.utils import timezone

from tejido.crypto import CannotOpen, is_under, open_with_password
from tejido.vocabulary import BadInput
from tejido.web.accounts.actions import member_context
from tejido.web.accounts.login import Refused, sign_in
from tejido.web.accounts.models import Member
from tejido.web.accounts.passwords import choose_password
from tejido.web.accounts.staffing import end_access, replace_password
from tejido.web.config.rotating_pepper import begin_pepper, end_pepper, still_under_an_older
from tejido.web.security import audit


def test_each_goes_under_the_new_pepper_as_she_signs_in_and_the_old_one_goes_last(cast, folder):
    old, everyone = settings.TEJIDO.pepper, {each.login for each in Member.objects.all()}
    assert set(begin_pepper(folder)) == everyone
    new = settings.TEJIDO.pepper  # read from the file: a door that runs needs no restart
    assert settings.TEJIDO.peppers == (new, old)
    assert set(begin_pepper(folder)) == everyone
    assert settings.TEJIDO.peppers == (new, old)  # no third
    with pytest.raises(Refused):
        sign_in(login="chen", password="otra", code=cast.code("chen"), now=datetime.now(UTC))
    for login in ("chen", "noor"):
        assert cast.client(login).get("/").status_code in (200, 302)
    assert set(still_under_an_older(settings.TEJIDO.peppers)) == everyone - {"chen", "noor"}
    chen = cast.member("chen")
    assert is_under(chen.private_key, new)
    with pytest.raises(CannotOpen):
        open_with_password(chen.private_key, cast.logins["chen"][0], pepper=old, context=member_context(chen))
    with pytest.raises(BadInput) as refused:
        end_pepper(folder)
    assert "amara" in refused.value.line("es")
    assert "chen" not in refused.value.line("en")
    # Who is not there to sign in: a new password, or access that ended.
    noor, now = cast.member("noor"), timezone.now()
    replace_password(member=cast.member("amara"), by=noor, ring=_ring(cast, "noor"), now=now)
    for login in everyone - {"chen", "noor", "amara"}:
        end_access(member=cast.member(login), by=noor, ring=_ring(cast, "noor"), now=now)
    end_pepper(folder)
    assert settings.TEJIDO.peppers == (new,)
    assert cast.client("chen").get("/contacts/").status_code == 200
    end_pepper(folder)  # once more changes nothing
    assert settings.TEJIDO.peppers == (new,)


def _ring(cast, login):
    from tejido.crypto import BoxKey
    from tejido.web.accounts.keys import ring_of

    member = cast.member(login)
    raw = open_with_password(member.private_key, cast.logins[login][0], pepper=settings.TEJIDO.pepper,
                             context=member_context(member))  # fmt: skip
    return ring_of(member, BoxKey(raw))


def test_a_password_chosen_meanwhile_is_under_the_new_pepper(cast, folder):
    begin_pepper(folder)
    chen = cast.member("chen")
    choose_password(member=chen, current=cast.logins["chen"][0], new="palabras solo suyas", by=chen,
                    now=timezone.now())  # fmt: skip
    assert is_under(cast.member("chen").private_key, settings.TEJIDO.pepper)


def test_cut_off_once_the_file_is_written_the_next_call_goes_on_with_the_same(cast, folder, monkeypatch):
    def off(*_words, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as now:
        now.setattr(audit, "record", off)
        with pytest.raises(KeyboardInterrupt):
            begin_pepper(folder)
    kept = settings.TEJIDO.peppers
    assert len(kept) == 2
    begin_pepper(folder)
    assert settings.TEJIDO.peppers == kept
    assert sign_in(login="chen", password=cast.logins["chen"][0], code=cast.code("chen"), now=datetime.now(UTC))
