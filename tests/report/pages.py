"""A page of a report, made and taken apart."""

from __future__ import annotations

import base64
import csv
import io
from html.parser import HTMLParser

from simulation.report.answer import Subject
from simulation.report.page import content_of, page_of


def render(results, words, spread=None, by="region", decision=None) -> str:
    """The page of a report of results."""
    return page_of(content_of(Subject(results, words, spread, by, decision)))


class Page(HTMLParser):
    """What a page holds: text outside style, elements, addresses, numbers, files."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[tuple[tuple[str, ...], str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append((tuple(self.open), data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def files(self) -> dict[str, list[dict[str, str]]]:
        """The tables that can be downloaded."""
        found = {}
        for link in self.all("a"):
            if "download" in link:
                head, _, content = str(link["href"]).partition("base64,")
                assert head == "data:text/csv;charset=utf-8;"
                text = base64.b64decode(content).decode("utf-8-sig")
                found[str(link["download"]).removesuffix(".csv")] = list(csv.DictReader(io.StringIO(text)))
        return found
