# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a certificate says, in both languages: the page shows one of them, the print both."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import override

from tejido.reports.certificate import Certificate
from tejido.vocabulary import UnknownCode, Words, code_list
from tejido.web.mailbox.models import Partner
from tejido.web.upkeep.models import OldBatch, Shredding, Tombstone


def parts_in_words(counts: Mapping[str, int]) -> Words:
    """How many of what."""
    named = [(_part(table), count) for table, count in counts.items()]
    return {
        "en": ", ".join(f"{words['en']}: {count}" for words, count in named),
        "es": ", ".join(f"{words['es']}: {count}" for words, count in named),
    }


def certificate_of(shredding: Shredding) -> Certificate:
    """The certificate of what was carried out."""
    node = settings.TEJIDO
    languages = node.operator.languages
    return Certificate(
        operator=node.operator.name,
        code=shredding.code,
        first="es" if languages and languages[0] == "es" else "en",
        facts=_facts(shredding),
        lines=_lines(shredding),
    )


def _facts(shredding: Shredding) -> list[tuple[Words, Words]]:
    basis = code_list("shredding_basis").codes[shredding.basis].label
    stone = Tombstone.objects.get(pk=shredding.tombstone or 0)
    code = shredding.code
    what: Words = (
        {"en": f"Case {code} with all that belongs to it", "es": f"Caso {code} con todo lo que le pertenece"}
        if shredding.is_case
        else {"en": f"Contact {code}", "es": f"Contacto {code}"}
    )
    return [
        ({"en": "What", "es": "Qué"}, what),
        ({"en": "Why", "es": "Por qué"}, basis),
        ({"en": "Destroyed on", "es": "Se destruyó el"}, _day(localdate(shredding.state_changed_at))),
        ({"en": "Asked by", "es": "Lo pidió"}, _same(str(shredding.asked_by))),
        ({"en": "Carried out by", "es": "Lo realizó"}, _same(str(shredding.state_changed_by))),
        ({"en": "What went", "es": "Qué se fue"}, parts_in_words(shredding.gone)),
        ({"en": "Tombstone", "es": "Registro de destrucción"}, _same(f"{stone.number} · {stone.digest[:32]}")),
    ]


def _lines(shredding: Shredding) -> list[Words]:
    until = _day(localdate(shredding.state_changed_at) + timedelta(days=settings.TEJIDO.backup_days))
    lines: list[Words] = [
        {
            "en": "Its keys were destroyed with it: what is left of it anywhere in this system opens no more, for "
            "anyone, the recovery shares included.",
            "es": "Sus llaves se destruyeron con él: lo que quede en este sistema ya no se abre, para nadie, ni con "
            "las partes de recuperación.",
        },
        {
            "en": f"Backups made before still hold it until {until['en']}: until then, someone with such a "
            "backup, its key and the password of a member who could open it could open it there. A backup that is "
            "restored forgets it again.",
            "es": f"Los respaldos anteriores aún lo contienen hasta el {until['es']}: hasta entonces, quien "
            "tenga un respaldo, su llave y la contraseña de alguien que podía abrirlo podría abrirlo ahí. Un respaldo "
            "que se restaura lo vuelve a olvidar.",
        },
    ]
    return [*lines, *_leftovers(shredding), *_with_others(shredding)]


def _leftovers(shredding: Shredding) -> list[Words]:
    if shredding.scrubbed_at is None:
        yet: Words = {
            "en": "The database's own leftovers, which open no more, have not been overwritten yet.",
            "es": "Aún no se sobrescriben los restos que guarda la base de datos, que ya no se abren.",
        }
    else:
        day = _day(localdate(shredding.scrubbed_at))
        yet = {
            "en": f"The database's own leftovers were overwritten on {day['en']}.",
            "es": f"Los restos que guardaba la base de datos se sobrescribieron el {day['es']}.",
        }
    if not OldBatch.objects.filter(since__lte=shredding.state_changed_at).exists():
        return [yet]
    codes: Words = {
        "en": "The codes kept for counting are gone; a key that opened them and others too is replaced when the data "
        "team next signs in.",
        "es": "Los códigos para contar ya no están; una llave que los abría junto con otros se cambia cuando el equipo "
        "de datos inicie sesión.",
    }
    return [yet, codes]


def _with_others(shredding: Shredding) -> list[Words]:
    lines: list[Words] = []
    for each in shredding.left.get("handovers", []):
        partner = Partner.objects.filter(pk=each["partner"]).first()
        day = _day(date.fromisoformat(each["on"]))
        name: Words = partner.name if partner else _same(each["partner"])
        verbs: Words = (
            {"en": "was handed over to", "es": "se traspasó a"}
            if each["direction"] == "out"
            else {"en": "came from", "es": "llegó de"}
        )
        lines.append(
            {
                "en": f"The case {verbs['en']} {name['en']} on {day['en']}. What that organization holds is theirs; "
                "it must be asked.",
                "es": f"El caso {verbs['es']} {name['es']} el {day['es']}. Lo que esa organización tiene es suyo; hay "
                "que pedírselo.",
            }
        )
    services, authorities = shredding.left.get("services", 0), shredding.left.get("authorities", 0)
    if services or authorities:
        lines.append(
            {
                "en": f"Services that were told something about her: {services}; authorities: {authorities}. Which "
                "ones is not kept.",
                "es": f"Servicios a los que se les dijo algo de ella: {services}; autoridades: {authorities}. No queda "
                "registro de cuáles.",
            }
        )
    return lines or [
        {"en": "Nothing of it was given to anyone through this system.", "es": "Nada salió de este sistema a nadie."}
    ]


def _part(table: str) -> Words:
    try:
        return code_list("record_part").codes[table].label
    except (KeyError, UnknownCode):  # a table of a room that has not named it
        return _same(table.partition(".")[2])


def _same(text: str) -> Words:
    return {"en": text, "es": text}


def _day(day: date) -> Words:
    said = {}
    for language, locale in (("en", "en"), ("es", "es-mx")):
        with override(locale):
            said[language] = date_format(day, "DATE_FORMAT")
    return {"en": said["en"], "es": said["es"]}
