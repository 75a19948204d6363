from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from batuta.runs.worker import Workers


@dataclass
class Occupied:
    """A state whose next job is not known before `free` is set: workers wait in `claim`."""

    free: threading.Event = field(default_factory=threading.Event)

    def claim(self, _run: str, _owner: str) -> None:
        self.free.wait()


def test_a_worker_is_not_taken_for_ended_when_waiting_for_it_is_interrupted() -> None:
    state = Occupied()
    desk: Any = SimpleNamespace(
        ports=SimpleNamespace(state=state, engine=SimpleNamespace(interrupt=lambda: None)),
        run=SimpleNamespace(id="run"),
    )
    workers = Workers(desk, threads=1)
    workers.start()
    main = threading.main_thread().ident
    assert main is not None
    impatience = threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT))
    impatience.start()
    with pytest.raises(KeyboardInterrupt):
        workers.join(10)
    impatience.join()
    assert workers.working
    state.free.set()
    workers.end()
    assert not workers.working
