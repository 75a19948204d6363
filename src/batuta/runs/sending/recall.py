"""What is known of a batch that was cut off: by its marks, and by a transport that can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from batuta.runs.sending.contract import Marks, Outcome, Status
from batuta.runs.sending.messages import Row

CUT_OFF = "cut-off"
"""The reason of a message that was under way when its sender died, on a transport that cannot be asked."""

Asked = Callable[[Row], bool | None]
"""Tells whether a message has left, or None where nobody knows."""


def recalled(marks: Marks, asked: Asked, batch: int, rows: Sequence[tuple[int, Row]]) -> Iterator[Outcome]:
    """Yield what became of the messages of a batch that was cut off; of those not named none has left.

    What the journal marks is done. Of the others only the first can have left unmarked, if the machine has
    been up since: messages leave one after the other, each marked before the next. Else any may have.
    """
    whole, doubtful = marks.whole(batch), not marks.calm(batch)
    for ordinal, row in rows:
        marked = marks.outcomes.get((batch, ordinal))
        if marked is None:
            unsure, doubtful = doubtful, doubtful and not whole
        else:
            unsure = _unsure(marked, whole)
        if unsure and (left := asked(row)) is not False:
            yield Outcome(ordinal, Status.SENT) if left else Outcome(ordinal, Status.IN_DOUBT, CUT_OFF)
        elif marked is not None and not unsure:
            yield marked


def _unsure(marked: Outcome, whole: bool) -> bool:
    """Tell whether a mark leaves open if the message has left: a later one may be lost that says more."""
    if marked.status is Status.IN_DOUBT:
        return marked.reason == CUT_OFF
    return marked.status is Status.DELAYED and not whole
