"""What a stem asks of its code, and which of its options the code's outcome is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

ASKS = re.compile(
    r"\b(print(s|ed)?|outputs?|returns?|returned|displays?|displayed|shows?|shown|evaluates?|values?|results?"
    r"|gibt|ausgabe|ausgegeben|liefert|ergebnis|wert|rückgabewert|ergibt|zeigt|angezeigt|druckt"
    r"|affich\w+|imprim\w+|sortie|renvo\w+|retourn\w+|résultats?|valeurs?|évalue"
    r"|salida|devuelv\w+|retorna|muestra|resultados?|valor|valores|evalúa)\b",
    re.IGNORECASE,
)
# A question with one of these may ask for less than the whole output, or for that of other code.
NOT_PLAIN = re.compile(
    r"\b(how (many|often|long)|first|last|second|third|lines?|times|types?|why|when|if|unless|before|for"
    r"|with|which (line|change|statement|version|call|function|expression|query)"
    r"|wie (viele|oft|lange)|erste\w*|letzte\w*|zweite\w*|zeilen?|wenn|falls|bevor|für|mit|welche zeile"
    r"|combien|premi\w+|derni\w+|deuxi\w+|lignes?|si|quand|avant|pour|avec"
    r"|cuánt\w+|primer\w*|últim\w+|segund\w+|líneas?|cuando|antes|para|con)\b",
    re.IGNORECASE,
)
# A stem with one of these may be about other code than is shown.
ABOUT_OTHER_CODE = re.compile(
    r"python 2|\b(suppose|assum\w+|instead|in place of|change[sd]?|replace[sd]?|remove[sd]|swap\w*|delet\w+"
    r"|rewritten|corrected|fixed|angenommen|ersetzt\w*|geändert\w*|entfern\w+|stattdessen|supposons|remplac\w+"
    r"|modifi\w+|supprim\w+|suponga\w*|cambi\w+|reemplaz\w+|elimin\w+)\b",
    re.IGNORECASE,
)
ROW_COUNT = re.compile(
    r"\b(how many (rows|records)|wie viele (zeilen|datensätze)|combien de lignes|cuántas filas)\b",
    re.IGNORECASE,
)
WRAPPER = re.compile(
    r"^(?:(?:it|this|(?:the|this) (?:program|code|script|function|query|output|result|call)|es|er|sie"
    r"|das programm|der code|die abfrage|il|elle|le (?:programme|code)|la requête|el (?:programa|código)"
    r"|la consulta)\s+)?(?:prints?|outputs?|displays|returns|shows|gives|evaluates to|is|gibt|liefert|druckt"
    r"|affiche|imprime|renvoie|retourne|muestra|devuelve)\b\s*:?\s*(.+?)(?: aus| zurück)?\.?$",
    re.IGNORECASE | re.DOTALL,
)
NOTHING = re.compile(
    r"\b(nothing|no output|no rows?|empty (result|set|output)|nichts|keine (ausgabe|zeilen?)|rien"
    r"|aucune? (sortie|ligne)|nada|ninguna? (salida|fila))\b",
    re.IGNORECASE,
)
PRINTS = re.compile(r"\b(prints?|outputs?|displays?|shows|after|then)\b", re.IGNORECASE)
RAISED = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Iteration|Exit|Interrupt)\b")
ANY_ERROR = re.compile(r"\b(error|exception|traceback|fehler|ausnahme|erreur|excepción)\b", re.IGNORECASE)
JOINERS = (" ", ", ", "; ", " / ", "/", "\\n", " then ", ", then ", " and ")
# How the sandbox, or another version of Python, may fail code that is sound: not an outcome.
OWN_FAILURES = {
    "MemoryError", "ImportError", "ModuleNotFoundError", "OSError", "PermissionError", "SyntaxError"
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What code gave: its output, or its value in one or more spellings; or what it printed and raised."""

    texts: tuple[str, ...]
    raised: str | None = None


def question(stem: str) -> str:
    """The last question of a stem; the whole stem where it has none."""
    sentences = [part for part in re.split(r"(?<=[.?!:])\s+", stem.strip()) if part.endswith("?")]
    return sentences[-1] if sentences else stem


def asks_for_output(stem: str) -> bool:
    """Whether it asks what code prints, returns or comes to."""
    return bool(ASKS.search(question(stem)))


def is_plain(stem: str) -> bool:
    """Whether it asks for the whole outcome of the code as it is shown."""
    return not NOT_PLAIN.search(question(stem)) and not ABOUT_OTHER_CODE.search(stem)


def hits(outcome: Outcome, options: Sequence[str]) -> set[int]:
    """The places of the options that say this outcome: exactly, or where none does, loosely."""
    tests = (_names, _fails) if outcome.raised else (_is_exactly, _is_loosely)
    for test in tests:
        found = {place for place, option in enumerate(options) if test(outcome, option)}
        if found:
            return found
    return set()


def number(text: str) -> Decimal | None:
    """The number that a text is, if it is one."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def words(text: str) -> list[str]:
    """The letters and figures of a text, without what stands between them."""
    return re.findall(r"\w+", text.casefold())


def _is_exactly(outcome: Outcome, option: str) -> bool:
    return any(_trimmed(text) == _trimmed(option) for text in outcome.texts)


def _is_loosely(outcome: Outcome, option: str) -> bool:
    """Equal but for quotes around the option, words such as "It prints", and how lines are set apart."""
    said = {_spaced(form) for form in _forms(option)}
    for text in outcome.texts:
        lines = _trimmed(text).split("\n")
        if not _trimmed(text) and NOTHING.search(option):
            return True
        if any(_spaced(joiner.join(lines)) in said for joiner in JOINERS):
            return True
    return False


def _names(outcome: Outcome, option: str) -> bool:
    """Whether an option names what was raised, and what was printed before, if anything was."""
    printed = words(outcome.texts[0])
    if outcome.raised not in RAISED.findall(option):
        return False
    return " ".join(printed) in " ".join(words(option)) if printed else not PRINTS.search(option)


def _fails(outcome: Outcome, option: str) -> bool:
    """Whether an option speaks of an error without naming one."""
    is_general = ANY_ERROR.search(option) and not RAISED.search(option)
    return bool(is_general) and not words(outcome.texts[0])


def _forms(option: str) -> list[str]:
    bare = _bare(option)
    wrapped = WRAPPER.match(bare)
    return [option, bare, _bare(wrapped[1])] if wrapped else [option, bare]


def _bare(text: str) -> str:
    """Without the quotes or the fence around it."""
    text = text.strip()
    while len(text) > 1 and text[0] == text[-1] and text[0] in "`'\"":
        text = text[1:-1]
    return text


def _trimmed(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _spaced(text: str) -> str:
    return " ".join(text.split())
