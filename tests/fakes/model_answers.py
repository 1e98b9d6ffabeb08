"""What the fake model says: an analysis, items, or the smallest thing that fits the schema.

Items are made from a running number and from lists of phrases whose lengths are pairwise
coprime, so that two items fewer than 119 apart have at most one phrase in common and a check
for near-duplicates has nothing to find.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.fakes.model_scorer import scored
from tests.fakes.model_wire import Json, encode_json, user_text

DEFAULT_SKILLS = ("Python", "Django", "Flask", "FastAPI", "SQL", "REST APIs", "Docker", "Kubernetes")
SENIORITIES = ("entry", "intermediate", "senior")
# Used in turn where the user turn names none; a schema with other words gets its own first one.
DIFFICULTIES = ("easy", "medium", "hard")
LEVELS = ("remember", "understand", "apply", "analyse")

# Which field of an answer's schema tells the stage.
STAGES = {
    "skills": "analyse",
    "items": "write",
    "answers": "solve",
    "reviews": "review",
    "judgements": "score",
}
ASKED = re.compile(r"exactly (\d+) item")
NUMBER = re.compile(r"\b(?:[Cc]ase|ticket|report|log|exercise|incident|scenario) (\d+)")
OTHER_CELL = re.compile(
    r"^- type: (\w+); difficulty: *([^;\n]+?) *; *cognitive level: *([^;\n]+?) *$", re.MULTILINE
)
CELL = re.compile(r"^\s*-.*?difficulty: *([^;\n]+?) *; *cognitive level: *([^;\n]+?) *$", re.MULTILINE)

TEMPLATES = (
    "Case {n}: {actor} notices that {system} {event}. Which step best helps to {goal}?",
    "To {goal}, what should {actor} try first once {system} {event} (ticket {n})?",
    "Suppose {system} {event}. Given report {n} and a need to {goal}, which choice suits {actor}?",
    "Reading log {n}, {actor} sees {system}, which {event}. What would {goal}?",
    "{actor} must {goal} although {system} {event}; for exercise {n}, which remedy works?",
    "After {system} {event}, incident {n} was opened. How can {actor} {goal}?",
    "Which measure lets {actor} {goal} when {system} {event}, as scenario {n} describes?",
)
ACTORS = (
    "a backend developer|the on-call engineer|a new team member|"
    "the release manager|a data analyst|the security lead|"
    "a platform engineer|the tech lead|a support specialist|"
    "the database administrator|a contractor|the QA engineer|"
    "an intern|the integration partner|a site reliability engineer|the product owner|a consultant"
).split("|")
SYSTEMS = (
    "the payment service|a nightly import|the search index|"
    "an upload endpoint|the session store|a reporting view|"
    "the message queue|a login form|the cache layer|an export job|the billing worker|a public gateway|"
    "the image pipeline|a scheduling module|the audit trail|"
    "a chat backend|the invoice table|a metrics collector|"
    "the configuration loader"
).split("|")
EVENTS = (
    "returns stale values|drops every tenth record|"
    "slows down under load|rejects valid input|leaks open connections|"
    "writes duplicate rows|times out at midnight|ignores the locale|swallows an exception|loses the ordering|"
    "fills the disk|blocks on a lock|misreads the encoding|exposes a secret|restarts without warning|"
    "skips the migration|overflows its buffer|mixes two tenants|retries without end|truncates long names|"
    "reports wrong totals|forgets its settings|accepts expired tokens"
).split("|")
GOALS = (
    "restore correct results|shorten the response time|keep the data consistent|find the root cause|"
    "protect private fields|avoid repeated work|"
    "make failures visible|reduce memory pressure|support more tenants|"
    "simplify a later rollback|prove the fix|limit the blast radius|preserve backwards compatibility|"
    "satisfy the auditors|cut the hosting bill|unblock the release|spare the network|document the behaviour|"
    "guard against replays|recover the lost entries|balance the partitions|respect the rate limit|"
    "isolate the faulty node|stop the alerts|validate the contract|speed up the tests|handle odd characters|"
    "survive a power cut|tell users the truth"
).split("|")
# None shares a word with the parts above: the linter would take it for a clue.
OPTIONS = (
    "Add a unique constraint|Wrap it in one transaction|Bound the number of attempts|"
    "Invalidate the key on change|"
    "Stream the rows in pages|Pin the dependency version|Close the socket explicitly|"
    "Rotate the signing key|"
    "Use a parameterised query|Move the work off-thread|Compare hashes before saving|Set an explicit timeout|"
    "Normalise the text first|Split by customer identifier|"
    "Emit a structured event|Sort on a stable column|"
    "Resume from the checkpoint|Compare the dates first|Lower the batch size|Build a covering lookup|"
    "Decode as strict UTF-8|Fail fast at startup|Share a pool of sockets|Mask the column in logs|"
    "Drain before stopping"
).split("|")


class Answers:
    """The default responder; its items are unique over its life."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._shapes: list[tuple[Json, Shape, Shape]] = []  # schema, the answer, an element of its list

    def __call__(self, request: Json, skills: Sequence[str]) -> Json | str:
        """The answer to `request`: an object that fits its schema, or prose when it has none.

        Items, which most calls ask for, come as the text of their object, printed by a template
        at a third of the JSON encoder's price.
        """
        schema = schema_of(request)
        if schema is None:
            return "This is a plain answer."
        whole, element = self._shapes_of(schema)
        stage = stage_of(request)
        if stage == "analyse":
            return whole.fit(_analysis(element, user_text(request), skills))
        if stage == "write" and "right_1" in element.fields:
            return whole.fit({"items": [element.fit(one) for one in self._other_items(user_text(request))]})
        if stage == "write":
            items = ",".join(self._items(element, user_text(request)))
            return encode_json(whole.fit({"items": []})).replace('"items":[]', f'"items":[{items}]', 1)
        return scored(request) if stage == "score" else whole.fit({})

    def _other_items(self, text: str) -> Iterator[Json]:
        """Items of other types than multiple choice, for the cells that `text` names."""
        for kind, difficulty, level in OTHER_CELL.findall(text):
            n = next(self._numbers)
            yield {
                "type": kind,
                "stem": _phrases(n)["stem"],
                **_other_key(kind, n),
                "explanation": f"It follows from case {n}.",
                "difficulty": difficulty,
                "cognitive_level": level,
                "seconds": 60,
                "code": "",
                "code_language": "",
            }

    def key_of(self, stem: str) -> str | None:
        """The key of an item that was made here; its number stands in its stem."""
        number = NUMBER.search(stem)
        return _option(int(number[1])) if number else None

    def _shapes_of(self, schema: Json) -> tuple[Shape, Shape]:
        """The shapes of the answer and of the elements of its list, from the few schemas seen so far.

        Looked up by equality, which is several times cheaper than working the shapes out again.
        """
        for seen, whole, element in self._shapes:
            if seen == schema:
                return whole, element
        fields = _resolved(schema, schema).get("properties", {})
        elements = fields.get("skills") or fields.get("items") or {}
        shapes = Shape(schema, schema), Shape(_resolved(elements, schema).get("items", {}), schema)
        self._shapes.append((schema, *shapes))
        return shapes

    def _items(self, shape: Shape, text: str) -> list[str]:
        cells = CELL.findall(text)
        asked = ASKED.search(text)
        wanted = int(asked[1]) if asked else max(1, len(cells))
        turns = itertools.cycle(cells) if cells else _default_cells()
        return [_printed_item(shape, next(self._numbers), next(turns)) for _ in range(wanted)]


class Shape:
    """The fields of an object's schema, worked out once and then laid on many objects."""

    def __init__(self, schema: Json, root: Json) -> None:
        fields = _resolved(schema, root).get("properties", {})
        self._examples = {name: example_of(each, root) for name, each in fields.items()}
        self._choices = {name: _resolved(each, root).get("enum") for name, each in fields.items()}
        self.fields = frozenset(fields)
        self.item_template = "{" + ",".join(f'"{name}":{self._hole(name)}' for name in fields) + "}"

    def fit(self, value: Json) -> Json:
        """`value` with the schema's fields only, those it lacks being filled by an example."""
        return {name: self.chosen(name, value.get(name, example)) for name, example in self._examples.items()}

    def chosen(self, name: str, value: Any) -> Any:
        """`value`, or the schema's first choice when it has choices and `value` is none of them."""
        choices = self._choices.get(name)
        return value if not choices or value in choices else choices[0]

    def _hole(self, name: str) -> str:
        """What stands for the field in the template of an item."""
        if name in ITEM_PHRASES:
            return f'"%({name})s"'
        if name in ITEM_LITERALS:
            return f"%({name})s"
        return encode_json(self.chosen(name, ITEM_CONSTANTS.get(name, self._examples[name]))).replace(
            "%", "%%"
        )


def schema_of(request: Json) -> Json | None:
    """The JSON schema that `request` asks its answer to fit, if it does."""
    return ((request.get("output_config") or {}).get("format") or {}).get("schema")


def stage_of(request: Json) -> str:
    """The pipeline's stage that `request` looks like: a name of `STAGES`, or "other"."""
    schema = schema_of(request) or {}
    fields = _resolved(schema, schema).get("properties", {})
    return next((stage for name, stage in STAGES.items() if name in fields), "other")


def example_of(schema: Json, root: Json) -> Any:
    """The smallest value that fits `schema`, whose `$ref`s lead into `root`."""
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: example_of(each, root) for name, each in schema.get("properties", {}).items()}
    empty = {"array": [], "string": "text", "integer": 1, "number": 1.0, "boolean": True}
    return empty.get(schema.get("type", "null"))


def _resolved(schema: Json, root: Json) -> Json:
    """`schema` with its reference followed and the first of its alternatives taken."""
    while True:
        if "$ref" in schema:
            schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in schema:
            schema = schema["anyOf"][0]
        else:
            return schema


def _default_cells() -> Iterator[tuple[str, str]]:
    return zip(itertools.cycle(DIFFICULTIES), itertools.cycle(LEVELS), strict=False)


def _analysis(shape: Shape, text: str, skills: Sequence[str]) -> Json:
    found = [shape.fit(_skill(at, name, text, len(skills))) for at, name in enumerate(skills)]
    return {
        "job_title": "Backend Developer",
        "seniority": next((word for word in SENIORITIES if word in text.lower()), "intermediate"),
        "summary": f"A role that asks for {', '.join(skills)}.",
        "skills": found,
    }


def _skill(at: int, name: str, text: str, total: int) -> Json:
    seen = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    return {
        "name": name,
        "must_have": 2 * at < total,
        "weight": max(1, 5 - at // 2),
        "evidence": seen[0] if seen else "",
    }


def _printed_item(shape: Shape, n: int, cell: tuple[str, str]) -> str:
    """The n-th item as JSON."""
    literals = {
        "difficulty": encode_json(shape.chosen("difficulty", cell[0])),
        "cognitive_level": encode_json(shape.chosen("cognitive_level", cell[1])),
        "seconds": 45 + 15 * (n % 4),
    }
    return shape.item_template % (literals | _phrases(n))


def _phrases(n: int) -> dict[str, str]:
    """The n-th item's texts, which hold nothing that JSON would escape."""
    system = SYSTEMS[n % len(SYSTEMS)]
    event = EVENTS[n % len(EVENTS)]
    goal = GOALS[n % len(GOALS)]
    stem = TEMPLATES[n % len(TEMPLATES)].format(
        n=n, actor=ACTORS[n % len(ACTORS)], system=system, event=event, goal=goal
    )
    correct = _option(n)
    return {
        "stem": stem[0].upper() + stem[1:],
        "correct": correct,
        # The steps differ modulo the 25 options, so that the four of an item always do.
        "distractor_1": _option(n + 5),
        "distractor_2": _option(n + 11),
        "distractor_3": _option(n + 17),
        "misconception_1": f"Treats the symptom when {system} {event}",
        "misconception_2": f"Takes a way to {goal} for a matter of speed",
        "misconception_3": f"Overlooks what {system} keeps between calls",
        "explanation": f"{correct} acts on the cause, which is that {system} {event}; it serves to {goal}.",
    }


def _other_key(kind: str, n: int) -> dict[str, str]:
    """The right and wrong parts of the n-th item, by its type; the other fields are empty."""
    options = [_option(n + 4 * step) for step in range(6)]
    right, wrong = {
        "numeric": ([str(n)], []),
        "short_answer": ([f"answer {n}"], []),
        "true_false": (["True"], ["False"]),
        "ordering": (options[:4], []),
    }.get(kind, (options[:2], options[2:5]))
    fields = {f"right_{at}": "" for at in range(1, 6)} | {f"wrong_{at}": "" for at in range(1, 4)}
    fields |= {f"misconception_{at}": "It is mistaken." if at <= len(wrong) else "" for at in range(1, 4)}
    fields |= {f"right_{at}": text for at, text in enumerate(right, start=1)}
    fields |= {f"wrong_{at}": text for at, text in enumerate(wrong, start=1)}
    return {**fields, "tolerance": "0" if kind == "numeric" else ""}


def _option(n: int) -> str:
    return OPTIONS[n % len(OPTIONS)]


ITEM_PHRASES = frozenset(_phrases(0))
ITEM_LITERALS = frozenset({"difficulty", "cognitive_level", "seconds"})
ITEM_CONSTANTS = {"code": "", "code_language": ""}
