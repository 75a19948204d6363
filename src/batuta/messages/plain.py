"""A text alternative made from HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_APART = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "table", "ol", "ul"})
_BLOCKS = _APART | {"address", "article", "aside", "dd", "div", "dl", "dt", "figure", "footer", "form", "header"}
_BLOCKS |= {"hr", "li", "main", "nav", "section", "tr"}
_HIDDEN = frozenset({"head", "script", "style", "template", "title"})
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_MARK = re.compile("\ue000(\\d+)\ue001")
_ABOUT_HTML = re.compile(r"\b(?:safe|escape|escape_once|newline_to_br|raw|strip_html)\b")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]*\n[ \t\r\f\v\u00a0]*")
_BLANK_LINES = re.compile(r"\n{3,}")
_WHITE = re.compile(r"[ \t\r\n\f]+")


def text_of(html: str) -> str:
    """Return the readable text of HTML: paragraphs apart, list items marked, the targets of links behind them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.parts))


def text_template(html: str) -> str | None:
    """Return a template of the text alternative made from one of HTML, or None if that cannot be done safely.

    Making the text once, from the template, spares parsing the HTML of every message. It is refused where tags
    stand inside attributes or templates make HTML themselves: those messages are converted one by one.
    """
    tags = _LIQUID.findall(html)
    if any(_ABOUT_HTML.search(tag) for tag in tags) or "\ue000" in html:
        return None
    count = iter(range(len(tags)))
    reader = _Reader()
    reader.feed(_LIQUID.sub(lambda _: f"\ue000{next(count)}\ue001", html))
    reader.close()
    text = "".join(reader.parts)
    kept = {int(found) for found in _MARK.findall(text)}
    if any(tag.startswith("{%") and place not in kept for place, tag in enumerate(tags)):
        return None
    return _MARK.sub(lambda found: tags[int(found.group(1))], tidy(text))


def joined(text: str) -> str:
    """Return a rendered text alternative without the empty lines that loops and conditions leave."""
    return (_BLANK_LINES.sub("\n\n", text) if "\n\n\n" in text else text).strip() + "\n"


def tidy(text: str) -> str:
    """Return text without trailing space and without more than one empty line at a time."""
    return _BLANK_LINES.sub("\n\n", _SPACES.sub("\n", text)).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.ends = 2
        self.hidden = 0
        self.links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self.hidden += 1
        self.apart(tag)
        given = dict(attrs)
        if tag == "br":
            self.parts.append("\n")
            self.ends += 1
        elif tag == "li":
            self.write("- ")
        elif tag in ("td", "th"):
            self.write(" ")
        elif tag == "img" and given.get("alt"):
            self.write(given["alt"] or "")
        elif tag == "a":
            self.links.append((given.get("href") or "", len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)
        self.apart(tag)
        if tag == "a" and self.links:
            target, start = self.links.pop()
            shown = "".join(self.parts[start:]).strip()
            if target and not target.startswith("#") and target != shown:
                self.write(f" ({target})")

    def handle_data(self, data: str) -> None:
        if self.hidden:
            self.parts += [f"\ue000{mark}\ue001" for mark in _MARK.findall(data)]
            return
        text = _WHITE.sub(" ", data)
        starts_line = self.ends or self.parts[-1].endswith(" ")
        self.write(text.lstrip(" ") if starts_line else text)

    def apart(self, tag: str) -> None:
        """Begin a new line around a block, with an empty one before it if it stands apart."""
        wanted = 2 if tag in _APART else 1 if tag in _BLOCKS else 0
        if wanted > self.ends:
            self.parts.append("\n" * (wanted - self.ends))
            self.ends = wanted

    def write(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.ends = 0
