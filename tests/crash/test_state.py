"""Death of a process between writes to the state database."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from batuta.store.database import Database

WRITER = """
import os, sys
from pathlib import Path
from sqlalchemy import text
from batuta.store.database import Database

database = Database(Path(sys.argv[1]), [])
with database.write() as connection:
    connection.execute(text("CREATE TABLE note (number INTEGER)"))
for number in range(20):
    with database.write(lasting=False) as connection:
        connection.execute(text("INSERT INTO note VALUES (:number)"), {"number": number})
os.kill(os.getpid(), 9)
"""


def test_what_is_not_synced_survives_the_death_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    done = subprocess.run([sys.executable, "-c", WRITER, str(path)], check=False)
    assert done.returncode == -9
    database = Database(path, [])
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM note")).scalar_one() == 20
    database.close()
