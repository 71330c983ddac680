# SPDX-License-Identifier: Apache-2.0
"""Sign-ins wait in a lane of their own: few at once, known browsers first, nobody longer than can be borne."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap

import pytest

from tejido.crypto import PASSWORDS_AT_ONCE
from tejido.web.accounts.devices import is_ours, new_device
from tejido.web.accounts.turns import machine_turn
from tejido.web.config.lane import Gone, Lane, LaneIsFull


async def _stays():
    await asyncio.Event().wait()


async def _leaves():
    return


async def _settle():
    for _ in range(5):
        await asyncio.sleep(0)


def test_known_browsers_go_before_strangers_and_no_more_at_once_than_may():
    async def crowd():
        lane, order, inside, most = Lane(at_once=2), [], 0, 0

        async def one(name, known):
            nonlocal inside, most
            async with lane.turn(known=known, gone=_stays):
                inside += 1
                most = max(most, inside)
                order.append(name)
                await _settle()
                inside -= 1

        people = [("a", False), ("b", False), ("stranger", False), ("stranger too", False), ("at her desk", True)]
        await asyncio.gather(*(one(name, known) for name, known in people))
        return order, most

    order, most = asyncio.run(crowd())
    assert order == ["a", "b", "at her desk", "stranger", "stranger too"]
    assert most == 2


def test_a_flood_of_strangers_fills_only_the_strangers_lane():
    async def flood():
        lane, over = Lane(at_once=1, longest=3), asyncio.Event()

        async def one(known):
            async with lane.turn(known=known, gone=_stays):
                await over.wait()
            return "in"

        strangers = [asyncio.ensure_future(one(known=False)) for _ in range(20)]
        await _settle()
        hers = asyncio.ensure_future(one(known=True))
        await _settle()
        over.set()
        return await hers, await asyncio.gather(*strangers, return_exceptions=True)

    hers, strangers = asyncio.run(flood())
    assert hers == "in"
    assert [type(each) for each in strangers].count(LaneIsFull) == 16
    assert strangers.count("in") == 4


def test_whoever_goes_away_gives_up_her_place_and_loses_nobody_a_turn():
    async def going():
        lane, over = Lane(at_once=1), asyncio.Event()

        async def one(gone):
            async with lane.turn(known=False, gone=gone):
                await over.wait()
            return "in"

        first = asyncio.ensure_future(one(_stays))
        await _settle()
        with pytest.raises(Gone):
            await one(_leaves)
        cut_off = asyncio.ensure_future(one(_stays))
        last = asyncio.ensure_future(one(_stays))
        await _settle()
        cut_off.cancel()
        over.set()
        return await first, await last

    assert asyncio.run(going()) == ("in", "in")


def test_a_mark_made_up_or_changed_is_not_ours():
    mark = new_device()
    assert is_ours(mark)
    changed = ("1" if mark[0] == "0" else "0") + mark[1:]
    assert not any(is_ours(each) for each in ("", "0" * 32, mark[:-1], changed, mark + ":"))


def test_processes_of_one_machine_share_four_turns(cast):
    """Four turns are taken here: a process beside this one waits until one is given back, or its holder dies."""
    other = textwrap.dedent("""
        import django; django.setup()
        from tejido.web.accounts.turns import machine_turn
        print("waits", flush=True)
        with machine_turn():
            print("has it", flush=True)
            input()
    """)
    held = [machine_turn() for _ in range(PASSWORDS_AT_ONCE)]
    for each in held:
        each.__enter__()
    with subprocess.Popen(
        [sys.executable, "-c", other], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as beside:  # fmt: skip
        assert beside.stdout.readline() == "waits\n"
        with pytest.raises(subprocess.TimeoutExpired):
            beside.wait(0.5)
        held.pop().__exit__(None, None, None)
        assert beside.stdout.readline() == "has it\n"
        beside.kill()
    with machine_turn():  # what it held came back with its death
        pass
    for each in held:
        each.__exit__(None, None, None)
