# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms of a case. Nothing about a person is required but her role."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tejido.vocabulary import code_list
from tejido.web.accounts.models import Member, Team
from tejido.web.cases.models import Case, Task
from tejido.web.intake.choices import CodeField, CodesField, code_choices
from tejido.web.intake.merging import remember_shown
from tejido.web.security.roles import PROVIDER

_PRIORITY = [("0", _("As usual")), ("1", _("Soon")), ("2", _("Urgent"))]


def _text(label: Any, *, rows: int = 0, most: int = 200, **more: Any) -> forms.CharField:
    widget = forms.Textarea({"rows": rows}) if rows else forms.TextInput({"autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=most, widget=widget, **more)


class OpenCaseForm(forms.Form):
    """A new case with its first survivor."""

    indications = CodeField("strength_of_indications", label=_("Strength of the indications"))
    priority = forms.TypedChoiceField(label=_("Priority"), choices=_PRIORITY, coerce=int, required=False)
    summary = _text(_("Summary: your view of the case"), rows=5, most=20_000)
    given = _text(_("Given names"))
    paternal_surname = _text(_("First surname"))
    maternal_surname = _text(_("Second surname"))
    phone = _text(_("Her phone"), most=60)
    gender = CodeField("gender", label=_("Gender"))
    age_at_contact = CodeField("age_at_contact", label=_("Adult or under 18"))
    nationalities = CodesField("country", label=_("Nationalities"))
    primary_language = CodeField("language", label=_("Language she prefers"))

    SURVIVOR = ("given", "paternal_surname", "maternal_surname", "phone", "gender", "age_at_contact", "nationalities",
                "primary_language")  # fmt: skip

    def survivor(self) -> dict[str, Any] | None:
        """The first survivor's sealed values; None where nothing was said of her."""
        given = self.cleaned_data
        if not any(given[name] for name in self.SURVIVOR):
            return None
        values: dict[str, Any] = {name: given[name] or None for name in self.SURVIVOR[4:]}
        values["role"] = code_list("person_role").where(counted_as="victim")[0]
        name = {part: given[part] for part in self.SURVIVOR[:3]}
        values["names"] = [{"kind": "full", **name}] if any(name.values()) else None
        values["identifiers"] = [{"kind": "phone", "value": given["phone"]}] if given["phone"] else None
        return values


class CaseForm(forms.Form):
    """Status, owner, priority, indications, summary."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    status = forms.ChoiceField(label=_("Status"), choices=code_choices("case_status"))
    owner = forms.ModelChoiceField(
        label=_("Who carries it"), queryset=Member.objects.none(), required=False, empty_label=_("nobody yet")
    )
    priority = forms.TypedChoiceField(label=_("Priority"), choices=_PRIORITY, coerce=int)
    indications = CodeField("strength_of_indications", label=_("Strength of the indications"))
    summary = _text(_("Summary: your view of the case"), rows=8, most=20_000)

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues(case)  # type: ignore[attr-defined]
        remember_shown(self)

    def changes(self) -> dict[str, Any]:
        """What goes to `edit_case`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


def colleagues(case: Case) -> Any:
    """Members of the case's team."""
    members = Member.objects.filter(grants__generation__team_id=case.team_id, status=Member.Status.ACTIVE)
    return members.distinct().order_by("display_name")


class PlaceForm(forms.Form):
    """Where something happened."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = CodeField("place_kind", label=_("What happened there"), required=True)
    country = CodeField("country", label=_("Country"))
    state = CodeField("state", label=_("State (Mexico or United States)"))
    locality = _text(_("Town or place, as told"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember_shown(self)

    def values(self) -> dict[str, Any]:
        """Sealed values; a state says its country."""
        given = {name: self.cleaned_data[name] or None for name in ("kind", "country", "state", "locality")}
        if given["state"] and not given["country"]:
            given["country"] = code_list("state").codes[given["state"]].properties["country"]
        return given


class BusinessForm(forms.Form):
    """A business that plays a part."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the business"), max_length=200,
                           widget=forms.TextInput({"autocomplete": "off"}))  # fmt: skip
    industry = CodeField("labor_industry", label=_("Industry"))
    state = CodeField("state", label=_("State (Mexico or United States)"))
    phone = _text(_("Phone of the business"), most=60)


class NoteForm(forms.Form):
    """What was said, or what you make of it."""

    kind = forms.ChoiceField(label=_("What this is"), choices=code_choices("note_kind"), widget=forms.RadioSelect)
    text = forms.CharField(label=_("Note"), max_length=60_000, strip=False, widget=forms.Textarea({"rows": 6}))


class TaskForm(forms.Form):
    """Something to do by a day."""

    kind = forms.ChoiceField(label=_("Task"), choices=code_choices("task_kind"))
    due_on = forms.DateField(label=_("By which day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    text = _text(_("What, and how it is safe"), rows=3, most=5_000,
                 help_text=_("At what time, which number, what to say if someone else answers."))  # fmt: skip
    owner = forms.ModelChoiceField(
        label=_("Who does it"), queryset=Member.objects.none(), required=False, empty_label=_("I do")
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues(case)  # type: ignore[attr-defined]


class SettleForm(forms.Form):
    """A task is done, dropped, or to do again."""

    state = forms.ChoiceField(choices=Task.State.choices)


class CompartmentForm(forms.Form):
    """The text of one compartment."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    content = _text(_("What only those who need it may read"), rows=8, most=20_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        remember_shown(self)


class FindCaseForm(forms.Form):
    """By any of the three."""

    phone = _text(_("Phone"), most=60)
    name = _text(
        _("Given name and a surname"),
        help_text=_("A name alone finds nothing. Accents, nicknames and the second surname may be missing."),
    )
    code = _text(_("Case code"), most=12)

    def clean(self) -> dict[str, Any]:
        """At least one."""
        given = super().clean() or self.cleaned_data
        if not any(given.values()):
            raise forms.ValidationError(_("Write a phone, a name or a code."))
        return given


class BreakGlassForm(forms.Form):
    """Which case, and why it cannot wait for its team."""

    code = forms.CharField(label=_("Code of the case"), max_length=12)
    basis = forms.ChoiceField(
        label=_("Why it cannot wait"), choices=code_choices("glass_basis"), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("What is happening"), max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept sealed; a second person reads it."),
    )  # fmt: skip


class CaseloadField(forms.ModelChoiceField[Team]):
    """A caseload by name; of a restricted one it says so."""

    def label_from_instance(self, obj: Team) -> str:
        """`Apart · restricted`."""
        return f"{obj.name} · {gettext('restricted')}" if obj.restricted else obj.name


class MoveCaseForm(forms.Form):
    """To which team, which other cases go along, and which colleague must never come upon them."""

    team = CaseloadField(label=_("To which team"), queryset=Team.objects.none(), empty_label=_("choose"))
    also = forms.MultipleChoiceField(
        label=_("These share a phone or a name with it. Those that are ticked go along."), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    concerned: forms.ModelMultipleChoiceField[Member] = forms.ModelMultipleChoiceField(
        label=_("Who works here and must never see it"), queryset=Member.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For a restricted caseload: whoever you tick can never be let into it. It is kept sealed."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, related: list[Case], by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is in a restricted caseload leaves it for no other case's sake, and not unless it was ticked.
        self._related = {str(one.pk): one for one in related if case.team.restricted or not one.team.restricted}
        caseloads = Team.objects.filter(kind=Team.Kind.CASES).exclude(pk=case.team_id).order_by("restricted", "name")
        self.fields["team"].queryset = caseloads  # type: ignore[attr-defined]
        colleagues = Member.objects.filter(status=Member.Status.ACTIVE).exclude(pk=by.pk).order_by("display_name")
        ours = [one.pk for one in colleagues if PROVIDER not in one.roles]  # no team lets a provider in
        self.fields["concerned"].queryset = colleagues.filter(pk__in=ours)  # type: ignore[attr-defined]
        self.fields["also"].choices = [(pk, one.code) for pk, one in self._related.items()]  # type: ignore[attr-defined]
        self.initial.setdefault("also", [] if case.team.restricted else list(self._related))
        if not self._related:
            del self.fields["also"]

    def along(self) -> list[Case]:
        """The cases that go with it."""
        return [self._related[pk] for pk in self.cleaned_data.get("also", [])]
