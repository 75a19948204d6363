"""A text alternative made from HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "div",
        "dl",
        "dt",
        "dd",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
_APART = frozenset(["blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "table", "ol", "ul"])
_HIDDEN = frozenset(["head", "script", "style", "template", "title"])
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]*\n[ \t\r\f\v\u00a0]*")
_BLANK_LINES = re.compile(r"\n{3,}")
_WHITE = re.compile(r"[ \t\r\n\f]+")


def text_of(html: str) -> str:
    """Return the readable text of HTML: paragraphs apart, list items marked, the targets of links behind them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _SPACES.sub("\n", "".join(reader.parts))
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        elif tag in _BLOCKS or tag == "br":
            self.parts.append("\n\n" if tag in _APART else "\n")
        given = dict(attrs)
        if tag == "li":
            self.parts.append("- ")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag == "img" and given.get("alt"):
            self.parts.append(given["alt"] or "")
        elif tag == "a":
            self.links.append((given.get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n\n" if tag in _APART else "\n")
        elif tag == "a" and self.links:
            target, start = self.links.pop()
            shown = "".join(self.parts[start:]).strip()
            if target and not target.startswith("#") and target != shown:
                self.parts.append(f" ({target})")

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        text = _WHITE.sub(" ", data)
        starts_line = not self.parts or self.parts[-1].endswith(("\n", " "))
        self.parts.append(text.lstrip(" ") if starts_line else text)
