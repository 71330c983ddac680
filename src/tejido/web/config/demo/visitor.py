# SPDX-License-Identifier: AGPL-3.0-or-later
"""A person at a browser without JavaScript, as far as the check needs one: pages, links, forms, cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx


class Missing(Exception):
    """What was looked for is not on the page."""


@dataclass
class Form:
    """A form as the page holds it: `values` are what a browser would send untouched."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)

    def first(self, name: str) -> str:
        """The first choice of a field that is no empty one."""
        for choice in self.choices.get(name, ()):
            if choice:
                return choice
        raise Missing(f"nothing to choose for {name!r}")


class _Reader(HTMLParser):
    """Collects forms, links and text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._select: tuple[str, bool] | None = None
        self._textarea: str | None = None
        self._written: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(have.get("action", ""), have.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and "href" in have:
            self.links.append(have["href"])
        elif self._form is not None:
            self._control(tag, have)

    def _control(self, tag: str, have: dict[str, str]) -> None:
        form, name = self._form, have.get("name", "")
        if form is None:
            return
        if tag == "button" or (tag == "input" and have.get("type") == "submit"):
            form.buttons.append(have)
        elif tag == "input" and name:
            form.names.add(name)
            kind = have.get("type", "text")
            if kind in ("checkbox", "radio"):
                form.choices.setdefault(name, []).append(have.get("value", "on"))
            if kind not in ("checkbox", "radio") or "checked" in have:
                form.values.setdefault(name, []).append(have.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select" and name:
            form.names.add(name)
            self._select = (name, "multiple" in have)
        elif tag == "option" and self._select:
            name, multiple = self._select
            form.choices.setdefault(name, []).append(have.get("value", ""))
            if "selected" in have or (not multiple and name not in form.values):
                # The first option stands until another is marked as chosen.
                form.values[name] = [*(form.values.get(name, []) if multiple else []), have.get("value", "")]
        elif tag == "textarea" and name:
            form.names.add(name)
            self._textarea, self._written = name, []

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._textarea and self._form:
            # A browser drops the first line break of a text area.
            self._form.values[self._textarea] = ["".join(self._written).removeprefix("\n")]
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._written.append(data)
        self.text.append(data)


class Page:
    """One answer of the server, read."""

    def __init__(self, visitor: Visitor, response: httpx.Response) -> None:
        self.visitor = visitor
        self.status = response.status_code
        self.url = str(response.url)
        self.html = response.text if "html" in response.headers.get("content-type", "") else ""
        self.body = response.content
        self.headers = response.headers
        reader = _Reader()
        reader.feed(self.html)
        self.forms, self.links = reader.forms, reader.links
        self.text = " ".join(" ".join(reader.text).split())

    def form(self, *, action: str = "", having: str = "") -> Form:
        """The first form whose action ends with `action` and that has a control called `having`."""
        for form in self.forms:
            if form.action.endswith(action) and (not having or having in form.names):
                return form
        raise Missing(f"no form {action!r} with {having!r} on {self.url} ({self.status}): {self.text[:400]}")

    def link(self, part: str) -> str:
        """The first link that contains `part`."""
        for link in self.links:
            if part in link:
                return link
        raise Missing(f"no link with {part!r} on {self.url}: {self.links}")

    def submit(self, form: Form, *, button: str = "", **values: Any) -> Page:
        """Fill in and send a form; a name it does not have is an error, as is a choice it does not offer."""
        sent = {name: list(old) for name, old in form.values.items()}
        for name, value in values.items():
            if name not in form.names:
                raise Missing(f"no field {name!r} on {self.url}; there are {sorted(form.names)}")
            chosen = [str(each) for each in value] if isinstance(value, (list, tuple)) else [str(value)]
            offered = form.choices.get(name)
            if offered is not None and not set(chosen) <= set(offered):
                raise Missing(f"{name!r} offers {offered}, not {chosen}")
            sent[name] = chosen
        action = form.action
        for each in form.buttons:
            if button and button in (each.get("name"), each.get("value"), each.get("formaction", "").strip("/")):
                action = each.get("formaction") or action
                if each.get("name"):
                    sent[each["name"]] = [each.get("value", "")]
                break
        else:
            if button:
                raise Missing(f"no button {button!r} on {self.url}: {form.buttons}")
        return self.visitor.post(action or self.url, sent)


class Visitor:
    """One browser with its own cookies, at one door."""

    def __init__(self, address: str, *, language: str = "es") -> None:
        self.address = address
        self._client = httpx.Client(
            base_url=address, follow_redirects=True, timeout=60, headers={"Accept-Language": language}
        )

    @property
    def cookies(self) -> httpx.Cookies:
        """What the browser keeps."""
        return self._client.cookies

    def get(self, path: str) -> Page:
        """Read a page."""
        return Page(self, self.fetch(path))

    def fetch(self, path: str) -> httpx.Response:
        """A page as it arrives, unread."""
        return self._client.get(path)

    def post(self, path: str, values: dict[str, list[str]], headers: dict[str, str] | None = None) -> Page:
        """Send a form, as from a page of the same site."""
        return Page(self, self._client.post(path, data=values, headers={"Origin": self.address, **(headers or {})}))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
