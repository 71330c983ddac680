# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of a person, and the form of a group of people whose names nobody knows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import BadInput, code_list
from tejido.web.accounts.language import short_language
from tejido.web.cases.checking import COUNTS, check_person
from tejido.web.intake.choices import CodeField, CodesField, code_choices
from tejido.web.intake.merging import remember_shown

_CODES = ("role", "gender", "age_at_contact", "nationalities", "primary_language", "type_of_trafficking",
          "labor_industries", "sex_trafficking_types", "means_of_control", "recruitment")  # fmt: skip
_NAME = ("given", "paternal_surname", "maternal_surname")
_FULL, _NICKNAME = "full", "nickname"
_SPARE_ROWS = 3


def _text(label: Any, most: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=most, widget=forms.TextInput({"autocomplete": "off"})
    )


class PersonForm(forms.Form):
    """One person."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    role = CodeField("person_role", label=_("Role in the case"), required=True)
    given = _text(_("Given names"))
    paternal_surname = _text(_("First surname"))
    maternal_surname = _text(_("Second surname"))
    nickname = _text(_("Nickname or alias"))
    phone = _text(_("Phone"), 60)
    email = _text(_("E-mail address"))
    social_handle = _text(_("Social media account"))
    vehicle_plate = _text(_("Vehicle plate"), 30)
    address = _text(_("Address"), 400)
    gender = CodeField("gender", label=_("Gender"))
    age_at_contact = CodeField("age_at_contact", label=_("Adult or under 18"))
    birth_year = forms.IntegerField(label=_("Year of birth"), required=False, min_value=1900)
    nationalities = CodesField("country", label=_("Nationalities"))
    primary_language = CodeField("language", label=_("Language she or he prefers"))
    type_of_trafficking = CodeField("type_of_trafficking", label=_("Type of trafficking"))
    labor_industries = CodesField("labor_industry", label=_("Industries of labor trafficking"))
    sex_trafficking_types = CodesField("sex_trafficking_type", label=_("Venues of sex trafficking"))
    means_of_control = CodesField("means_of_control", label=_("Means of control"))
    recruitment = CodesField("recruitment_method", label=_("Recruitment"))
    owed_amount = forms.DecimalField(
        label=_("Money owed or debt, as told"), required=False, min_value=Decimal(0), max_digits=14, decimal_places=2
    )
    owed_currency = CodeField("currency", label=_("Currency"))
    owed_on = forms.DateField(
        label=_("On which date"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    IDENTIFIERS = ("phone", "email", "social_handle", "vehicle_plate", "address")

    def __init__(self, *args: Any, held: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self._held = held or {}
        if self._held:
            kwargs["initial"] = {**self.shown(self._held), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        remember_shown(self)

    @classmethod
    def shown(cls, held: dict[str, Any]) -> dict[str, Any]:
        """What the form's fields show of stored values."""
        initial = {name: held.get(name) for name in (*_CODES, "birth_year")}
        names, identifiers = held.get("names") or [], held.get("identifiers") or []
        initial |= {part: (_first(names, _FULL) or {}).get(part) for part in _NAME}
        initial["nickname"] = (_first_nickname(names) or {}).get("given")
        initial |= {kind: (_first(identifiers, kind) or {}).get("value") for kind in cls.IDENTIFIERS}
        owed = held.get("owed") or {}
        return initial | {f"owed_{part}": owed.get(part) for part in ("amount", "currency", "on")}

    def clean_birth_year(self) -> int | None:
        """Not after this year."""
        year = self.cleaned_data["birth_year"]
        if year is not None and year > timezone.localdate().year:
            raise forms.ValidationError(_("This year has not come yet."))
        return year

    def clean(self) -> dict[str, Any]:
        """Money has an amount, a currency and a date."""
        given = super().clean() or self.cleaned_data
        if given.get("owed_amount") is not None and not given.get("owed_currency"):
            self.add_error("owed_currency", _("Say in which currency."))
        return given

    def values(self) -> dict[str, Any]:
        """Sealed values of `Person`; names and identifiers the form does not show are kept."""
        given = self.cleaned_data
        values = {name: given[name] or None for name in (*_CODES, "birth_year")}
        return {**values, "names": self._names() or None, "identifiers": self._identifiers() or None,
                "owed": self._owed()}  # fmt: skip

    def _names(self) -> list[dict[str, str]]:
        given, held = self.cleaned_data, list(self._held.get("names") or [])
        full = {"kind": _FULL, **{part: given[part] for part in _NAME}}
        nickname = {"kind": _NICKNAME, "given": given["nickname"], "paternal_surname": "", "maternal_surname": ""}
        kept = [name for name in held if name is not _first(held, _FULL) and name is not _first_nickname(held)]
        return [name for name in (full, nickname) if any(name[part] for part in _NAME)] + kept

    def _identifiers(self) -> list[dict[str, str]]:
        held = list(self._held.get("identifiers") or [])
        shown = [_first(held, kind) for kind in self.IDENTIFIERS]
        kept = [one for one in held if not any(one is other for other in shown)]
        given = [(kind, self.cleaned_data[kind]) for kind in self.IDENTIFIERS]
        return [{"kind": kind, "value": value} for kind, value in given if value] + kept

    def _owed(self) -> dict[str, str] | None:
        given = self.cleaned_data
        if given["owed_amount"] is None:
            return None
        on = given["owed_on"] or timezone.localdate()
        return {"amount": str(given["owed_amount"]), "currency": given["owed_currency"], "on": on.isoformat()}


def _first(held: list[dict[str, str]], kind: str) -> dict[str, str] | None:
    return next((one for one in held if one["kind"] == kind), None)


def _first_nickname(names: list[dict[str, str]]) -> dict[str, str] | None:
    return next((name for name in names if name["kind"] != _FULL), None)


def _few(codes: str) -> bool:
    """Few enough codes for one field each."""
    return len(code_list(codes).codes) <= 6


class GroupForm(forms.Form):
    """People whose names nobody knows: how many, and how many of them are what.

    Fields `<attribute>__<code>` for attributes with few codes, `<attribute>__<n>__code` and `…__count` for the others.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    role = CodeField("person_role", label=_("Role in the case"), required=True)
    count_low = forms.IntegerField(label=_("At least"), min_value=1)
    count_best = forms.IntegerField(label=_("Best estimate"), min_value=1, help_text=_("This number is counted."))
    count_high = forms.IntegerField(label=_("At most"), min_value=1)
    means_of_control = CodesField("means_of_control", label=_("Means of control"))
    recruitment = CodesField("recruitment_method", label=_("Recruitment"))

    def __init__(self, *args: Any, held: dict[str, Any] | None = None, **kwargs: Any) -> None:
        held = held or {}
        kwargs["initial"] = {**self.shown(held), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.attributes: list[tuple[str, str, list[str]]] = []
        for name, attribute in code_list("group_attribute").codes.items():
            rows = len((held.get("group_counts") or {}).get(name, {})) + 1
            codes = attribute.properties["codes"]
            fields = self._add_few(name, codes) if _few(codes) else self._add_many(name, codes, rows)
            self.attributes.append((name, attribute.label[short_language()], fields))
        remember_shown(self)

    @classmethod
    def shown(cls, held: dict[str, Any]) -> dict[str, Any]:
        """What the form's fields show of stored values."""
        initial = {name: held.get(name) for name in ("role", *COUNTS, "means_of_control", "recruitment")}
        for name, attribute in code_list("group_attribute").codes.items():
            counts, codes = (held.get("group_counts") or {}).get(name, {}), attribute.properties["codes"]
            if _few(codes):
                initial |= {f"{name}__{code}": counts.get(code) for code in code_list(codes)}
                continue
            for row, (code, count) in enumerate(counts.items()):
                initial |= {f"{name}__{row}__code": code, f"{name}__{row}__count": count}
        return initial

    def _add_few(self, name: str, codes: str) -> list[str]:
        listed = code_list(codes)
        for code in listed:
            self.fields[f"{name}__{code}"] = forms.IntegerField(
                label=listed.label_of_one(code, short_language()), required=False, min_value=0
            )
        return [f"{name}__{code}" for code in listed]

    def _add_many(self, name: str, codes: str, rows: int) -> list[str]:
        label, names = code_list("group_attribute").label_of(name, short_language()), []
        for row in range(max(_SPARE_ROWS, rows)):
            self.fields[f"{name}__{row}__code"] = forms.ChoiceField(
                label=f"{label} {row + 1}", required=False, choices=code_choices(codes, empty="—")
            )
            self.fields[f"{name}__{row}__count"] = forms.IntegerField(label=_("How many"), required=False, min_value=0)
            names += [f"{name}__{row}__code", f"{name}__{row}__count"]
        return names

    def shown_attributes(self) -> list[tuple[str, list[Any]]]:
        """For the template: each attribute's words with its fields."""
        return [(label, [self[field] for field in fields]) for _name, label, fields in self.attributes]

    def clean(self) -> dict[str, Any]:
        """The counts hold together."""
        given = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                check_person(self.values())
            except BadInput as problem:
                first = {name: fields[0] for name, _label, fields in self.attributes}
                field = first.get(problem.where, problem.where)
                self.add_error(field if field in self.fields else None, problem.words[short_language()])
        return given

    def values(self) -> dict[str, Any]:
        """Sealed values of `Person`."""
        given = self.cleaned_data
        counts = {name: self._counts(name, fields) for name, _label, fields in self.attributes}
        return {
            "role": given["role"], "unnamed_group": True, **{name: given[name] for name in COUNTS},
            "group_counts": {name: found for name, found in counts.items() if found} or None,
            "means_of_control": given["means_of_control"] or None, "recruitment": given["recruitment"] or None,
        }  # fmt: skip

    def _counts(self, name: str, fields: list[str]) -> dict[str, int]:
        given = self.cleaned_data
        found: dict[str, int] = {}
        for field in fields:
            if field.endswith("__code"):
                code, count = given[field], given[field.removesuffix("code") + "count"]
            elif field.endswith("__count"):
                continue
            else:
                code, count = field.removeprefix(f"{name}__"), given[field]
            if code and count:
                found[code] = found.get(code, 0) + count
        return found
