"""Regular expressions: what they match, capture and find. Only what all common dialects share is asked."""

import random
import re

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.mixing import mixed

SKILLS = ("python", "javascript", "perl", "java", "php", "ruby")

# A piece of a pattern, a text that it matches, and near misses, each with what lets it pass.
Piece = tuple[str, str, tuple[tuple[str, str], ...]]


def _pieces(rng: random.Random) -> list[Piece]:
    letters, digits = "".join(rng.sample("ABCDEFGHKMNPRSTVWX", 4)), "".join(rng.sample("123456789", 4))
    word = rng.choice(["inv", "req", "cam", "log", "pkg", "job", "svc"])
    least, most = rng.choice([(1, 2), (2, 3), (1, 3)])
    no_range = "A range between braces is taken to set no upper bound."
    few = "A range between braces is taken to set no lower bound."
    return [
        (
            r"\d{3}",
            digits[:3],
            (
                (digits[:2], "{3} is taken to mean up to three."),
                (digits, "{3} is taken to mean three or more."),
            ),
        ),
        (
            rf"[A-Z]{{{least},{most}}}",
            letters[:most],
            ((letters[: most + 1], no_range), (letters[: least - 1], few)),
        ),
        (rf"\d{{{least},}}", digits, (("", f"{{{least},}} is taken to allow nothing at all."),)),
        (
            rf"{word}s?",
            rng.choice([word, word + "s"]),
            (
                (word + "ss", "? is taken to allow any number."),
                (word + "x", "? is taken to stand for any character."),
            ),
        ),
        (
            r"[a-f0-9]{4}",
            rng.choice(["3fa9", "be07", "c41d", "90ef"]),
            (
                ("3ga9", "The class is taken to hold every small letter."),
                ("be0", "{4} is taken to mean up to four."),
            ),
        ),
        (
            r"v\d+",
            f"v{digits[:2]}",
            (("v", "+ is taken to allow none."), (f"v{digits[0]}b", r"\d is taken to match letters.")),
        ),
        (
            rf"(?:{word}|tmp)",
            rng.choice([word, "tmp"]),
            (
                (word + "tmp", "The alternatives are taken to be matched both."),
                (word + "|tmp", "The bar is taken for a character of the text."),
            ),
        ),
        (
            r"x*",
            rng.choice(["", "x", "xx"]),
            (("xy", "* is taken to stand for any text."), ("*", "* is taken for a character of the text.")),
        ),
        (
            r"[^0-9]",
            rng.choice("QKZ"),
            (
                (digits[0], "^ in a class is taken for the start of the text."),
                ("", "A negated class is taken to match nothing at all."),
            ),
        ),
        (
            r"[1-5]\d",
            rng.choice("12345") + rng.choice("0123456789"),
            (
                (
                    rng.choice("6789") + rng.choice("0123456789"),
                    "The range is taken to be for both digits, or not to bind.",
                ),
                (rng.choice("12345"), "The second digit is taken to be optional."),
            ),
        ),
    ]


@item_model("regex-full-match", skills=SKILLS, difficulty="intermediate", cognitive_level="apply", seconds=75)
def full_match(rng: random.Random) -> Draw:
    """Which of four texts a pattern of three pieces matches from first to last character."""
    pieces, sign = rng.sample(_pieces(rng), 3), rng.choice(["-", "_", ":", "/", r"\."])
    between = sign.removeprefix("\\")
    things = rng.choice(
        ["labels of parcels", "codes of articles", "tags of builds", "names of sensors", "ids of jobs"]
    )
    pattern = "^" + sign.join(piece for piece, _, _ in pieces) + "$"
    texts = [text for _, text, _ in pieces]
    misses = [
        Wrong(between.join([*texts[:at], text, *texts[at + 1 :]]), why)
        for at, (_, _, near) in enumerate(pieces)
        for text, why in near
    ]
    if sign == r"\.":
        misses.append(Wrong("x".join(texts), "The escaped dot is taken to match any character."))
    right = between.join(texts)
    return Draw(
        stem=f"The {things} are checked against the regular expression shown. Which one does it match?",
        right=(right,),
        wrong=mixed(rng, right, [one for one in misses if not re.search(pattern, one.text)]),
        explanation="Each piece of the pattern must match in its turn, with as many characters as "
        "its class and "
        "its count allow, and ^ and $ leave nothing over at the ends.",
        code=pattern,
        code_language="text",
    )


LINES = (
    ("GET /{a}/{b}/{c} 200", "/", "/"),
    ("from [{a}] to [{b}] via [{c}]", "[", "]"),
    ('name="{a}" role="{b}" team="{c}"', '"', '"'),
    ("<{a}><{b}><{c}>", "<", ">"),
    ("{a}:({b}):({c}) done", "(", ")"),
    ("'{a}' and '{b}' and '{c}'", "'", "'"),
    ("{{{a}}} {{{b}}} {{{c}}}", "{", "}"),
)
FILLS = (
    "api",
    "users",
    "north",
    "editor",
    "42",
    "beta",
    "west",
    "billing",
    "7",
    "draft",
    "late",
    "admin",
    "v2",
    "x9",
)


@item_model(
    "regex-captured-group",
    skills=SKILLS,
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=75,
)
def captured_group(rng: random.Random) -> Draw:
    """What the first group holds after a search, with greedy, lazy and negated pieces."""
    shape, start, end = rng.choice(LINES)
    a, b, c = rng.sample(FILLS, 3)
    line = shape.format(a=a, b=b, c=c)
    left, right = re.escape(start), re.escape(end)
    closing = end.replace("]", r"\]")
    pieces = {
        "(.+)": "The piece is taken to take as much as it can.",
        "(.+?)": "The piece is taken to take as little as it can.",
        f"([^{closing}]+)": "The class is taken to stop at the first closing sign.",
        r"(\d+)": "The piece is taken to match digits only.",
    }
    before, other = rng.sample(["", ".*"], 2)
    found = _captures([f"{before}{left}{piece}{right}" for piece in pieces], line)
    asked = rng.choice(list(found))
    match = re.search(asked, line)
    place = "What stands before the group is taken to lead to another place in the line."
    mistakes = [Wrong(text, why) for text, why in zip(found.values(), pieces.values(), strict=False)]
    mistakes += [
        Wrong(text, place)
        for text in _captures([f"{other}{left}{piece}{right}" for piece in pieces], line).values()
    ]
    return Draw(
        stem="The line in the first row is searched with the regular expression in the second. "
        "What does the first group capture?",
        right=(found[asked],),
        wrong=(
            *rng.sample(mistakes, len(mistakes)),
            Wrong(match[0] if match else "", "The group is taken to be the whole match."),
            Wrong(b, "The search is taken to go to the second place that fits."),
            Wrong(c, "The search is taken to go to the last place that fits."),
        ),
        explanation="A search takes the first place where the pattern fits; + and * take as much as "
        "they can, +? as "
        "little, and a negated class stops before the sign it names.",
        code=f"{line}\n{asked}",
        code_language="text",
        accepted=(found[asked],),
    )


def _captures(forms: list[str], line: str) -> dict[str, str]:
    """What the first group of each pattern captures, of those that match."""
    return {form: match[1] for form in forms if (match := re.search(form, line))}


# What a pattern is misread for: the pattern that would find what is counted.
MISREAD: dict[str, tuple[str, ...]] = {
    r"\d+": (r"\d", r"\b\d+\b", r"\w+", r"(?<!\S)\d+(?!\S)"),
    r"\d\d": (r"\d", r"\d+", r"\d(?=\d)", r"\b\d\d\b"),
    r"[a-z]+": (r"\b[a-z]+\b", r"\S+", r"[a-z]", r"(?<!\S)[a-z]+(?!\S)"),
    r"[a-z]+\d": (r"[a-z]+-?\d", r"[a-z]+\d\b", r"[a-z]+", r"\d+"),
    r"[a-z]+\d\d": (r"[a-z]+-?\d\d", r"[a-z]+\d\d\b", r"[a-z]+\d", r"\d\d"),
    r"[a-z]+-\d+": (r"[a-z]+-?\d+", r"[a-z]+", r"\d+", r"[a-z]+\d"),
    r"\b[a-z]+\b": (r"[a-z]+", r"(?<!\S)[a-z]+(?!\S)", r"\w+", r"\S+"),
    r"\b\d": (r"\d+", r"(?<!\S)\d", r"\d", r"\S+"),
    r"\b\d+\b": (r"\d+", r"(?<!\S)\d+(?!\S)", r"\d", r"\w+"),
    r"\w+": (r"\S+", r"[a-z]+", r"\w", r"\d+"),
}
REASONS = {
    r"\d": "Each digit is taken to be a match of its own.",
    r"\w": "Each letter and digit is taken to be a match of its own.",
    r"[a-z]": "Each letter is taken to be a match of its own.",
    r"\d+": "Every run of digits is taken to be a match.",
    r"[a-z]+": "Every run of letters is taken to be a match.",
    r"\w+": "Every run of letters and digits is taken to be a match.",
    r"\S+": "Every word between spaces is taken to be a match.",
    r"\d(?=\d)": "Matches are taken to overlap.",
    r"\d\d": "The digits alone are taken to count.",
    r"[a-z]+\d": "One digit is taken to be enough, without a hyphen.",
    r"(?<!\S)\d": "A match is taken to need a space before it.",
}
BORDERS = "A match is taken to need a border, or a space, on its sides."
HYPHEN = "A hyphen is taken to be left out, or to be passed over."


@item_model(
    "regex-number-of-matches",
    skills=SKILLS,
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def number_of_matches(rng: random.Random) -> Draw:
    """How many matches, one after another, a pattern has in a line."""
    stems = rng.sample(["err", "job", "web", "db", "cam", "disk", "ok", "app", "get", "rack", "fan"], 4)
    ends = [
        rng.choice(["", "-"]) + str(rng.randint(*rng.choice([(1, 9), (10, 99), (100, 999)]))) for _ in stems
    ]
    tokens = [
        *[name + end for name, end in zip(stems, ends, strict=True)],
        str(rng.randint(10, 999)),
        rng.choice(["up", "done"]),
    ]
    rng.shuffle(tokens)
    line = " ".join(tokens)
    asked = rng.choice(list(MISREAD))
    right = str(len(re.findall(asked, line)))
    misread = rng.sample(MISREAD[asked], 4)
    return Draw(
        stem="The line in the first row is searched with the regular expression in the second, again "
        "and again, "
        "each time from the end of the match before. How many matches are found?",
        right=(right,),
        wrong=tuple(
            Wrong(str(len(re.findall(form, line))), REASONS.get(form, HYPHEN if "-?" in form else BORDERS))
            for form in misread
        ),
        explanation=r"Each search goes on behind the match before, + takes a whole run, and \b asks "
        r"for a border between "
        r"a letter or digit and something else.",
        code=f"{line}\n{asked}",
        code_language="text",
        value=right,
    )
