# SPDX-License-Identifier: Apache-2.0
"""A world of any size, made chunk by chunk: the shape of a small one, its figures whatever chance makes them.

A million cases take minutes and well under 1.5 GB; the joint figures it happens to have stand in `truth/figures.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pyarrow as pa

from tejido.synthetic.chunks import CHUNK, Chunk, Flags, Setting, draw_chunk, setting
from tejido.synthetic.columns import codes, days, ids, lists
from tejido.synthetic.draws import Integers, generator
from tejido.synthetic.flavour import flavour
from tejido.synthetic.folder import building, mark, record_writer
from tejido.synthetic.large_rows import Groups, Heard, hear, kinds, nationalities, node_tables
from tejido.synthetic.limits import check_cases, check_seed
from tejido.synthetic.model import HOTLINE_COUNTRIES, MEXICO, NODES, UNITED_STATES, UNKNOWN
from tejido.synthetic.tally import Tally, in_window, qualifies, split_group, unknown_of
from tejido.synthetic.truth import write_figures
from tejido.tables.writing import Form, RecordWriter
from tejido.vocabulary import code_list

_NATIONALITY_IN_GROUP = 0.82
_FOLLOW_UP, _OTHER_CONTACTS = 0.45, 0.7  # contacts per case beyond the first; contacts without a case, per case
_CHANNELS = ["phone", "text", "web_form", "chat", "email"]


def make_large_world(
    *,
    cases: int,
    seed: int,
    folder: Path,
    form: Form = "parquet",
    like: str = "2017",
    report: Callable[[int, int], None] | None = None,
    force: bool = False,
) -> None:
    """Write a world of `cases` cases (about twice as many people) to `folder`: `mx`, `us`, `truth`.

    `report(done, total)` is called after every chunk of cases. Deterministic by seed, size included. Raises BadInput
    for a bad number of cases, a bad seed, a folder in use or a disk that refuses.
    """
    world = flavour(like)
    check_seed(seed)
    check_cases(cases)
    place = setting(world)
    tally = Tally(place)
    with building(Path(folder), force=force) as parts, ExitStack() as open_files:
        writers = {node: open_files.enter_context(record_writer(parts, node, world, form)) for node in NODES}
        for number in range(-(-cases // CHUNK)):
            size = min(CHUNK, cases - number * CHUNK)
            _write_chunk(draw_chunk(place, seed, number, size, cases), place, tally, writers, seed)
            if report is not None:
                report(number * CHUNK + size, cases)
        open_files.close()
        write_figures(parts / "truth", {"like": like, "cases": cases, "seed": seed, **tally.as_json()})
        mark(parts, like=like, cases=cases, seed=seed, form=form)


def _write_chunk(chunk: Chunk, place: Setting, tally: Tally, writers: dict[str, RecordWriter], seed: int) -> None:
    nexus, qualified = qualifies(chunk, place)
    counted = qualified & in_window(chunk.day, place)
    tally.add_cases(chunk, counted, qualified & chunk.handover & in_window(chunk.told_day, place))
    groups = _groups(chunk, place, seed)
    _tally_people(chunk, place, counted, groups, tally)
    for node, writer in writers.items():
        heard = hear(chunk, node)
        contacts, related = _contacts(chunk, place, heard, nexus, seed)
        tally.add_contacts(related)
        writer.write("contacts", contacts)
        for table, rows in node_tables(chunk, place, groups, heard, seed):
            writer.write(table, rows)


def _groups(chunk: Chunk, place: Setting, seed: int) -> Groups:
    chance = generator(seed, f"groups {chunk.first}")
    persons = np.flatnonzero(chunk.group)
    story, size = chunk.story[chunk.of[persons]], chunk.best[persons]
    known = np.ones(len(persons), dtype=bool)
    labor, sex = kinds(chunk, place)
    counts: dict[str, tuple[list[str], Integers]] = {}
    for attribute, name in (("gender", "gender"), ("age_at_contact", "age")):
        table = place.tables[name]
        split = split_group(size, table.reach[story], chance)
        split[:, unknown_of(place, name)] = 0  # whoever has no code is unknown
        counts[attribute] = table.codes, split
    table = place.tables["nationality"]
    counts["nationalities"] = table.codes, split_group(size, table.reach[story] * _NATIONALITY_IN_GROUP, chance)
    kind = place.type_of[story]
    known = kind != place.types.index("other_not_specified")
    counts["type_of_trafficking"] = place.types, _all_of(len(place.types), kind, size * known)
    for attribute, name, which, chosen in (
        ("labor_industries", "labor_industry", labor, chunk.industry),
        ("sex_trafficking_types", "sex_trafficking_type", sex, chunk.venue),
    ):
        labels = place.tables[name].codes
        counts[attribute] = labels, _all_of(len(labels), chosen[persons], size * which[persons])
    return Groups(persons, counts)


def _all_of(codes_known: int, chosen: Integers, size: Integers) -> Integers:
    found = np.zeros((len(chosen), codes_known), dtype=np.int64)
    found[np.arange(len(chosen)), chosen] = size
    return found


def _tally_people(chunk: Chunk, place: Setting, counted: Flags, groups: Groups, tally: Tally) -> None:
    mine = counted[chunk.of]
    tables = place.tables
    held = nationalities(chunk, place)
    labor, sex = kinds(chunk, place)
    for unit, people in (("victims", ~chunk.trafficker), ("traffickers", chunk.trafficker)):
        one = mine & people & ~chunk.group
        tally.add_codes(unit, "gender", tables["gender"].codes, chunk.gender[one])
        tally.add_codes(unit, "age_at_contact", tables["age"].codes, chunk.age[one])
        for code, number in zip(tables["nationality"].codes, held[one].sum(axis=0), strict=True):
            tally.add(unit, "nationality", code, int(number))
    one = mine & ~chunk.trafficker & ~chunk.group
    tally.add_codes("victims", "type_of_trafficking", place.types, place.type_of[chunk.story[chunk.of[one]]])
    tally.add_codes("victims", "labor_industry", tables["labor_industry"].codes, chunk.industry[one & labor])
    venues = tables["sex_trafficking_type"].codes
    tally.add_codes("victims", "sex_trafficking_type", venues, chunk.venue[one & sex])
    _tally_groups(chunk, mine, groups, tally)


def _tally_groups(chunk: Chunk, mine: Flags, groups: Groups, tally: Tally) -> None:
    inside = mine[groups.persons]
    people = int(chunk.best[groups.persons][inside].sum())
    printed = code_list("group_attribute")
    rest = {"type_of_trafficking": "other_not_specified"}
    for attribute, (labels, counts) in groups.counts.items():
        entry = printed.codes[attribute].properties
        table = attribute if not entry["multiple"] else str(entry["codes"]).replace("country", "nationality")
        sums = counts[inside].sum(axis=0)
        for code, number in zip(labels, sums, strict=True):
            tally.add("victims", table, code, int(number))
        if not entry["multiple"]:
            tally.add("victims", table, rest.get(attribute, UNKNOWN), people - int(sums.sum()))


def _contacts(chunk: Chunk, place: Setting, heard: Heard, nexus: Flags, seed: int) -> tuple[pa.Table, int]:
    """The contacts of one node, and how many of them count. The receiver of a hand-over has none for that case."""
    chance = generator(seed, f"contacts {heard.node} {chunk.first}")
    mine = heard.cases[chunk.mexican_home[heard.cases] == heard.mexican]
    first = np.where(heard.counting, chunk.day, chunk.told_day)[mine]
    further = chance.random(len(mine)) < _FOLLOW_UP
    alone = int(len(mine) * _OTHER_CONTACTS)
    last = np.datetime64(place.world.as_of, "D").astype(np.int64)
    start = np.datetime64(place.world.first_day, "D").astype(np.int64)
    later = np.minimum(first[further] + (chance.random(int(further.sum())) * 60).astype(np.int64), last)
    day = np.concatenate([first, later, start + (chance.random(alone) * (last - start + 1)).astype(np.int64)])
    case = np.concatenate([mine, mine[further], np.full(alone, -1)])
    topics = list(code_list("contact_topic"))
    related = np.array([topic in code_list("contact_topic").where(related_to_trafficking=True) for topic in topics])
    topic = (chance.random(len(day)) * len(topics)).astype(np.int64)
    topic = np.where(case >= 0, np.flatnonzero(related)[topic % related.sum()], topic)
    speaks = _countries_named(chunk, place, case, heard, chance)
    mexican = speaks[:, HOTLINE_COUNTRIES.index(MEXICO)] | ((case >= 0) & nexus[case])
    counted = related[topic] & in_window(day, place) & mexican
    numbers = (chunk.first * 4 + np.arange(len(day))) * len(NODES) + NODES.index(heard.node)
    outcomes = ["case_opened", "case_updated", "information_given"]
    outcome = np.repeat([0, 1, 2], [len(mine), int(further.sum()), alone])
    order = np.argsort(day, kind="stable")
    rows = pa.table(
        {
            "contact_id": ids("t", numbers[order]),
            "received_on": days(day[order]),
            "channel": codes(_CHANNELS, (chance.random(len(day)) ** 3 * len(_CHANNELS)).astype(np.int64)),
            "language": codes(
                ["es", "en"], (chance.random(len(day)) < (0.05 if heard.mexican else 0.5)).astype(np.int64)
            ),
            "topic": codes(topics, topic[order]),
            "outcome": codes(outcomes, outcome[order]),
            "countries": lists(HOTLINE_COUNTRIES, speaks[order]),
            "case_id": pa.compute.if_else(pa.array(case[order] >= 0), ids("c", chunk.first + case[order]), None),
        }
    )
    return rows, int(counted.sum())


def _countries_named(chunk: Chunk, place: Setting, case: Integers, heard: Heard, chance: np.random.Generator) -> Flags:
    roll = chance.random((2, len(case)))
    found = np.zeros((len(case), len(HOTLINE_COUNTRIES)), dtype=bool)
    for column, country in enumerate(HOTLINE_COUNTRIES):
        there = place.where([country])[chunk.destination[case]]
        lone = roll[column] < (0.5 if country == (MEXICO if heard.mexican else UNITED_STATES) else 0.15)
        found[:, column] = np.where(case >= 0, there & (roll[0] < 0.7), lone)
    return found
