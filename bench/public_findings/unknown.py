# SPDX-License-Identifier: Apache-2.0
"""In CTDC's synthetic rows, what was not recorded widens every share far more than chance does."""

from __future__ import annotations

from pathlib import Path

from bench.public_findings.lines import Line, between, counted, read, share
from bench.public_findings.uncertainty import bounds, wilson

_AGE, _WOMAN, _TRANS = "Age Band", "Woman", "Trans/NonConforming"
_LABOUR, _SEX = "isForcedLabour", "isSexualExploit"
_UNDER_18 = ("1", "2")  # 0-8 and 9-17; 0 is unknown


def find(synthetic: Path) -> list[Line]:
    """Labour among women and men; under-18s among women exploited sexually, with and without assumptions."""
    rows = read(synthetic, (_AGE, _WOMAN, _TRANS, _LABOUR, _SEX))
    women = [row for row in rows if row[_WOMAN] == "1"]
    men = [row for row in rows if row[_WOMAN] == "0" and row[_TRANS] == "0"]
    lines = [
        Line("synthetic rows", "filas sintéticas", counted(len(rows))),
        Line("age unknown", "edad desconocida", share(sum(row[_AGE] == "0" for row in rows), len(rows))),
    ]
    for theirs, en, es in ((women, "women", "mujeres"), (men, "men", "hombres")):
        lines.append(Line(f"forced labour, {en}", f"trabajo forzado, {es}",
                          share(sum(row[_LABOUR] == "1" for row in theirs), len(theirs))))  # fmt: skip
    sexually = [row for row in women if row[_SEX] == "1"]
    known = [row for row in sexually if row[_AGE] != "0"]
    minors = sum(row[_AGE] in _UNDER_18 for row in known)
    by_chance, missing = wilson(minors, len(known)), bounds(minors, len(known), len(sexually))
    wider = (missing[1] - missing[0]) / (by_chance[1] - by_chance[0])
    return [
        *lines,
        Line("under 18, women in sexual exploitation, age known",
             "menos de 18 años, mujeres en explotación sexual, edad conocida", share(minors, len(known))),
        Line("the same, whatever the unknown ages are", "lo mismo, sean cuales sean las edades desconocidas",
             between(missing)),
        Line("how much wider", "cuánto más ancho", f"x {wider:.0f}"),
    ]  # fmt: skip
