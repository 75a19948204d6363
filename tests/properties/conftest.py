"""The engine on which the shops of a module are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.wanted import wanted

from . import shop
from .databases import DATABASES


@pytest.fixture(scope="module", params=wanted(DATABASES))
def on_each_engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the tests of a module ask shops on each engine in turn; others ask those on DuckDB."""
    former, shop.engine = shop.engine, request.param
    yield
    shop.engine = former
