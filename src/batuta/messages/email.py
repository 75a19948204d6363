"""The templates of an email: checked against what they may name, then rendered into messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from batuta.kit.problems import Gather, Problem
from batuta.messages import mime, plain
from batuta.messages.address import domain_of, is_valid
from batuta.messages.configuration import Sender
from batuta.messages.delivery import EmailContent
from batuta.messages.liquid.analysis import Findings, analyse
from batuta.messages.liquid.environment import BoundedEnvironment
from batuta.messages.liquid.names import OTHERS, Fields, Many, Meaning, Single
from batuta.messages.liquid.template import RenderingError, Template, parse
from batuta.messages.personal import inside, nested, sample
from batuta.rules.bound import Constant, Expr, Moment
from batuta.rules.paths import SECONDARY
from batuta.schema.types import BOOLEAN

_BODY = re.compile(r"<body\b[^<>]*>", re.IGNORECASE)
_TRIAL = Moment(datetime(2026, 1, 1, 12, tzinfo=UTC))
_REQUIRED = ("subject", "html")
_ESCAPED = ("html", "preheader")
_COUNTED: Mapping[str, Expr] = {"_": Constant(True, BOOLEAN)}
"""What the items of `others` have where a template only asks how many there are."""


@dataclass
class Named:
    """What the templates of an email read: attributes by their paths, canvas columns, and of a target's other rows.

    `warnings` are problems that keep nothing from being sent.
    """

    attributes: dict[str, Expr] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    others: dict[str, Expr] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


NOBODY = Sender(address="nobody@example.invalid")
"""Stands for the sender while the channel configuration is not known."""


def check(content: EmailContent, sender: Sender, roots: Mapping[str, Meaning]) -> Named:
    """Return what the templates read; raise Problems with all that is wrong, each on its field."""
    gather, named = Gather(), Named()
    for name, source in _sources(content, sender).items():
        if name in _REQUIRED and not source.strip():
            gather.add(Problem("template-empty", field=name))
        environment = BoundedEnvironment(_TRIAL, escape=name in _ESCAPED)
        template = gather.attempt(partial(parse, source, environment), name)
        if template is not None:
            _check_one(template, roots, gather, named, name)
    gather.check()
    named.warnings = tuple(gather.found)
    return named


class EmailTemplates:
    """The templates of an email, parsed once for all messages of a delivery."""

    def __init__(self, content: EmailContent, sender: Sender, moment: Moment) -> None:
        escaping, verbatim = BoundedEnvironment(moment, escape=True), BoundedEnvironment(moment, escape=False)
        self._templates = {
            name: parse(source, escaping if name in _ESCAPED else verbatim)
            for name, source in _sources(content, sender).items()
        }
        if not content.text.strip():
            made = plain.text_template(content.html)
            self._templates["text"] = parse(made or "", verbatim)
        self._convert = not content.text.strip() and not self._templates["text"].source
        self._constant = {name: t.source for name, t in self._templates.items() if t.static()}
        self._date = moment.now
        self.domain = sender_domain(sender)

    def message(self, values: Mapping[str, object], recipient: str, message_id: str, token: str) -> tuple[str, bytes]:
        """Return the sender's address and the message; raise RenderingError with what went wrong and where."""
        texts = {name: self._render(name, template, values) for name, template in self._templates.items()}
        if not is_valid(recipient):  # an engine checks the form of an address, not what its letters stand for
            raise RenderingError(f"the address {recipient[:80]!r} is not valid")
        sender = texts["from"].strip()
        if not is_valid(sender):
            raise RenderingError(f"the sender's address {sender[:80]!r} is not valid")
        reply_to = texts["reply_to"].strip()
        if reply_to and not is_valid(reply_to):
            raise RenderingError(f"the reply-to address {reply_to[:80]!r} is not valid")
        if not mime.one_line(texts["subject"][: mime.MAX_HEADER]):
            raise RenderingError("subject: it is empty")
        html = _with_preheader(texts["html"], texts["preheader"])
        text = plain.text_of(html) if self._convert else plain.joined(texts["text"])
        try:
            content = mime.write(
                mime.Parts(
                    sender=sender,
                    sender_name=texts["from_name"],
                    reply_to=reply_to,
                    recipient=recipient,
                    subject=texts["subject"],
                    text=text,
                    html=html,
                    date=self._date,
                    message_id=message_id,
                    token=token,
                )
            )
        except mime.HeaderTooLong as error:
            raise RenderingError(f"subject or sender's name: {error}") from error
        return sender, content

    def _render(self, name: str, template: Template, values: Mapping[str, object]) -> str:
        constant = self._constant.get(name)
        if constant is not None:
            return constant
        try:
            return template.render(values)
        except RenderingError as error:
            raise RenderingError(f"{name}: {error.reason}", limit=error.limit) from error


def sender_domain(sender: Sender) -> str:
    """Return the domain that messages are identified under; a template may not make it."""
    return domain_of(sender.address)


def _sources(content: EmailContent, sender: Sender) -> dict[str, str]:
    return {
        "subject": content.subject,
        "preheader": content.preheader,
        "html": content.html,
        "text": content.text,
        "from": sender.address,
        "from_name": sender.name,
        "reply_to": sender.reply_to,
    }


def _check_one(template: Template, roots: Mapping[str, Meaning], gather: Gather, named: Named, name: str) -> None:
    findings = analyse(template, roots)
    named.attributes |= findings.attributes
    named.columns |= findings.columns
    named.others |= findings.others or (_COUNTED if findings.listing else {})
    for problem in findings.problems:
        gather.add(problem.under(name))
    if not findings.problems:
        _try(template, roots, findings, gather, name)


def _try(template: Template, roots: Mapping[str, Meaning], findings: Findings, gather: Gather, name: str) -> None:
    """Render once with values of the right types: what is too much for any values is found here."""
    values = {root: sample(meaning) for root, meaning in roots.items() if root != "profile"}
    listed = roots.get(OTHERS)
    if isinstance(listed, Many) and isinstance(listed.item, Fields):
        columns = {column: sample(part) for column, part in listed.item.parts.items() if column != SECONDARY}
        linked = {path: each for path, each in findings.others.items() if path.startswith(f"{SECONDARY}.")}
        values[OTHERS] = [columns | inside(linked, _samples(linked))]
    try:
        template.render(values | nested(list(findings.attributes), _samples(findings.attributes)))
    except RenderingError as error:
        code = "template-too-much" if error.limit else "template-trial-failed"
        gather.add(Problem(code, {"found": error.reason}, field=name, blocking=error.limit))


def _samples(expressions: Mapping[str, Expr]) -> list[object]:
    return [sample(Single(expression.type)) for expression in expressions.values()]


def _with_preheader(html: str, preheader: str) -> str:
    line = " ".join(preheader.split())
    if not line:
        return html
    hidden = f'<div style="display:none;max-height:0;overflow:hidden">{line}</div>'
    body = _BODY.search(html)
    return html[: body.end()] + hidden + html[body.end() :] if body else hidden + html
