# SPDX-License-Identifier: Apache-2.0
"""The lines of `docs/explain/ethics.md`: what could be built here and is not."""

from __future__ import annotations

import ast
import re

from django.apps import apps

from tejido.networks import Network, Node, Tie
from tejido.networks.plans import Plan
from tejido.tables import RECORD_TABLES
from tejido.vocabulary import code_list, code_lists
from tejido.web.config.django_settings import ALL_APPS
from tests.rules.source import ROOT, SOURCE

# Who opens a connection, and to whom. Whoever adds a line here says whose page it reads.
MAY_CONNECT = {
    "web/mailbox/jobs.py": "delivery to a partner's door",
    "web/config/processes.py": "are our own doors up",
    "web/config/demo/check.py": "the demo's own doors",
    "web/config/demo/visitor.py": "the demo's own doors",
    "web/files/scanning.py": "the virus scanner's socket on this machine",
}
CONNECTS = re.compile(
    r"^(httpx|requests|urllib3|urllib\.request|http\.client|aiohttp|socket|smtplib|ftplib|websockets?|scrapy|selenium|playwright)\b"
)
# Packages that read pages, know faces or bring learned models, by the beginnings of their names.
NOT_HERE = re.compile(
    r"(scrapy|beautifulsoup|mechanize|selenium|newspaper|face|dlib|insight|deepface|opencv|mediapipe|mtcnn"
    r"|torch|tensorflow|keras|transformers|sentence-|openai|anthropic|onnx|scikit-learn|xgboost|lightgbm)"
)
SCORE = re.compile(r"(score|risk|likelihood|probab|suspici|ranking|propensity|predict)")


def _imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_only_delivery_and_our_own_doors_open_a_connection():
    connecting = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if any(CONNECTS.match(name) for name in _imported(path))
    }
    assert connecting == set(MAY_CONNECT)


def test_no_package_reads_pages_knows_faces_or_brings_a_learned_model():
    locked = re.findall(r"^([a-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(locked) > 50
    assert [name for name in locked if NOT_HERE.match(name)] == []


def test_no_record_table_or_network_holds_a_score_on_a_person():
    columns = {f"{table.name}.{column.name}" for table in RECORD_TABLES for column in table.columns}
    columns |= {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in ALL_APPS
        for field in model._meta.concrete_fields
    }
    columns |= {f"{kind.__name__}.{name}" for kind in (Node, Tie) for name in kind._fields}
    columns |= {f"Network.{name}" for name in Network.__dataclass_fields__}
    assert len(columns) > 300
    assert sorted(column for column in columns if SCORE.search(column.split(".")[-1])) == []


def test_no_code_list_takes_sex_work_for_exploitation():
    about = [
        name for name in code_lists() if re.search(r"exploitation|trafficking|business|industry|person_role", name)
    ]
    ours = [name for name in about if not name.startswith(("ctdc", "htcds"))]  # published lists are read as published
    assert len(ours) > 4
    words = re.compile(r"sex[ -]?work|prostitut|trabajo sexual|trabajador.? sexual", re.IGNORECASE)
    taken = [
        (name, code)
        for name in ours
        for code, meaning in code_list(name).codes.items()
        if any(words.search(each) for each in (code.replace("_", " "), *meaning.label.values()))
    ]
    assert taken == []


def test_a_plan_cannot_be_said_without_how_sure_it_is():
    assert {"objective", "bound", "proven"} <= set(Plan.__dataclass_fields__)
