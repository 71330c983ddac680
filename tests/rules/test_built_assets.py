# SPDX-License-Identifier: Apache-2.0
"""What is shipped built from packages: exactly the file that was looked at, under licences that are shipped too."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
import yaml

from tests.rules.source import ROOT, WEB

CONFIG = WEB / "config"
BUILT = yaml.safe_load((CONFIG / "assets.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", BUILT)
def test_a_shipped_file_is_the_one_on_the_integrity_list(name):
    digest = hashlib.sha384((CONFIG / "static" / name).read_bytes()).digest()
    assert BUILT[name]["integrity"] == "sha384-" + base64.b64encode(digest).decode()


def test_every_page_that_runs_a_built_file_has_the_browser_compare_it():
    uses = 0
    for path in WEB.rglob("*.html"):
        for tag in re.findall(r"<script[^>]*>", path.read_text(encoding="utf-8")):
            for name in BUILT:
                if name in tag:
                    uses += 1
                    assert f"integrity=\"{{% integrity '{name}' %}}\"" in tag, path.name
    assert uses


def test_versions_on_the_list_are_those_that_are_built_from_and_every_licence_is_shipped():
    package = json.loads((CONFIG / "browser" / "package.json").read_text(encoding="utf-8"))
    for name, entry in BUILT.items():
        for used, version in package["dependencies"].items():
            assert f"{used} {version}" in entry["from"], name
        for licence in entry["licences"].split(" AND "):
            assert (ROOT / "LICENSES" / f"{licence}.txt").is_file()
    locked = json.loads((CONFIG / "browser" / "package-lock.json").read_text(encoding="utf-8"))
    mit = (ROOT / "LICENSES" / "MIT.txt").read_text(encoding="utf-8")
    shipped = {name: each for name, each in locked["packages"].items() if name and not each.get("dev")}
    assert shipped
    for name, each in shipped.items():
        assert each["license"] == "MIT"
        assert name.removeprefix("node_modules/") in mit
        assert each["integrity"].startswith("sha512-")
        assert "resolved" not in each


def test_nothing_that_is_run_asks_for_more_than_the_policy_allows():
    for path in (CONFIG / "static").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function\(|innerHTML|document\.write|https?://(?!www\.w3\.org)", text), path
