"""The pages in other languages: every string is translated, and every translation can be filled in."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from api.console import languages
from tests.stack import ROOT

HOW = [("**.py", "python"), ("**.html", "jinja2")]
WORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "_l": None}
FIELD = re.compile(r"%\((\w+)\)s|%%")
OTHERS = sorted(set(languages.NAMES) - {"en"})


def files(language: str) -> Path:
    """Where a language's catalogue is."""
    return languages.DIRECTORY / language / "LC_MESSAGES"


def catalogue(language: str) -> Catalog:
    """A language's texts."""
    with (files(language) / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def texts_of(found: Catalog) -> dict[str, list[str]]:
    """The first form of each original, and all of its translations."""
    return {
        one.id if isinstance(one.id, str) else one.id[0]: [one.string]
        if isinstance(one.string, str)
        else list(one.string)
        for one in found
        if one.id
    }


def used() -> set[str]:
    """Every string that the pages say, in English; of a plural the singular."""
    found = extract_from_dir(ROOT / "api" / "console", HOW, keywords=WORDS)
    return {text if isinstance(text, str) else text[0] for _, _, text, _, _ in found}


@pytest.mark.parametrize("language", OTHERS)
def test_every_string_is_translated(language: str) -> None:
    texts = texts_of(catalogue(language))
    missing = [text for text in used() if not all(texts.get(text, [""]))]
    assert not missing, "`make strings` gathers these"
    assert len(texts) > 500


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_fields_of_its_original(language: str) -> None:
    wrong = []
    for one in catalogue(language):
        originals = (one.id,) if isinstance(one.id, str) else one.id
        strings = (one.string,) if isinstance(one.string, str) else one.string
        allowed = {field for text in originals for field in FIELD.findall(text)}
        wrong += [text for text in strings if one.id and set(FIELD.findall(text)) - allowed]
        last = strings[-1] if one.id else ""
        wrong += [last] if one.id and set(FIELD.findall(originals[-1])) - set(FIELD.findall(last)) else []
    assert not wrong


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    with (files(language) / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    assert texts_of(compiled) == texts_of(catalogue(language)), "`make strings` compiles them"


@pytest.mark.parametrize(
    ("accepted", "kept", "said"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", None, "Anmelden"),
        ("es", None, "Iniciar sesión"),
        ("fr", None, "Sign in"),
        ("de", "en", "Sign in"),
        ("en", "de", "Anmelden"),
        ("en", "xx", "Sign in"),
    ],
)
def test_a_page_speaks_the_visitor_s_language(
    client: FlaskClient, accepted: str, kept: str | None, said: str
) -> None:
    if kept:
        client.set_cookie(languages.COOKIE, kept)
    page = client.get("/console/sign-in", headers={"Accept-Language": accepted}).text
    assert f"<h1>{said}</h1>" in page
