# SPDX-License-Identifier: Apache-2.0
"""What can go wrong just before each step of the thread, and the words by which the check must notice it there."""

from __future__ import annotations

from tejido.web.config.demo.scenes_intake import HER_PHONE, WRITTEN
from tests.journeys.spoiling import Spoil, after, as_member, flipped, lost, run_sql, stopped, written_in_clear

_OFFERED = "the_case_goes_with_her_words"
_SHORT = 4.0  # seconds; for what is expected never to arrive
_TEAM = "(select id from accounts_team where kind = '{kind}')"
_UNSIGNED_TEAM = "update accounts_teamgeneration set signature = zeroblob(64) where team_id = " + _TEAM
# A coded row is sealed: only someone of the data team's batch could write another that opens.
_CODED = """
import uuid
from tejido.web.accounts.keys import team_of
from tejido.web.accounts.models import Team
from tejido.web.cases.models import Case
from tejido.web.security.coded import open_coded, write_coded
shared = {str(pk) for pk in Case.objects.exclude(handover_id=None).values_list("pk", flat=True)}
rows = {str(pk): row for pk, row in open_coded(ring, "cases")}
hers = max((pk for pk in shared if pk in rows), key=lambda pk: rows[pk]["case"]["opened_on"])
row = rows[hers]
def write(pk, row):
    write_coded(ring, table="cases", record_id=uuid.UUID(pk), row=row, data_team=team_of(Team.Kind.DATA).pk)
def renamed(row):
    text = repr(row | {"contacts": []})  # a contact belongs to one case: it stays with the first
    for old in [hers, *(each["person_id"] for each in row["persons"]), *(p["place_id"] for p in row["places"])]:
        text = text.replace(old, str(uuid.uuid4()))
    return eval(text)
def double(row):
    other = renamed(row)
    write(other["case"]["case_id"], other)
"""
_STRANGER = """
row['case'].update(handover_id=None, counted_by=None)
for each in row['persons']:
    each.update(handover_id=None, counted_by=None)
"""

SPOILS: dict[str, tuple[Spoil, ...]] = {
    "a_web_form_is_sealed_on_arrival": (
        Spoil("the public door is closed", stopped("mx", "public"), "refused"),
        Spoil("the team's key is not signed", run_sql("mx", _UNSIGNED_TEAM.format(kind="intake")), "thanks her"),
        Spoil(
            "her words are kept in clear too",
            after("mx", "intake_contact", f"update intake_contact set notice_version = '{WRITTEN}' where id = new.id"),
            "in clear",
        ),
    ),
    "the_form_is_taken_with_its_notice": (
        Spoil(
            "the form was lost as it came",
            lost("mx", "intake_contact"),
            "waiting contact",
            at="a_web_form_is_sealed_on_arrival",
        ),
        Spoil(
            "the form is gone", run_sql("mx", "delete from intake_contact where state = 'waiting'"), "waiting contact"
        ),
        Spoil(
            "her words were changed",
            flipped("mx", "intake_contact", "own_words", "state = 'waiting'"),
            "desde fuera del sistema",
        ),
        Spoil(
            "the notice is gone",
            run_sql("mx", "update intake_contact set notice_version = '', notice = null where state = 'waiting'"),
            "version of the privacy notice",
        ),
        Spoil(
            "someone else took it",
            run_sql(
                "mx",
                "update intake_contact set state = 'taken', routing_language = '',"
                " owner_id = (select id from accounts_member where login = 'marisol') where state = 'waiting'",
            ),
            "waiting contact",
        ),
        Spoil("closing is lost", lost("mx", "intake_contact", doing="update", when="new.state = 'closed'"), "closed"),
    ),
    "a_call_is_written_while_she_listens": (
        Spoil("the staff door is closed", stopped("mx", "staff"), "refused"),
        Spoil("drafts are lost", lost("mx", "intake_contact", doing="update"), "draft"),
        Spoil(
            "she may not answer the line",
            run_sql("mx", "update accounts_member set roles = '[]' where login = 'lucia'"),
            "403",
        ),
    ),
    "a_case_is_opened": (
        Spoil(
            "the key to the caseload is gone",
            run_sql(
                "mx",
                "delete from accounts_teamkeygrant where generation_id in"
                f" (select id from accounts_teamgeneration where team_id = {_TEAM.format(kind='cases')})",
            ),
            "case",
        ),
        Spoil("persons are lost", lost("mx", "cases_person"), "persons"),
        Spoil("what was done to her is lost", lost("mx", "cases_person", doing="update"), "what was done to her"),
        Spoil("groups are lost", lost("mx", "cases_person", when="new.count_best is not null"), "group"),
        Spoil("places are lost", lost("mx", "cases_place"), "place of"),
    ),
    "a_referral_is_read_out_by_phone": (
        Spoil("no service is known", run_sql("mx", "delete from directory_service"), "service"),
        Spoil("the referral is lost", lost("mx", "referrals_referral"), "/referrals/"),
        Spoil("the outcome is lost", lost("mx", "referrals_referral", doing="update"), "coded"),
    ),
    "nothing_leaves_without_a_reason": (
        Spoil("revoking is lost", lost("mx", "consents_release", doing="update"), "revoked: refused"),
        Spoil("releases are lost", lost("mx", "consents_release"), "release"),
        Spoil(
            "something had left before",
            run_sql(
                "mx",
                """
            insert into sharing_handover (id, revision, direction, state, state_changed_at, lane, made_at, key_id,
              partner_id, team_id, agreement_id)
            select '0123456789abcdef0123456789abcdef', 1, 'out', 'declined', '2026-01-01', 'release', '2026-01-01',
              (select id from security_recordkey limit 1), 'us', id, 'puente-2026'
            from accounts_team where kind = 'cases'""",
            ),
            "nothing has left",
        ),
    ),
    "the_case_goes_with_her_words": (
        Spoil(
            "her release is removed",
            after("mx", "consents_release", "delete from consents_release where id = new.id"),
            "release",
        ),
        Spoil(
            "her release is taken back",
            after("mx", "consents_release", "update consents_release set state = 'revoked' where id = new.id"),
            "offered",
        ),
        Spoil(
            "the agreement's signature is broken",
            flipped("mx", "sharing_sharedagreement", "partner_signature"),
            "offered",
        ),
        Spoil("the partner's key was exchanged", flipped("mx", "mailbox_partner", "verify_key"), "offered"),
        Spoil(
            "facts she allowed are gone",
            run_sql(
                "mx",
                "delete from cases_place where case_id in"
                " (select case_id from intake_contact join cases_casecontact on contact_id = intake_contact.id"
                " where received_on > '2020-01-01')",
            ),
            "eleven facts",
        ),
        Spoil("the message is lost", lost("mx", "mailbox_outboundmessage"), "offered"),
    ),
    "the_other_side_accepts": (
        Spoil("the partner's door is closed", stopped("us", "partners"), "to arrive", _SHORT, at=_OFFERED),
        Spoil("our worker has stopped", stopped("mx", "worker"), "to arrive", _SHORT, at=_OFFERED),
        Spoil(
            "the partner does not know our key",
            flipped("us", "mailbox_partner", "verify_key"),
            "to arrive",
            _SHORT,
            at=_OFFERED,
        ),
        Spoil(
            "the agreement is broken there",
            flipped("us", "sharing_sharedagreement", "our_signature"),
            "to arrive",
            _SHORT,
        ),
        Spoil(
            "the message was changed on its way",
            after(  # by a byte that no signature ends with: its last is 16 at most, and often 0
                "mx",
                "mailbox_outboundmessage",
                "update mailbox_outboundmessage set raw = cast(substr(raw, 1, length(raw) - 1) || x'ff' as blob)"
                " where id = new.id",
            ),
            "to arrive",
            _SHORT,
            at=_OFFERED,
        ),
        Spoil(
            "the message was changed where it waits",
            flipped("us", "mailbox_inboundmessage", "raw"),
            "to arrive",
            _SHORT,
        ),
        Spoil(
            "the message was deleted where it waits",
            run_sql("us", "delete from mailbox_inboundmessage"),
            "to arrive",
            _SHORT,
        ),
        Spoil(
            "what arrived is kept in clear too",
            after("us", "sharing_handover", "update sharing_handover set lane = 'Canario Quetzalli' where id = new.id"),
            "in clear",
        ),
        Spoil("the co-workers are lost", lost("us", "cases_person", when="new.count_best is not null"), "co-workers"),
        Spoil("the case is lost", lost("us", "cases_case"), "taken up"),
        Spoil("the answer does not leave", stopped("us", "worker"), "answer to come back", _SHORT),
        Spoil("the answer finds our door closed", stopped("mx", "partners"), "answer to come back", _SHORT),
    ),
    "a_shelter_is_found": (
        Spoil(
            "no shelter is known",
            run_sql("us", "delete from directory_service where needs like '%shelter%'"),
            "a shelter in her state",
        ),
        Spoil(
            "the shelter's address is shown",
            run_sql(
                "us",
                "update directory_service set hours = json_object('en', 'at 7 Invented Lane', 'es', 'Invented Lane 7')",
            ),
            "stays on the server",
        ),
        Spoil("referrals are lost", lost("us", "referrals_referral"), "one referral"),
        Spoil("outcomes are lost", lost("us", "referrals_referral", doing="update"), "coded"),
    ),
    "the_shelter_answers_at_its_own_door": (
        Spoil("the shelter's door is closed", stopped("us", "providers"), "refused"),
        Spoil(
            "the shelter's account was given to another service",
            run_sql("us", "update packets_provider set organisation = 'Lone Star Shelter Network (invented)'"),
            "the packet is sent",
        ),
        Spoil(
            "the shelter's team key is not signed",
            run_sql("us", _UNSIGNED_TEAM.format(kind="provider")),
            "without a release no packet leaves",
        ),
        Spoil(
            "her release is removed",
            after("us", "consents_release", "delete from consents_release where id = new.id"),
            "release",
        ),
        Spoil("packets are lost", lost("us", "packets_packet"), "packet"),
        Spoil(
            "the packet's key was taken back",
            after("us", "packets_packet", "delete from security_keygrant where key_id = new.key_id"),
            "packet",
        ),
        Spoil(
            "nobody at the shelter may read",
            run_sql("us", "update accounts_member set status = 'left' where login = 'hannah'"),
            "packet",
        ),
        Spoil("that it was opened is lost", lost("us", "packets_packet", doing="update"), "shelter"),
        Spoil("answers are lost", lost("us", "packets_answer"), "shelter"),
        Spoil(
            "what she said is kept in clear too",
            after("us", "packets_packet", "update packets_packet set code = 'Ixtlilxóchitl' where id = new.id"),
            "in clear",
        ),
    ),
    "what_came_of_it_comes_back": (
        Spoil(
            "her release is removed",
            after("us", "consents_release", "delete from consents_release where id = new.id"),
            "release",
        ),
        Spoil(
            "her release is taken back",
            after("us", "consents_release", "update consents_release set state = 'revoked' where id = new.id"),
            "outcome is sent",
        ),
        Spoil(
            "the agreement's signature is broken",
            flipped("us", "sharing_sharedagreement", "our_signature"),
            "outcome is sent",
        ),
        Spoil("the worker has stopped", stopped("us", "worker"), "to come back", _SHORT),
        Spoil("our door is closed", stopped("mx", "partners"), "to come back", _SHORT),
        Spoil("the hand-over is gone", run_sql("mx", "delete from sharing_handover"), "to come back", _SHORT),
        Spoil("there is nothing to tell", run_sql("us", "delete from referrals_referral"), "to come back", _SHORT),
    ),
    "the_case_is_found_again": (
        Spoil(
            "the tokens of phones are gone",
            run_sql("mx", "delete from security_searchtoken where kind = 'phone'"),
            "by phone",
        ),
        Spoil(
            "the tokens of names are gone",
            run_sql("mx", "delete from security_searchtoken where kind = 'name'"),
            "by name",
        ),
        Spoil(
            "the search key is gone",
            run_sql(
                "mx",
                "delete from security_keygrant where key_id in"
                " (select id from security_recordkey where scope = 'organisation-search')",
            ),
            "by phone",
        ),
        Spoil(
            "her row is gone",
            run_sql("mx", f"update cases_case set team_id = {_TEAM.format(kind='data')} where handover_id is not null"),
            "by phone",
        ),
        Spoil("the task is lost", lost("mx", "cases_task"), "call-back"),
    ),
    "imminent_danger_alerts_a_second_person": (
        Spoil(
            "the alert is deleted",
            after("mx", "sharing_alert", "delete from sharing_alert where id = new.id"),
            "no form '/seen/'",
        ),
        Spoil(
            "nobody is on duty",
            run_sql(
                "mx",
                "delete from accounts_teamkeygrant where generation_id in"
                f" (select id from accounts_teamgeneration where team_id = {_TEAM.format(kind='duty')})",
            ),
            "basis",
        ),
        Spoil("seeing it is lost", lost("mx", "sharing_alert", doing="update"), "has looked at it"),
        Spoil(
            "the agreement's signature is broken",
            flipped("mx", "sharing_sharedagreement", "our_signature"),
            "alert is sent",
        ),
        Spoil("the worker has stopped", stopped("mx", "worker"), "reach the partner", _SHORT),
    ),
    "both_count_and_exchange_totals": (
        Spoil("the worker has stopped", stopped("mx", "worker"), "totals to arrive", _SHORT),
        Spoil("the partner's door is closed", stopped("us", "partners"), "totals to arrive", _SHORT),
        Spoil(
            "a coded row was changed", flipped("mx", "security_codedrow", "row", "rowid % 97 = 1"), "totals are sent"
        ),
        Spoil("the partner's key was exchanged", flipped("us", "mailbox_partner", "verify_key"), "totals"),
        Spoil(
            "the agreement's signature is broken",
            flipped("us", "sharing_sharedagreement", "partner_signature"),
            "totals are sent",
        ),
        Spoil(
            "the data team's key is not signed",
            run_sql(
                "us",
                "update mailbox_partner set data_key ="
                " json_set(data_key, '$.public', json_extract(handover_key, '$.public'))",
            ),
            "totals",
        ),
    ),
    "she_is_counted_once": (
        Spoil(
            "her row is doubled",
            as_member("mx", "daniela", _CODED + "double(row)"),
            "handover_id",
        ),
        Spoil(
            "she stands there twice, as a stranger",
            as_member("mx", "daniela", _CODED + _STRANGER + "double(row)"),
            "mx counts {",
        ),
        Spoil(
            "the other side counts her too",
            as_member(
                "us",
                "priya",
                _CODED + "row['case']['counted_by'] = 'us'\n"
                "for each in row['persons']: each['counted_by'] = 'us'\nwrite(hers, row)",
            ),
            "out of date",
        ),
        Spoil(
            "nobody knows that she is the same",
            as_member("mx", "daniela", _CODED + _STRANGER + "write(hers, row)"),
            "no está al día",
        ),
        Spoil(
            "her row is deleted",
            run_sql(
                "us",
                "delete from security_codedrow where record_id in"
                " (select id from cases_case where handover_id is not null and opened_on > '2020-01-01')",
            ),
            "out of date",
        ),
        Spoil("a coded row was changed", flipped("us", "security_codedrow", "row", "rowid % 97 = 1"), "us builds"),
        Spoil("the partner's totals are gone", run_sql("us", "delete from statistics_partnertabulation"), "us builds"),
    ),
    "the_sheet_is_printed_in_both_languages": (
        Spoil("the sheet is deleted", run_sql("us", "delete from statistics_sheetrun"), "the sheet exists"),
        Spoil("the sheet was changed", flipped("us", "statistics_sheetrun", "internal_sheet"), "the sheet exists"),
        Spoil(
            "small counts are printed",
            run_sql("us", "update statistics_sheetrun set threshold = 2"),
            "small counts are hidden",
        ),
        Spoil("the door is closed", stopped("us", "staff"), "refused"),
    ),
    "the_printed_figures_come_out_of_sealed_records": (
        Spoil(
            "one contact is deleted",
            run_sql(
                "mx",
                "delete from security_codedrow where record_id = (select id from intake_contact where received_on "
                " between '2016-01-01' and '2016-12-31' and id in (select record_id from security_codedrow)"
                " and id in (select contact_id from cases_casecontact) order by id limit 1)",
            ),
            "mx counts",
        ),
        Spoil(
            "a case is deleted",
            run_sql(
                "us",
                "delete from security_codedrow where record_id ="
                " (select id from cases_case where handover_id is null and"
                " opened_on between '2016-01-01' and '2016-12-31' order by id limit 1)",
            ),
            "us counts",
        ),
        Spoil("a row was changed", flipped("us", "security_codedrow", "row", "rowid % 97 = 1"), "us builds"),
        Spoil(
            "the partner's totals are gone",
            run_sql("us", "delete from statistics_partnertabulation where window_start = '2015-09-30'"),
            "us builds",
        ),
    ),
    "two_people_sign_and_everyone_can_read_it": (
        Spoil("the sheet was changed", flipped("us", "statistics_sheetrun", "internal_sheet"), "no form '/edition/'"),
        Spoil("what is begun is lost", lost("us", "statistics_editionattempt"), "no form '/sign/'"),
        Spoil(
            "a published file was changed",
            after(
                "us",
                "outreach_publishedfile",
                "update outreach_publishedfile set content = cast(content || ' ' as blob)"
                " where id = new.id and path = 'sheet.json'",
            ),
            "sheet.json is the one that was signed",
        ),
    ),
    "nothing_of_her_is_readable_on_either_disk": (
        Spoil("a log holds her name", written_in_clear("mx", "staff.log", "Ixtlilxóchitl\n".encode()), "mx/staff.log"),
        Spoil(
            "a file holds her number",
            written_in_clear("us", "left-behind.txt", HER_PHONE.encode("utf-16-le")),
            "us/left-behind.txt",
        ),
        Spoil(
            "a table holds her words",
            run_sql("us", "create table careless (said text)", f"insert into careless values ('{WRITTEN}')"),
            "us/node.sqlite3",
        ),
    ),
}
