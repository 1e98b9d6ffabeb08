"""Logic: syllogisms, conditionals, rules with AND and OR, orders that clues leave open or fix."""

import random
from itertools import combinations
from typing import NamedTuple

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import table

SKILLS = ("logical-reasoning", "critical-thinking", "problem-solving")
# A world says which of the eight kinds of thing there are: kind 5 = 0b101 is in the first and third set.
World = frozenset[int]
SETS = 3


class Says(NamedTuple):
    """A statement on two sets, by their numbers: all, no, some, or some-not."""

    form: str
    of: int
    on: int

    def holds(self, world: World) -> bool:
        """Whether the statement is true in that world."""
        both = any(_has(kind, self.of) and _has(kind, self.on) for kind in world)
        only = any(_has(kind, self.of) and not _has(kind, self.on) for kind in world)
        return {"all": not only, "no": not both, "some": both, "some-not": only}[self.form]


def _has(kind: int, number: int) -> bool:
    return bool(kind >> number & 1)


# Every set has a member in each world, so that "all" can't hold for want of cases.
WORLDS = [
    frozenset(kinds)
    for size in range(1, 2**SETS + 1)
    for kinds in combinations(range(2**SETS), size)
    if all(any(_has(kind, number) for kind in kinds) for number in range(SETS))
]
CLASSES = (
    ("rush orders", "export orders", "orders over 500 kg"),
    ("night nurses", "first-aiders", "trainers"),
    ("leased vans", "electric vans", "vans with a tail lift"),
    ("beta testers", "premium users", "survey respondents"),
    ("interns", "students", "holders of a work permit"),
    ("archived files", "encrypted files", "shared files"),
    ("wooden crates", "sealed crates", "crates for the cold store"),
    ("new suppliers", "audited suppliers", "suppliers abroad"),
    ("members of the works council", "shift leaders", "bilingual employees"),
    ("unpaid invoices", "disputed invoices", "invoices in dollars"),
    ("corner rooms", "rooms with a balcony", "rooms for guests with pets"),
    ("evening courses", "online courses", "courses with an exam"),
)
# Valid with no other assumption than that each set has members; all with a conclusion on the two outer sets.
FIGURES = (
    (Says("all", 0, 1), Says("all", 1, 2), Says("all", 0, 2)),
    (Says("all", 0, 1), Says("no", 1, 2), Says("no", 0, 2)),
    (Says("some", 0, 1), Says("all", 1, 2), Says("some", 0, 2)),
    (Says("some", 0, 1), Says("no", 1, 2), Says("some-not", 0, 2)),
    (Says("all", 1, 0), Says("some", 1, 2), Says("some", 0, 2)),
    (Says("no", 0, 1), Says("all", 2, 1), Says("no", 0, 2)),
    (Says("some-not", 0, 1), Says("all", 2, 1), Says("some-not", 0, 2)),
    (Says("all", 0, 1), Says("some-not", 2, 1), Says("some-not", 2, 0)),
)
CONCLUSIONS = tuple(
    Says(form, of, on) for form in ("all", "no", "some", "some-not") for of, on in ((0, 2), (2, 0))
)


@item_model("syllogism", skills=SKILLS, difficulty="senior", cognitive_level="analyse", seconds=90)
def syllogism(rng: random.Random) -> Draw:
    """The one of four conclusions that two premises force, worked out over all small worlds."""
    *premises, key = rng.choice(FIGURES)
    names = rng.sample(rng.choice(CLASSES), SETS)
    worlds = [world for world in WORLDS if all(premise.holds(world) for premise in premises)]
    wrong = [one for one in CONCLUSIONS if not all(one.holds(world) for world in worlds)]
    rng.shuffle(wrong)
    wrong.sort(key=lambda one: all(not one.holds(world) for world in worlds))
    rng.shuffle(premises)
    first, second = (_said(premise, names) for premise in premises)
    return Draw(
        stem=f"{first}. {second}. None of the three groups is empty. Which conclusion is forced by "
        "these statements?",
        right=(_said(key, names),),
        wrong=tuple(Wrong(_said(one, names), _why_not(one, key, worlds)) for one in wrong),
        explanation=f"In every case in which both statements are true, {_said(key, names).lower()}; for "
        "each of the other conclusions there is a case in which it is false.",
    )


def _said(says: Says, names: list[str]) -> str:
    subject, other = names[says.of], names[says.on]
    return {
        "all": f"All {subject} are {other}",
        "no": f"No {subject} are {other}",
        "some": f"Some {subject} are {other}",
        "some-not": f"Some {subject} are not {other}",
    }[says.form]


def _why_not(wrong: Says, key: Says, worlds: list[World]) -> str:
    if wrong.form == key.form:
        return "The statement is turned round, though it is not true both ways."
    if not any(wrong.holds(world) for world in worlds):
        return "What the statements exclude is taken to follow from them."
    if wrong.form in ("all", "no"):
        return "What is true of some is said of all."
    return "What the statements leave open is taken to follow from them."


CONDITIONS = (
    ("the invoice is over {}", "the invoice is not over {}"),
    ("the parcel weighs more than {} kg", "the parcel does not weigh more than {} kg"),
    ("the order has more than {} lines", "the order does not have more than {} lines"),
    ("the tank is filled above {} litres", "the tank is not filled above {} litres"),
    ("the queue is longer than {} calls", "the queue is not longer than {} calls"),
    ("the room seats more than {} people", "the room does not seat more than {} people"),
    ("the trip takes more than {} minutes", "the trip does not take more than {} minutes"),
    ("the file is larger than {} MB", "the file is not larger than {} MB"),
)
RESULTS = (
    ("the manager signs", "the manager does not sign"),
    ("the red lamp is on", "the red lamp is not on"),
    ("a second person checks", "no second person checks"),
    ("a note is sent to the team leader", "no note is sent to the team leader"),
    ("an entry is made in the log", "no entry is made in the log"),
    ("the customer is called", "the customer is not called"),
)


@item_model(
    "conditional-inference",
    skills=SKILLS,
    difficulty="intermediate",
    cognitive_level="understand",
    seconds=60,
    type="true_false",
)
def conditional_inference(rng: random.Random) -> Draw:
    """Whether something follows from a rule and a fact: two forms do, two are the usual fallacies."""
    limit = rng.randrange(20, 400, 5)
    then, not_then = rng.choice(RESULTS)
    given, not_given = (text.format(limit) for text in rng.choice(CONDITIONS))
    away, turned = (
        "The rule is not applied to the case.",
        "The rule is taken to hold the other way round too.",
    )
    fact, claim, is_valid, why, slip = rng.choice(
        [
            (given, then, True, "the fact is the rule's condition", away),
            (not_then, not_given, True, "with the condition the result would have come", away),
            (then, given, False, "the result can come for another reason", turned),
            (
                not_given,
                not_then,
                False,
                "the rule says nothing of what happens without its condition",
                turned,
            ),
        ]
    )
    right, other = ("True", "False") if is_valid else ("False", "True")
    return Draw(
        stem=f"A rule that is kept without exception says: if {given}, {then}. In one case {fact}. From this "
        f"alone it follows that, in that case, {claim}.",
        right=(right,),
        wrong=(Wrong(other, slip),),
        explanation=f"It {'follows' if is_valid else 'does not follow'}: {why}.",
    )


# What is decided, the heading of the cases, and for each condition its heading and its words.
SCENES = (
    (
        "A parcel is sent free of charge",
        "Order",
        ("Amount", "the order is for at least {}"),
        ("Member", "the customer is a member"),
        ("Weight in kg", "the parcel weighs less than {} kg"),
    ),
    (
        "A claim is paid without a further check",
        "Claim",
        ("Months insured", "the customer has been insured for at least {} months"),
        ("Receipt", "there is a receipt"),
        ("Days open", "the claim has been open for less than {} days"),
    ),
    (
        "A guest gets a late check-out",
        "Guest",
        ("Points", "the guest has at least {} points"),
        ("Suite", "the guest has a suite"),
        ("Nights", "the guest stays for fewer than {} nights"),
    ),
    (
        "A ticket is passed to the second level",
        "Ticket",
        ("Minutes", "it has been worked on for at least {} minutes"),
        ("Critical", "it is critical"),
        ("Staff free", "fewer than {} people are free at the first level"),
    ),
    (
        "A machine is taken out of service",
        "Machine",
        ("Hours", "it has run for at least {} hours"),
        ("Warning", "its warning lamp is on"),
        ("Pressure in bar", "its pressure is below {} bar"),
    ),
)
Case = tuple[int, bool, int]


class Rule(NamedTuple):
    """Three conditions: a least amount, a flag, a size below a limit; joined in one of two ways."""

    least: int
    most: int
    needs_amount: bool

    def meets(self, case: Case, slack: int = 0) -> bool:
        """Whether the case meets the rule, with limits that may be missed by so much."""
        amount, flag, size = case[0] >= self.least - slack, case[1], case[2] < self.most + slack
        return amount and (flag or size) if self.needs_amount else (flag and size) or amount

    def met(self, case: Case) -> int:
        """How many of the three conditions the case meets."""
        return (case[0] >= self.least) + case[1] + (case[2] < self.most)

    def cases(self) -> list[Case]:
        """Cases on either side of the limits and at them."""
        return [
            (self.least + shift, flag, self.most + more)
            for shift in (-8, -5, -1, 0, 4, 20)
            for flag in (True, False)
            for more in (-2, -1, 0, 2)
        ]

    def slip(self, case: Case) -> str:
        """The mistake by which a case that misses the rule is taken to meet it."""
        if self.meets(case, slack=1):
            return "A value that just misses its limit is taken to keep it."
        return "The words AND and OR of the rule are not kept apart."


@item_model(
    "compound-condition",
    skills=(*SKILLS, "attention-to-detail", "business-analysis"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def compound_condition(rng: random.Random) -> Draw:
    """The one of four cases that meets a rule of three conditions."""
    what, name, *columns = rng.choice(SCENES)
    rule = Rule(rng.randrange(10, 60), rng.randrange(3, 9), rng.random() < 0.5)
    headings = [heading for heading, _ in columns]
    amount, flag, size = (text for _, text in columns)
    amount, size = amount.format(rule.least), size.format(rule.most)
    both = f"{amount} and either {flag} or {size}, or both"
    told = both if rule.needs_amount else f"{flag} and {size}. It is also done whenever {amount}"
    key = rng.choice([case for case in rule.cases() if rule.meets(case)])
    others = rng.sample([case for case in rule.cases() if not rule.meets(case) and rule.met(case)], 3)
    numbers = [str(number) for number in rng.sample(range(100, 1000), 4)]
    rows = [
        (number, str(case[0]), "yes" if case[1] else "no", str(case[2]))
        for number, case in zip(numbers, [key, *others], strict=True)
    ]
    return Draw(
        stem=f"{what} if {told}. Which {name.lower()} of these four meets the rule?",
        right=(numbers[0],),
        wrong=tuple(Wrong(number, rule.slip(case)) for number, case in zip(numbers[1:], others, strict=True)),
        explanation=f"{name} {numbers[0]} has {', '.join(rows[0][1:])}, which meets the rule; each of the "
        "others lacks a condition that it needs.",
        code=table([(name, *headings), *rng.sample(rows, 4)]),
        code_language="text",
        accepted=(numbers[0],),
    )
