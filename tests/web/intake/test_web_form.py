# SPDX-License-Identifier: Apache-2.0
"""The public form: the notice first, sealed on arrival, nothing typed is lost, nothing typed is left in clear."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.conf import settings

from tejido.vocabulary import code_list
from tejido.web.accounts.models import Team
from tejido.web.intake.channels.web_form import actions
from tejido.web.intake.channels.web_form.forms import LONGEST, asking
from tejido.web.intake.models import Contact
from tejido.web.security.keyring import NoKey
from tejido.web.security.models import AuditEntry, KeyGrant
from tests.node import whole_database
from tests.web.public_door import cookie_names, hidden_fields, public_door, visitor  # noqa: F401

ANSWERS = {
    "own_words": "No nos dejan salir del rancho Canario Azul.",
    "language": "mix",
    "under_18": "yes",
    "reply_safety": "safe_at_times",
    "phone": "55 0000 4471",
    "email": "zopilote@example.org",
    "reply_how": "Domingos después de misa, digan que es por la rifa del Quetzal.",
}
NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)  # still the evening of the 21st in Mexico City
pytestmark = pytest.mark.usefixtures("public_door")


def _send(client, **changes):
    page = client.get("/write/").content.decode()
    return client.post("/write/", {**hidden_fields(page), **ANSWERS, **changes})


def _receive(**changes):
    return actions.receive(
        notice_version="2026-11", notice_at=NOW, notice_language="es", answers={**ANSWERS, **changes}, now=NOW
    )


def test_what_she_sends_waits_for_the_team_that_answers_the_line():
    answer = _send(visitor("es"))
    assert answer.status_code == 200
    assert "data-arrived" in answer.content.decode()
    contact = Contact.objects.get()
    assert (contact.state, contact.channel, contact.owner) == ("waiting", "web_form", None)
    assert contact.team.kind == Team.Kind.INTAKE
    assert contact.routing_language == "mix"


def test_her_words_open_for_the_team_that_answers_and_for_nobody_else(cast):
    _send(visitor("es"))
    contact = Contact.objects.get()
    opened = contact.opened(cast.ring("amara"))
    assert opened.own_words == ANSWERS["own_words"]
    assert (opened.language, opened.under_18, opened.reply_safety) == ("mix", "yes", "safe_at_times")
    assert opened.contactor_phone == ANSWERS["phone"]
    assert opened.reply_how.splitlines() == [ANSWERS["email"], ANSWERS["reply_how"]]
    for outsider in ("dora", "noor", "eve"):
        with pytest.raises(NoKey):
            contact.opened(cast.ring(outsider))


def test_the_version_time_and_language_of_the_notice_are_kept(cast):
    client = visitor("en")
    before = datetime.now(UTC)
    _send(client, voluntary="on")
    contact = Contact.objects.get()
    assert (contact.notice_version, contact.notice_language) == ("2026-11", "en")
    assert before <= contact.notice_at <= contact.received_at
    notice = contact.opened(cast.ring("amara")).notice
    assert notice == {
        "version": "2026-11", "at": contact.notice_at.isoformat(), "language": "en", "voluntary": True,
    }  # fmt: skip


def test_the_voluntary_purpose_is_off_unless_she_marks_it(cast):
    assert 'name="voluntary" checked' not in visitor().get("/write/").content.decode()
    _send(visitor())
    assert Contact.objects.get().opened(cast.ring("amara")).notice["voluntary"] is False


def test_a_forged_or_missing_notice_mark_does_not_lose_her_words():
    _send(visitor("es"), notice="forged:mark")
    contact = Contact.objects.get()
    assert (contact.notice_version, contact.notice_language) == ("2026-11", "es")


def test_the_notice_stands_before_the_first_question():
    html = visitor("es").get("/write/").content.decode()
    assert (
        html.index("Antes de escribir") < html.index("Leer el aviso de privacidad completo") < html.index("<textarea")
    )


def test_one_sentence_is_enough():
    client = visitor("es")
    page = client.get("/write/").content.decode()
    assert client.post("/write/", {**hidden_fields(page), "own_words": "Ayuda"}).status_code == 200
    assert Contact.objects.get().routing_language == "es"


def test_without_words_the_form_comes_back_in_her_language_with_all_she_typed():
    answer = _send(visitor("es"), own_words="  ")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Escriba algo aquí" in html
    assert "aria-invalid" in html
    assert ANSWERS["phone"] in html
    assert ANSWERS["reply_how"] in html
    assert Contact.objects.count() == 0


def test_words_longer_than_the_form_takes_come_back_whole_with_one_clear_line():
    answer = _send(visitor("en"), own_words="x" * (LONGEST + 1))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This is longer than we can receive at once" in html
    assert "x" * (LONGEST + 1) in html


def test_a_post_beyond_every_limit_is_answered_with_one_clear_line():
    answer = _send(visitor("es"), own_words="x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert answer.status_code == 413
    assert "más largo de lo que podemos recibir" in answer.content.decode()
    assert Contact.objects.count() == 0


def test_changing_the_language_in_the_middle_keeps_what_is_typed_and_sends_nothing():
    client = visitor("es")
    answer = _send(client, switch="en")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert '<html lang="en">' in html
    for typed in ("own_words", "phone", "reply_how", "email"):
        assert ANSWERS[typed] in html
    assert Contact.objects.count() == 0
    assert cookie_names(client) == {"tejido_mx_public_csrf", "tejido_mx_public_language"}


def test_a_form_without_our_token_is_refused_in_her_language():
    answer = visitor("es").post("/write/", ANSWERS)
    assert answer.status_code == 403
    assert "estuvo abierta demasiado tiempo" in answer.content.decode()
    assert Contact.objects.count() == 0


def test_arriving_is_one_line_in_the_audit_without_a_word_of_what_was_said():
    _send(visitor("es"))
    line = AuditEntry.objects.filter(event="contact.arrived").get()
    assert line.member_id is None
    assert line.record_id == Contact.objects.get().pk
    assert set(line.detail) == {"sealed", "revision"}


def test_the_key_is_sealed_to_intake_alone():
    contact = _receive()
    grants = KeyGrant.objects.filter(key=contact.key)
    assert [grant.team_id for grant in grants] == [Team.objects.get(kind=Team.Kind.INTAKE).pk]
    assert contact.key.scope == "contact"


def test_the_day_is_the_local_day_of_the_organisation():
    contact = _receive()
    assert str(contact.received_on) == "2026-11-21"
    assert contact.received_at == NOW


def test_two_contacts_never_share_a_code():
    codes = [_receive().code for _ in range(20)]
    assert len(set(codes)) == 20


def test_no_row_of_any_table_holds_a_word_she_typed():
    _send(visitor("es"))
    canaries = ["Canario Azul", "55 0000 4471", "zopilote", "Quetzal", "safe_at_times"]
    whole = whole_database()
    assert Contact.objects.get().code.encode() in whole
    for canary in canaries:
        assert canary.encode() not in whole
        assert canary.encode("utf-16-le") not in whole


def test_nothing_she_typed_stands_in_the_answer_or_in_a_cookie():
    client = visitor("es")
    answer = _send(client)
    left = str(answer.headers) + answer.content.decode() + str(client.cookies)
    for typed in ANSWERS.values():
        if len(typed) > 3:
            assert typed not in left


@pytest.mark.parametrize("list_name", sorted(asking()))
def test_the_form_words_every_code_of_its_code_lists_and_no_other(list_name):
    assert set(asking()[list_name]) == set(code_list(list_name).codes)
    assert all(set(words) == {"en", "es"} for words in asking()[list_name].values())
