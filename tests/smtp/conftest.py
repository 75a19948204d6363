"""Servers that close, and homes that send to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .server import Server
from .world import Post, build, copy


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Post:
    return build(tmp_path_factory.mktemp("smtp") / "template")


@pytest.fixture
def post(template: Post, tmp_path: Path) -> Post:
    return copy(template, tmp_path / "post")


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def one(*script: Any, **named: Any) -> Server:
        made.append(Server(*script, **named))
        return made[-1]

    yield one
    for server in made:
        server.close()
