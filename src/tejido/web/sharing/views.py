# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hand-overs: sending, what arrived, answering; alerts; agreements."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from tejido.vocabulary import BadInput
from tejido.web.accounts.language import short_language
from tejido.web.accounts.requests import StaffRequest
from tejido.web.cases.models import Case
from tejido.web.consents.frames import survivors_of
from tejido.web.consents.models import Release
from tejido.web.security import audit
from tejido.web.security.access import allows, requires
from tejido.web.security.once import once
from tejido.web.security.permissions import Permission
from tejido.web.sharing import actions, pages
from tejido.web.sharing.actions.alerts import second_people
from tejido.web.sharing.forms import DangerForm, DeclineForm, HandOverForm, HandoverOutcomeForm, RecallForm
from tejido.web.sharing.models import Alert, Handover, SharedAgreement
from tejido.web.sharing.wording import facts_in_words, totals_in_words


@requires(Permission.HANDOVER_SEND)
@once
def hand_over(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Offer a case to the partner: her release, the agreement and the law decide, and say why not."""
    case = visible_case(request, case_id)
    usable = pages.usable_release(case, request.ring, "hand_over")
    posted = request.POST if request.method == "POST" else None
    form = HandOverForm(
        posted, agreements=pages.agreement_choices(), releases=pages.release_choices(case, request.ring),
        fields=pages.facts_to_choose(case, request.ring, pages.fields_agreed("hand_over")),
        initial={"release": usable.id, "shared": sorted(usable.fields)} if usable else {"release": ""},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            handover = actions.hand_over(
                case=case, agreement=SharedAgreement.objects.get(pk=chosen["agreement"]),
                release=_release(case, chosen["release"]), fields=chosen["shared"], by=request.user,
                ring=request.ring, now=timezone.now(),
            )  # fmt: skip
        except (actions.NotAllowed, BadInput) as refused:
            explain(form, refused)
        else:
            return redirect("show_handover", handover.pk)
    context = {"form": form, "case": case, "usable": usable}
    return render(request, "sharing/hand_over.html", context, status=422 if form.errors else 200)


@requires(Permission.DANGER_SEND)
@once
def send_danger_alert(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Imminent danger: without her release, on a named basis, with a second person."""
    case = visible_case(request, case_id)
    bases = pages.danger_bases()
    people = {str(one.pk): one for one in second_people(case, request.user)}
    language = short_language()
    posted = request.POST if request.method == "POST" else None
    form = DangerForm(
        posted, agreements=pages.agreement_choices(),
        bases=[(one.code, one.label[language]) for one in bases],
        people=[(str(one.record.pk), label) for one, label in survivors_of(case, request.ring)],
        second=[(key, one.display_name) for key, one in people.items()],
        fields=pages.facts_to_choose(
            case, request.ring, {name for one in bases for name in one.fields} & pages.fields_agreed("safety")
        ),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            handover = actions.send_danger_alert(
                case=case, agreement=SharedAgreement.objects.get(pk=chosen["agreement"]), basis=chosen["basis"],
                fields=chosen["shared"], survivor=chosen["person"], second=people[chosen["second"]], by=request.user,
                ring=request.ring, now=timezone.now(),
            )  # fmt: skip
        except (actions.NotAllowed, BadInput) as refused:
            explain(form, refused)
        else:
            return redirect("show_handover", handover.pk)
    context = {"form": form, "case": case}
    return render(request, "sharing/send_danger_alert.html", context, status=422 if form.errors else 200)


@require_GET
@requires(Permission.CASE_READ)
def list_handovers(request: StaffRequest) -> HttpResponse:
    """What arrived and what left: codes, days and states. Whoever may answer also opens what waits."""
    if allows(request.user, Permission.HANDOVER_ANSWER):
        actions.process_arrivals(by=request.user, ring=request.ring, now=timezone.now())
    mine = Handover.objects.visible_to(request.user)
    arrived = pages.handover_rows(mine.filter(direction=Handover.Direction.IN))
    left = pages.handover_rows(mine.filter(direction=Handover.Direction.OUT))
    audit.record("handover.listed", by=request.user, count=len(arrived) + len(left))
    context = {"arrived": arrived, "left": left, "unreadable": pages.unreadable_messages()}
    return render(request, "sharing/list_handovers.html", context)


@require_GET
@requires(Permission.CASE_READ)
def show_handover(request: StaffRequest, handover_id: UUID) -> HttpResponse:
    """One hand-over: what left or arrived, and what came back."""
    return _shown(request, _handover(request, handover_id))


@require_POST
@requires(Permission.HANDOVER_ANSWER)
def accept_handover(request: StaffRequest, handover_id: UUID) -> HttpResponse:
    """Take the case up: it becomes a case of our own."""
    handover = _handover(request, handover_id)
    try:
        case = actions.accept_handover(handover=handover, by=request.user, ring=request.ring, now=timezone.now())
    except BadInput as refused:
        return _shown(request, _handover(request, handover_id), problem=refused.words[short_language()])
    return redirect("show_case", case.pk)


@require_POST
@requires(Permission.HANDOVER_ANSWER)
def decline_handover(request: StaffRequest, handover_id: UUID) -> HttpResponse:
    """Say no, with a coded reason; what arrived is emptied."""
    handover = _handover(request, handover_id)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            actions.decline_handover(
                handover=handover, reason=form.cleaned_data["reason"], by=request.user, ring=request.ring,
                now=timezone.now(),
            )  # fmt: skip
        except BadInput as refused:
            return _shown(request, _handover(request, handover_id), problem=refused.words[short_language()])
        return redirect("list_handovers")
    return _shown(request, handover, decline=form)


@require_POST
@requires(Permission.HANDOVER_SEND)
def recall_handover(request: StaffRequest, handover_id: UUID) -> HttpResponse:
    """Call back what was sent by mistake or endangers her."""
    handover = _handover(request, handover_id)
    form = RecallForm(request.POST)
    if form.is_valid():
        try:
            actions.recall_handover(
                handover=handover, reason=form.cleaned_data["reason"], by=request.user, ring=request.ring,
                now=timezone.now(),
            )  # fmt: skip
        except BadInput as refused:
            return _shown(request, _handover(request, handover_id), problem=refused.words[short_language()])
        return redirect("show_handover", handover.pk)
    return _shown(request, handover, recall=form)


@requires(Permission.HANDOVER_ANSWER)
def report_handover_outcome(request: StaffRequest, handover_id: UUID) -> HttpResponse:
    """Tell the partner what came of it, as far as she allows."""
    handover = _handover(request, handover_id)
    if handover.case is None:
        return _shown(request, handover)
    posted = request.POST if request.method == "POST" else None
    usable = pages.usable_release(handover.case, request.ring, "outcome")
    form = HandoverOutcomeForm(
        posted, releases=pages.release_choices(handover.case, request.ring),
        initial={"release": usable.id if usable else ""},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            actions.report_handover_outcome(
                handover=handover, release=_release(handover.case, chosen["release"]), reached=chosen["reached"],
                closed=chosen["closed"], by=request.user, ring=request.ring, now=timezone.now(),
            )  # fmt: skip
        except (actions.NotAllowed, BadInput) as refused:
            explain(form, refused)
        else:
            return redirect("show_handover", handover.pk)
    context = {"form": form, "handover": handover, "case": handover.case, "usable": usable}
    return render(request, "sharing/report_handover_outcome.html", context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.RELEASE_RECORD)
def revoke_release(request: StaffRequest, release_id: UUID) -> HttpResponse:
    """She changed her mind: the release ends and what rests on it is called back."""
    found = Release.objects.select_related("case").filter(case__in=Case.objects.visible_to(request.user))
    release = get_object_or_404(found, pk=release_id)
    actions.revoke_release(release=release, by=request.user, ring=request.ring, now=timezone.now())
    return redirect("show_case", release.case_id)


@require_GET
@requires(Permission.ALERT_READ)
def list_alerts(request: StaffRequest) -> HttpResponse:
    """What a second person must look at."""
    alerts = Alert.objects.visible_to(request.user).select_related("case", "raised_by", "seen_by")
    unseen = list(alerts.unseen())
    seen = list(alerts.filter(seen_at__isnull=False).order_by("-seen_at")[:50])
    audit.record("alert.listed", by=request.user, count=len(unseen))
    return render(request, "sharing/list_alerts.html", {"unseen": unseen, "seen": seen})


@require_POST
@requires(Permission.ALERT_READ)
def see_alert(request: StaffRequest, alert_id: UUID) -> HttpResponse:
    """I have looked at it; whoever raised it cannot say so."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=alert_id)
    actions.see_alert(alert=alert, by=request.user, now=timezone.now())
    return redirect("list_alerts")


@require_GET
@requires(Permission.AGREEMENT_READ)
def list_agreements(request: StaffRequest) -> HttpResponse:
    """What was agreed with whom."""
    agreements = SharedAgreement.objects.select_related("partner").order_by("partner_id", "pk")
    return render(request, "sharing/list_agreements.html", {"agreements": agreements})


@require_GET
@requires(Permission.AGREEMENT_READ)
def show_agreement(request: StaffRequest, agreement_id: str) -> HttpResponse:
    """One agreement, in words."""
    shared = get_object_or_404(SharedAgreement.objects.select_related("partner"), pk=agreement_id)
    totals = totals_in_words(shared.document["tables"], short_language())
    context = {"shared": shared, "document": shared.document, "totals": totals}
    return render(request, "sharing/show_agreement.html", context)


def visible_case(request: StaffRequest, case_id: UUID) -> Case:
    """The case, if its team is one of hers; 404 as if there were none. Notes that it was read."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=case_id)
    audit.record("case.read", by=request.user, record=case)
    return case


def _handover(request: StaffRequest, handover_id: UUID) -> Handover:
    found = Handover.objects.visible_to(request.user).select_related("partner", "case", "agreement", "message")
    return get_object_or_404(found, pk=handover_id)


def _release(case: Case, release_id: str) -> Release | None:
    return get_object_or_404(Release.objects.filter(case=case), pk=release_id) if release_id else None


def explain(form: forms.Form, refused: Exception) -> None:
    """Why it was refused, above the form, in the reader's language."""
    language = short_language()
    if isinstance(refused, actions.NotAllowed):
        for line in refused.decision.lines(language):
            form.add_error(None, line)
    elif isinstance(refused, BadInput):
        form.add_error(None, refused.words[language])


def _shown(
    request: StaffRequest, handover: Handover, *, problem: str = "", decline: DeclineForm | None = None,
    recall: RecallForm | None = None,
) -> HttpResponse:  # fmt: skip
    opened = handover.opened(request.ring)
    audit.record("handover.read", by=request.user, record=handover)
    body = opened.body or {}
    incoming = handover.direction == Handover.Direction.IN
    offered = handover.state == Handover.State.OFFERED
    open_now = handover.state in (Handover.State.OFFERED, Handover.State.ACCEPTED)
    may_answer = incoming and allows(request.user, Permission.HANDOVER_ANSWER, record=handover)
    may_recall = not incoming and open_now and allows(request.user, Permission.HANDOVER_SEND, record=handover)
    context = {
        "handover": handover,
        "alert": Alert.objects.filter(handover=handover).select_related("seen_by").first(),
        "facts": facts_in_words(body.get("facts", {}), short_language()),
        "release": body.get("release"),
        "outcomes": opened.outcomes or [],
        "decline_reason": opened.decline_reason,
        "incoming": incoming,
        "problem": problem,
        "decline": decline or DeclineForm() if may_answer and offered else None,
        "recall": recall or RecallForm() if may_recall else None,
        "may_report": may_answer and handover.state == Handover.State.ACCEPTED,
    }
    wrong = problem or (decline and decline.errors) or (recall and recall.errors)
    return render(request, "sharing/show_handover.html", context, status=422 if wrong else 200)
