"""Run tests on Debian's PostgreSQL 15: `python -m tests.debian_postgres [arguments of pytest]`.

The package is the installed one, else it is fetched by apt and unpacked, not installed. Where it cannot be had,
the reason is told and nothing is run.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.postgres_server import Server

PROGRAMS = Path("usr/lib/postgresql/15/bin")
_PACKAGES = ("postgresql-15", "libpq5")


def binaries(folder: Path) -> Path | None:
    """Return the folder with Debian's programs, unpacked into a folder if they are not installed."""
    installed = Path("/") / PROGRAMS
    if (installed / "postgres").exists():
        return installed
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return None
    folder.chmod(0o755)
    download = ["apt-get", "download", "-q", *_PACKAGES]
    if subprocess.run(download, cwd=folder, capture_output=True, check=False).returncode:
        subprocess.run(["apt-get", "update", "-q"], capture_output=True, check=False, timeout=300)
        subprocess.run(download, cwd=folder, capture_output=True, check=False, timeout=300)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    os.environ["LD_LIBRARY_PATH"] = str(folder / "usr/lib" / f"{platform.machine()}-linux-gnu")
    return folder / PROGRAMS if (folder / PROGRAMS / "postgres").exists() else None


def main(words: list[str]) -> int:
    """Start the server, run pytest with it, end it; return the exit code of pytest."""
    with tempfile.TemporaryDirectory(prefix="batuta-debian-") as folder:
        found = binaries(Path(folder))
        if found is None:
            sys.stdout.write("Skipped: PostgreSQL 15 is not installed, and Debian's package cannot be had here.\n")
            return 0
        tried = subprocess.run([found / "postgres", "--version"], capture_output=True, text=True, check=False)
        if tried.returncode:
            sys.stdout.write(f"Skipped: Debian's PostgreSQL cannot run here: {tried.stderr.strip()}\n")
            return 0
        sys.stdout.write(tried.stdout)
        sys.stdout.flush()
        server = Server(found)
        try:
            known = {**os.environ, "BATUTA_TEST_POSTGRES": server.address, "BATUTA_ENGINES": "postgres"}
            known.pop("LD_LIBRARY_PATH", None)
            return subprocess.run([sys.executable, "-m", "pytest", *words], env=known, check=False).returncode
        finally:
            server.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
