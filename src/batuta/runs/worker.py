"""The workers: threads that claim the jobs of one run and carry them out until nothing is left to do."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from batuta.kit.errors import BatutaError
from batuta.kit.problems import Problems
from batuta.runs.choosing import choose
from batuta.runs.delivering import LedgerBroken, finish, prepare, send
from batuta.runs.desk import Desk, NeedsAttention
from batuta.runs.effects import effect
from batuta.runs.fetching import fetch
from batuta.runs.handling import handle
from batuta.runs.making import make
from batuta.runs.model import Claim, JobKind, Level, Note
from batuta.runs.ports import Interrupted
from batuta.runs.sending.contract import StaleFence
from batuta.runs.state import AudienceMoved, ClaimLost
from batuta.runs.waiting import arrive

THREADS = 4
_BEAT = 0.05
_log = logging.getLogger(__name__)


class Workers:
    """Carries one run on, several jobs at a time. One use only.

    Who is still at work is counted here: a `Thread.join` that Ctrl-C interrupts takes the thread for ended.
    """

    def __init__(self, desk: Desk, threads: int = THREADS) -> None:
        self._desk = desk
        self._idle = threading.Condition()
        self._busy = 0
        self._alive = 0
        self._leaving = threading.Condition()
        self._stopping = threading.Event()
        self._faults: list[BaseException] = []
        self._threads = [threading.Thread(target=self._work, name=f"worker-{n}") for n in range(1, threads + 1)]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            self._count(1)
            try:
                thread.start()
            except RuntimeError:  # the machine has no thread left
                self._count(-1)
                raise

    @property
    def working(self) -> bool:
        """Whether any worker is still at it."""
        return self._alive > 0

    def join(self, timeout: float) -> None:
        """Wait until the workers have ended, at most so many seconds; raise what broke a worker, if anything."""
        self._wait(timeout)
        if not self.working and self._faults:
            raise self._faults[0]

    def stop(self) -> None:
        """Ask the workers to end soon: queries are interrupted, sends end after the batch at hand."""
        self._stopping.set()
        self._desk.ports.engine.interrupt()
        with self._idle:
            self._idle.notify_all()

    def end(self) -> None:
        """Stop the workers and wait for the last of them, however often and impatiently one is interrupted."""
        while self.working:
            try:
                self.stop()  # again each time: a query may have begun after the last one was interrupted
                self._wait(_BEAT)
            except KeyboardInterrupt:
                continue

    def _work(self) -> None:
        try:
            while (claim := self._next()) is not None:
                try:
                    self._carry_out(claim)
                finally:
                    with self._idle:
                        self._busy -= 1
                        self._idle.notify_all()
        except BaseException as fault:  # a thread must not die unseen: join() raises it
            self._faults.append(fault)
            self.stop()
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._leaving:
            self._alive += change
            self._leaving.notify_all()

    def _wait(self, timeout: float) -> None:
        """Wait until all workers have left, at most so many seconds."""
        with self._leaving:
            self._leaving.wait_for(lambda: not self.working, timeout)

    def _next(self) -> Claim | None:
        """Return the next job, or None once there is none and no other worker may yet make one ready."""
        owner = f"{os.getpid()}/{threading.current_thread().name}"
        with self._idle:
            while not self._stopping.is_set():
                claim = self._desk.ports.state.claim(self._desk.run.id, owner)
                if claim is not None:
                    self._busy += 1
                    return claim
                if self._busy == 0:
                    return None
                self._idle.wait(self._desk.ports.state.seconds_left(self._desk.run.id))
        return None

    def _carry_out(self, claim: Claim) -> None:
        state = self._desk.ports.state
        try:
            self._do(claim)
        except (ClaimLost, StaleFence):
            _log.warning("job %s was taken over; its result is dropped", claim.job)
        except AudienceMoved:
            state.release(claim)
        except LedgerBroken as fault:
            state.fail(claim, self._note(claim, fault), attention=True)  # nobody may handle it away
            state.collapse(claim.run, self._note(claim, fault))
        except Interrupted as fault:
            self._give_back(claim, fault)
        except Exception as fault:
            if not isinstance(fault, (BatutaError, Problems)):
                _log.exception("job %s failed", claim.job)
            state.fail(claim, self._note(claim, fault), attention=isinstance(fault, NeedsAttention))

    def _give_back(self, claim: Claim, fault: Exception) -> None:
        if self._stopping.is_set():
            self._desk.ports.state.release(claim)
        else:
            self._desk.ports.state.fail(claim, self._note(claim, fault), attention=False)

    def _do(self, claim: Claim) -> None:
        if claim.kind is JobKind.SEND:
            send(self._desk, claim, self._stopping.is_set)
        else:
            _JOBS[claim.kind](self._desk, claim)

    def _note(self, claim: Claim, fault: Exception) -> Note:
        return Note(self._words(fault), Level.ERROR, claim.activity)

    def _words(self, fault: Exception) -> str:
        if isinstance(fault, Problems):
            return "\n".join(self._desk.ports.texts.say(problem) for problem in fault.problems)
        if isinstance(fault, BatutaError):
            return fault.message()
        return f"unexpected: {type(fault).__name__}: {fault}"


_JOBS: dict[JobKind, Callable[[Desk, Claim], None]] = {
    JobKind.ARRIVE: arrive,
    JobKind.MAKE: make,
    JobKind.FETCH: fetch,
    JobKind.EFFECT: effect,
    JobKind.PREPARE: prepare,
    JobKind.FINISH: finish,
    JobKind.CHOOSE: choose,
    JobKind.HANDLE: handle,
}
