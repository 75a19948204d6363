from __future__ import annotations

import sys
from pathlib import Path

import pytest

from batuta.engines.spark.session import LocalSession
from batuta.kit.errors import SystemFault


def test_without_pyspark_a_session_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SystemFault) as caught:
        LocalSession(tmp_path)
    assert (caught.value.place, caught.value.found) == ("spark", "PySpark is not installed")
    assert "pip install 'batuta[spark]'" in caught.value.todo
