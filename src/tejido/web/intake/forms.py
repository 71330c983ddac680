# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an advocate fills in while she listens. Only channel, time and language are ever required."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tejido.web.intake.actions import ANSWERS
from tejido.web.intake.choices import CodeField, CodesField, code_choices
from tejido.web.intake.conversations import LONGEST_REPLY
from tejido.web.intake.merging import remember_shown
from tejido.web.intake.models import Contact

# Other channels arrive by themselves; an advocate enters what she took by voice.
_PHONE_FIRST = ("phone", "text", "chat", "email", "web_form")
_YES_NO = [("true", _("Yes")), ("false", _("No")), ("", _("Not asked yet"))]


class LocalTimeField(forms.DateTimeField):
    """A minute of the node's clocks, as a naive time: one that comes twice in autumn is still a time to be told."""

    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> Any:
        """The naive local time; Django itself refuses the hour that clocks put back go through twice."""
        if value in self.empty_values:
            return None
        try:
            return datetime.strptime(str(value)[:16], "%Y-%m-%dT%H:%M")
        except ValueError:
            raise forms.ValidationError(_("Write a day and a time.")) from None


class TakeCallForm(forms.Form):
    """Picking up the phone: which language is she answering in?"""

    language = forms.ChoiceField(label=_("Language"), required=False, choices=code_choices("language"))


class ReplyForm(forms.Form):
    """An answer for whoever has the code."""

    words = forms.CharField(
        label=_("Your answer"), max_length=LONGEST_REPLY, widget=forms.Textarea({"rows": 10, "autocomplete": "off"}),
        help_text=_(
            "Someone else may be reading along. Write no names, and nothing of what was told that the answer does not "
            "need. Say how to reach you safely and what happens next."
        ),
    )  # fmt: skip


class ContactForm(forms.Form):
    """One contact. `draft` (autosave) lets even the language wait."""

    revision = forms.IntegerField(widget=forms.HiddenInput({"id": "contact-revision"}))
    can_talk = forms.TypedChoiceField(
        label=_("Can you talk now?"), required=False, choices=_YES_NO, empty_value=None,
        coerce=lambda value: value == "true", widget=forms.RadioSelect,
        help_text=_("Ask this first. If the answer is no, agree on a safe time and end the call."),
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("Channel"), choices=code_choices("channel", only=_PHONE_FIRST))
    received_at = LocalTimeField(label=_("Time of the contact"))
    language = CodeField("language", label=_("Language"), required=True)
    speaker = CodeField("speaker", label=_("Who is speaking"))
    concerns = CodeField("concerns_whom", label=_("Whom it concerns"))
    topic = CodeField("contact_topic", label=_("What it is about"))
    outcome = CodeField("contact_outcome", label=_("Outcome"))
    countries = CodesField("country", label=_("Countries spoken of"))
    waited_minutes = forms.IntegerField(
        label=_("Minutes waited for an answer"), required=False, min_value=0, max_value=100_000,
        help_text=_("If the telephone shows them. 0: under a minute."),
    )  # fmt: skip
    under_18 = CodeField("minor_present", label=_("Is anyone under 18?"))
    duty_noted = forms.BooleanField(label=_("I have read this duty and will follow it"), required=False)
    reply_safety = CodeField("reply_safety", label=_("Is it safe to reply?"))
    reply_how = forms.CharField(
        label=_("How to reply safely"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Number or address, hours, and what to say if someone else answers."),
    )  # fmt: skip
    contactor_name = forms.CharField(label=_("Name, if given"), required=False, max_length=200)
    contactor_phone = forms.CharField(
        label=_("Phone, if given"), required=False, max_length=60, widget=forms.TextInput({"inputmode": "tel"})
    )
    own_words = forms.CharField(
        label=_("In their own words, exactly as said"), required=False, max_length=60_000, strip=False,
        widget=forms.Textarea({"rows": 10}),
    )  # fmt: skip
    advocate_view = forms.CharField(
        label=_("What you observe"), required=False, max_length=60_000, widget=forms.Textarea({"rows": 10})
    )

    def __init__(self, *args: Any, contact: Contact, draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._contact = contact
        if draft:
            self.fields["language"].required = False
        for name in ("contactor_name", "contactor_phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        remember_shown(self)

    @classmethod
    def showing(cls, contact: Contact, values: dict[str, Any]) -> ContactForm:
        """The form as the contact stands."""
        initial = {name: values.get(name) for name in ANSWERS}
        talk = values.get("can_talk")
        initial["can_talk"] = "" if talk is None else str(bool(talk)).lower()
        initial |= {
            "revision": contact.revision,
            "channel": contact.channel,
            "received_at": timezone.localtime(contact.received_at).strftime("%Y-%m-%dT%H:%M"),
            "duty_noted": bool(values.get("duty_noted")),
        }
        return cls(initial=initial, contact=contact)

    def clean_received_at(self) -> Any:
        """The minute she chose; the exact time as it arrived where she did not change it. Never in the future."""
        typed, kept = self.cleaned_data["received_at"], self._contact.received_at
        if typed == timezone.localtime(kept).replace(second=0, microsecond=0, tzinfo=None):
            return kept
        # An hour that comes twice is taken as its first; one that clocks skip, as the hour before put forward.
        chosen = timezone.make_aware(typed).astimezone(UTC)
        if chosen > timezone.now():
            raise forms.ValidationError(_("This time has not come yet."))
        return chosen

    def clean_own_words(self) -> str:
        """Verbatim; only the line ends a browser makes of what was typed are undone."""
        return str(self.cleaned_data["own_words"]).replace("\r\n", "\n")

    def answers(self) -> dict[str, Any]:
        """What goes to `save_contact`; nothing said is None."""
        given = {name: self.cleaned_data[name] for name in ANSWERS}
        return {name: None if value in ("", []) else value for name, value in given.items()}
