"""The parser of the expression language: text to syntax tree, by precedence climbing.

From loose to tight: or; and; not; comparisons (which do not chain); + and -; *, / and %; the sign.
"""

from __future__ import annotations

from batuta.rules.functions import FUNCTIONS
from batuta.rules.syntax import MAX_NESTING, Apply, Bracketed, Literal, Node, VariableName, fault
from batuta.rules.tokens import Sort, Token, tokens

_COMPARISON = 4
_BINARY = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), _COMPARISON),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_NOT, _SIGN = 3, 7
_CHAINED = frozenset({"or", "and", "+"})
"""Operators that take any number of arguments, so that a long chain of them is not deep."""

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_CONDITIONS = frozenset({"in", "is", "like", "between", "contains", "matches"})
"""Words that people take for operators of formulas; conditions have such."""
_FUNCTIONS = {name.lower(): name for name in FUNCTIONS if name.isalpha()}


def parse(text: str) -> Node:
    """Return the syntax tree of a formula; raise Problems with the position of the first fault."""
    if not text.strip():
        raise fault("empty", 1)
    parser = _Parser(text)
    tree = parser.expression(0)
    parser.end()
    return tree


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._place = 0
        self._nesting = 0

    def expression(self, tightness: int) -> Node:
        """Parse what binds tighter than `tightness`."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise fault("too-deep", self._token.at, limit=MAX_NESTING)
        left = self._operand()
        while (strength := _BINARY.get(self._token.word, 0)) > tightness:
            left = self._applied_to(left, strength)
            if strength == _COMPARISON and _BINARY.get(self._token.word) == _COMPARISON:
                raise fault("chained-comparison", self._token.at, found=self._token.text)
        self._nesting -= 1
        return left

    def _applied_to(self, left: Node, strength: int) -> Node:
        """Parse an operator with what is on its right; of a chain of one operator the whole."""
        operator = self._take()
        operands = [left, self.expression(strength)]
        while operator.word in _CHAINED and self._token.word == operator.word:
            operator = self._take()
            operands.append(self.expression(strength))
        return _applied(operator.word, tuple(operands), operator.at)

    def end(self) -> None:
        """Make sure that nothing is left over."""
        token = self._token
        if token.sort is Sort.END:
            return
        if token.word == ")":
            raise fault("unopened", token.at, found=")", expected="(")
        if token.word in _CONDITIONS:
            raise fault("word-of-conditions", token.at, found=token.text)
        before, after = self._tokens[self._place - 1], self._tokens[self._place + 1 :][:1]
        if token.word == "," and before.sort is Sort.NUMBER and after and after[0].sort is Sort.NUMBER:
            raise fault("decimal-comma", token.at, near=f"{before.text}.{after[0].text}")
        raise fault("left-over", token.at, found=token.text)

    @property
    def _token(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._token
        self._place += token.sort is not Sort.END
        return token

    def _operand(self) -> Node:
        token = self._take()
        if token.sort in (Sort.NUMBER, Sort.TEXT):
            return Literal(token.value, token.at)
        if token.sort is Sort.BRACKETS:
            return _bracketed(token)
        if token.sort is Sort.VARIABLE:
            return VariableName(str(token.value), token.at)
        if token.sort is Sort.SYMBOL:
            return self._symbol(token)
        if token.sort is Sort.NAME:
            return self._name(token)
        raise self._missing(token)

    def _symbol(self, token: Token) -> Node:
        if token.text == "(":
            inner = self.expression(0)
            self._expect(")", token)
            return inner
        if token.text == "-":
            operand = self.expression(_SIGN)
            if isinstance(operand, Literal) and not isinstance(operand.value, (bool, str, type(None))):
                return Literal(-operand.value, token.at)
            return _applied("negate", (operand,), token.at)
        raise self._missing(token)

    def _missing(self, token: Token) -> Exception:
        if token.word == ")" and self._place == 1:
            return fault("unopened", token.at, found=")", expected="(")
        return fault("missing-value", token.at, found=token.text)

    def _name(self, token: Token) -> Node:
        if token.word in _WORDS:
            return Literal(_WORDS[token.word], token.at)
        if token.word == "not":
            return _applied("not", (self.expression(_NOT),), token.at)
        if token.word in _BINARY:
            raise fault("missing-value", token.at, found=token.text)
        if self._token.word != "(":
            code = "bare-function" if token.word in _FUNCTIONS else "bare-name"
            raise fault(code, token.at, found=_FUNCTIONS.get(token.word, token.text))
        return _applied(token.text, self._arguments(self._take()), token.at)

    def _arguments(self, opening: Token) -> tuple[Node, ...]:
        if self._token.text == ")" and self._token.sort is Sort.SYMBOL:
            self._take()
            return ()
        found = [self.expression(0)]
        while self._token.word == ",":
            self._take()
            found.append(self.expression(0))
        self._expect(")", opening)
        return tuple(found)

    def _expect(self, symbol: str, opening: Token) -> None:
        token = self._take()
        if token.word == symbol:
            return
        if token.sort is Sort.END:
            raise fault("unclosed", opening.at, found=opening.text, expected=symbol)
        raise fault("unexpected", token.at, expected=symbol, found=token.text)


def _bracketed(token: Token) -> Bracketed:
    parts = tuple(part.strip() for part in str(token.value).split("."))
    if not all(parts):
        raise fault("bad-name", token.at, found=token.text)
    return Bracketed(parts, token.at)


def _applied(function: str, arguments: tuple[Node, ...], at: int) -> Apply:
    depth = 1 + max((argument.depth for argument in arguments), default=0)
    if depth > MAX_NESTING:
        raise fault("too-deep", at, limit=MAX_NESTING)
    return Apply(function, arguments, at, depth)
