"""The SMTP transport: a connection that is kept, messages tried, and a server that is gone told from a bad message."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import SystemRandom

from batuta.channels.email.smtp.session import Session, Unready, opened
from batuta.channels.email.smtp.settings import SmtpSettings
from batuta.channels.email.smtp.transfer import Goodbye, transfer
from batuta.channels.email.smtp.wire import Lost
from batuta.kit.errors import SystemFault
from batuta.runs.sending.contract import Envelope, Outcome, Status

LOST = "smtp-lost"
"""The reason of a message that the server never let come to its end."""

MOST_UNANSWERED = 5
"""Different messages in a row without any answer, after which not they but the server is at fault."""

_CHANCE = SystemRandom()


class Smtp:
    """A transport to one server over one connection at a time, for one thread."""

    remote = True

    def __init__(self, settings: SmtpSettings, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        self._session: Session | None = None
        self._unanswered: dict[str, str] = {}

    def send(self, envelope: Envelope) -> Outcome:
        """Hand a message over, on a new connection if the one that was kept is gone."""
        self._check_answers()
        why = ""
        for _ in range(2):  # a kept connection may have ended while nobody looked; a new one that ends, ended over this
            try:
                outcome = transfer(self._ready(), envelope, self._settings)
            except Lost as lost:
                self._session, why = None, str(lost)
                continue
            except Goodbye as end:
                self._session, outcome = None, end.outcome
            except SystemFault:
                self._session = None
                raise
            return self._noted(envelope, outcome)
        return self._noted(envelope, Outcome(0, Status.DELAYED, LOST, f"nothing was sent: {why}"[:400]))

    def pauses(self) -> Iterator[float]:
        """Yield how long to wait before each further try: twice as long each time, bounded, and not in step."""
        settings = self._settings
        for number in range(settings.retries):
            longest = min(settings.retry_pause * 2**number, settings.retry_pause_max)
            yield longest * _CHANCE.uniform(0.5, 1)

    def was_sent(self, message_id: str) -> None:
        """SMTP cannot be asked."""
        _ = message_id

    def flush(self) -> None:
        """What a server has taken is in its hands."""

    def close(self) -> None:
        """Take leave of the server."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _ready(self) -> Session:
        """Return the session for the next message."""
        most = self._settings.messages_per_connection
        if self._session is not None and 0 < most <= self._session.messages:
            self.close()
        if self._session is None:
            self._session = self._reached()
        self._session.messages += 1
        return self._session

    def _reached(self) -> Session:
        """Return a new session; raise SystemFault if the server is not ready in any of the tries."""
        why: Unready | None = None
        for pause in (0.0, *self.pauses()):
            self._sleep(pause)
            try:
                return opened(self._settings)
            except Unready as error:
                why = error
        raise SystemFault(
            self._settings.place,
            f"the mail server cannot be reached: {why}",
            todo="Check the server, the network and the settings host and port, then resume the run.",
        ) from why

    def _noted(self, envelope: Envelope, outcome: Outcome) -> Outcome:
        if outcome.reason == LOST or outcome.status is Status.IN_DOUBT:
            self._unanswered[envelope.message_id] = outcome.detail
        else:
            self._unanswered.clear()
        return outcome

    def _check_answers(self) -> None:
        """Raise SystemFault rather than try one message after the other on a server that answers for none."""
        if len(self._unanswered) >= MOST_UNANSWERED:
            found = f"the mail server let {MOST_UNANSWERED} messages in a row without an answer"
            last = next(reversed(self._unanswered.values()))
            todo = "Check the server and its log, then resume the run."
            self._unanswered.clear()
            raise SystemFault(self._settings.place, f"{found}; the last one: {last}", todo=todo)
