"""Whether numbers have gaps under load: `python -m bench.numbering`, 10,000 issues of which 30 % are rolled back.

Rule: the rollback comes after the number was taken, from many threads at once, and the register says what is left.
"""

from __future__ import annotations

import argparse
import contextlib
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench import databases
from engine import migrations
from engine.access import SYSTEM
from engine.commands import directory, documents
from engine.documents.draft import Draft, Signer
from engine.models.document import Document
from engine.queries import documents as queries
from engine.queries.documents import Register
from engine.runtime import Engine, Transaction

AGENCY = "svhtt"
MANY, THREADS = 10_000, 8
ROLLED_BACK, OUT_OF = 3, 10
_DRAFT = Draft("bc", AGENCY, "Thử cấp số", ["Nội dung thử."], Signer("Nguyễn Văn An", "GIÁM ĐỐC"))


class Undone(Exception):
    """What has a transaction rolled back after its document had a number."""


def issue_many(engine: Engine, count: int = MANY, threads: int = THREADS) -> int:
    """Issue documents from several threads, three in ten of which are rolled back; how many are kept."""

    def one(position: int) -> int:
        with contextlib.suppress(Undone):
            engine.run(SYSTEM, _issue, fails=position % OUT_OF < ROLLED_BACK)
            return 1
        return 0

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(one, range(count)))


def register_of(engine: Engine) -> Register:
    """The agency's latest register."""
    return engine.read(SYSTEM, lambda tx: queries.register(tx, AGENCY, queries.latest_year(tx, AGENCY) or 0))


def main() -> None:
    """Measure on each kind of database, and fail when a number is missing or given twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=MANY)
    parser.add_argument("--threads", type=int, default=THREADS)
    options = parser.parse_args()
    for kind in ["sqlite"] + (["postgresql"] if databases.postgres_server() else []):
        with tempfile.TemporaryDirectory() as folder, databases.scratch(kind, Path(folder)) as url:
            _measured(kind, url, options.count, options.threads)


def _measured(kind: str, url: str, count: int, threads: int) -> None:
    engine = Engine(url)
    migrations.upgrade(engine.database.writer)
    named = {"name_vi": "Sở Văn hóa và Thể thao", "name_en": "Department", "abbr": "SVHTT", "type": "department"}
    engine.run(SYSTEM, directory.add_agency, {"code": AGENCY, "relation": "subordinate"} | named)
    began = time.perf_counter()
    kept = issue_many(engine, count, threads)
    seconds = time.perf_counter() - began
    found = register_of(engine)
    engine.close()
    numbers = [entry.document.number for entry in found.entries]
    if numbers != list(range(1, kept + 1)) or found.gaps or found.last_number != kept:
        raise SystemExit(f"{kind}: {len(numbers)} numbers up to {found.last_number}, gaps {found.gaps[:10]}")
    print(f"{kind}: {count} issues, {count - kept} rolled back, numbers 1 to {kept} without a gap, {seconds:.1f} s")


def _issue(tx: Transaction, *, fails: bool) -> Document:
    made = documents.issue(tx, _DRAFT)
    if fails:
        raise Undone
    return made


if __name__ == "__main__":
    main()
