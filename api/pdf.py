"""From a .docx file to a PDF, by LibreOffice where it is installed: a process of its own, with a time limit.

Rule: one at a time, with a profile that is thrown away and none of our settings; what hangs is ended with all it began.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import structlog

from api.errors import RequestError
from engine.errors import BusyError

PROGRAMS = ("soffice", "libreoffice")
MEDIA_TYPE = "application/pdf"
LONGEST = timedelta(seconds=60)
PATIENCE = timedelta(seconds=20)
_INHERITED = ("PATH", "LANG", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
_one_at_a_time = threading.Lock()

log = structlog.get_logger("api.pdf")


def program() -> str | None:
    """The path of LibreOffice; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def converted(file: bytes) -> bytes:
    """The PDF of a .docx file.

    Raises RequestError where LibreOffice is not installed or fails, BusyError when others convert for too long.
    """
    office = program()
    if office is None:
        raise RequestError(
            501,
            "pdf-unavailable",
            "Máy chủ chưa cài LibreOffice nên không chuyển được sang PDF; hãy tải bản .docx.",
            "LibreOffice is not installed on the server; take the .docx instead.",
        )
    if not _one_at_a_time.acquire(timeout=PATIENCE.total_seconds()):
        raise BusyError(PATIENCE)
    try:
        with tempfile.TemporaryDirectory(prefix="dondoc-pdf-") as folder:
            return _convert(office, Path(folder), file)
    finally:
        _one_at_a_time.release()


def _convert(office: str, folder: Path, file: bytes) -> bytes:
    (folder / "document.docx").write_bytes(file)
    asked = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    asked += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "document.docx")]
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | {"HOME": str(folder)}
    process = subprocess.Popen(
        asked,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(LONGEST.total_seconds())
    except subprocess.TimeoutExpired:
        log.error("pdf-conversion-ended", seconds=LONGEST.total_seconds())
    finally:
        _end(process)
    made = folder / "document.pdf"
    if process.returncode != 0 or not made.exists():
        raise RequestError(
            503,
            "pdf-failed",
            "LibreOffice không chuyển được văn bản sang PDF; hãy thử lại hoặc tải bản .docx.",
            "LibreOffice could not convert the document; try again, or take the .docx.",
        )
    return made.read_bytes()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, if it still runs, with everything that it began."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
