"""What the pages say, found as translators' tools find it.

`python -m tests.web.catalogue` prints what has no English yet, ready to be filled into a file of
api/web/translations/en/.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

from api.web.catalogues import FOLDER, catalogue
from tests.architecture.sources import ROOT

PAGES = ROOT / "api" / "web"
TEMPLATES = PAGES / "templates" / "pages"
_METHODS = [("**.py", "python"), ("templates/pages/**.html", "jinja2")]
_KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
_OPTIONS = {"**.html": {"newstyle_gettext": "true", "silent": "false"}}
Said = str | tuple[str, ...]


@lru_cache(maxsize=1)
def said() -> dict[Said, str]:
    """Every text that the pages say to be translated, with a place where it stands."""
    found = extract_from_dir(str(PAGES), _METHODS, _OPTIONS, _KEYWORDS)
    return {message: f"{Path(name).as_posix()}:{line}" for name, line, message, _, _ in found}


def translated() -> dict[Said, str]:
    """Every text that has an English one."""
    return {message.id: message.string for message in catalogue(FOLDER / "en") if message.id}  # type: ignore[misc]


def _entry(message: Said, place: str) -> str:
    if isinstance(message, str):
        return f'#: {place}\nmsgid "{_quoted(message)}"\nmsgstr ""\n'
    single, plural = (_quoted(text) for text in message)
    return f'#: {place}\nmsgid "{single}"\nmsgid_plural "{plural}"\nmsgstr[0] ""\nmsgstr[1] ""\n'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


if __name__ == "__main__":
    known = translated()
    print("\n".join(_entry(message, place) for message, place in said().items() if message not in known))
