"""The two languages of the pages: templates and views say it in Vietnamese, catalogues say it in English.

Rule: a catalogue is read as it is written (`translations/en/*.po`, one a subject), so that none can be out of date; a
test finds what has no translation.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
USUAL = "vi"
COOKIE = "dondoc_language"
FOLDER = Path(__file__).parent / "translations"


class Catalogues(Domain):  # type: ignore[misc]
    """The translations of the languages that have any; Vietnamese is what stands in the templates."""

    def __init__(self) -> None:
        super().__init__()
        self._known = {folder.name: _translations(folder) for folder in sorted(FOLDER.iterdir()) if folder.is_dir()}

    def get_translations(self) -> NullTranslations:
        """Those of the reader's language."""
        return self._known.get(str(get_locale()), _VERBATIM)


def register(app: Flask) -> None:
    """Have the pages speak the reader's language."""
    babel = Babel(app, default_locale=USUAL, default_timezone="Asia/Ho_Chi_Minh", locale_selector=language)
    babel.domain_instance = Catalogues()


def language() -> str:
    """The language that the reader has chosen, else the one that they are known to speak, else Vietnamese."""
    if g.get("language") is None:
        identity = g.get("identity")
        known = (request.cookies.get(COOKIE), identity.language if identity else None)
        g.language = next((one for one in known if one in LANGUAGES), USUAL)
    return str(g.language)


def said(vietnamese: str, english: str) -> str:
    """Whichever of the two the reader speaks."""
    return english if language() == "en" else vietnamese


def catalogue(folder: Path) -> Catalog:
    """All that stands in a folder of catalogues. Raises ValueError where two of them say the same thing."""
    whole = Catalog(locale=folder.name)
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=folder.name):
                _add(whole, message, path)
    return whole


def _add(whole: Catalog, message: object, path: Path) -> None:
    msgid = getattr(message, "id", "")
    if not msgid:
        return
    if msgid in whole:
        raise ValueError(f"{path.name}: {msgid}")
    whole[msgid] = message  # type: ignore[assignment]


def _translations(folder: Path) -> NullTranslations:
    written = BytesIO()
    write_mo(written, catalogue(folder))
    written.seek(0)
    return Translations(written)


_VERBATIM = Translations()
