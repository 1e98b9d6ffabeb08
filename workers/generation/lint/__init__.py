"""Flaws of an item that plain rules can see.

The rules are the item-writing flaws of Tarrant, Knierim, Hayes and Ware (2006), "The frequency of
item writing flaws in multiple-choice questions used in high stakes nursing assessments", which rest
on the guidelines of Haladyna, Downing and Rodriguez (2002), "A review of multiple-choice
item-writing guidelines for classroom assessment". Moore, Nguyen, Chen and Stamper put them into
rules for a program: "Assessing the quality of multiple-choice questions using GPT-4 and rule-based
methods" (EC-TEL 2023, 91 % of the flaws that people saw) and SAQUET (2024). What only a reader can
judge (ambiguity, needless matter, two right options) is left to the stages that read.

A rule on words looks at prose: code, quotations and the item's `code` are exempt, for ALL, NEVER
and None are words of their languages.
"""

from collections.abc import Callable

from workers.generation.brief import OPEN_TYPES, Item
from workers.generation.lint import (
    convergence,
    cues,
    grammar,
    negation,
    numbers,
    options,
    plausible,
    refers,
    stems,
    verdicts,
)
from workers.generation.lint.looked import Finding, Looked

__all__ = ["RULES", "Finding", "Looked", "findings", "flaws"]

Rule = Callable[[Looked], str]

# A rule gives a phrase for a flaw, and nothing for a sound question.
RULES: dict[str, Rule] = {
    "missing_stem": stems.missing_stem,
    "missing_option": options.missing_option,
    "same_options": options.same_options,
    "refers_to_options": refers.refers_to_options,
    "k_type": refers.k_type,
    "true_false": verdicts.true_false,
    "blank": stems.blank,
    "unfocused_stem": stems.unfocused_stem,
    "unmarked_negative": negation.unmarked_negative,
    "unsorted_numbers": numbers.unsorted_numbers,
    "longest_key": cues.longest_key,
    "absolute_term": cues.absolute_term,
    "vague_term": cues.vague_term,
    "word_repeat": cues.word_repeat,
    "grammatical_cue": grammar.grammatical_cue,
    "convergence": convergence.convergence,
    "implausible_distractor": plausible.implausible_distractor,
}
ON_ANY_STEM = ("missing_stem", "unmarked_negative")
# Rules that hold for a type whose options are not one key among distractors. A statement to be
# judged is no question, an order has no distractors, and an answer that is typed has no options.
RULES_OF_TYPE: dict[str, tuple[str, ...]] = {
    "true_false": (*ON_ANY_STEM, "same_options", "blank"),
    "multiple_select": (
        *ON_ANY_STEM,
        "missing_option",
        "same_options",
        "refers_to_options",
        "k_type",
        "true_false",
        "blank",
        "unfocused_stem",
        "absolute_term",
        "vague_term",
    ),
    "ordering": (*ON_ANY_STEM, "same_options", "refers_to_options", "blank"),
    "numeric": (*ON_ANY_STEM, "unfocused_stem"),
    "short_answer": (*ON_ANY_STEM, "unfocused_stem"),
}
FEWEST_STEPS = 2


def findings(looked: Looked) -> list[Finding]:
    """What is wrong with the question, by every rule; empty for a sound one."""
    return _found(looked, RULES)


def flaws(item: Item) -> list[Finding]:
    """What is wrong with the item, by the rules that its type admits; empty for a sound one.

    Assembly shuffles the options, so that no rule here asks for their order.
    """
    several = item.type in RULES_OF_TYPE
    looked = Looked(
        item.stem, item.options, None if several else 0, item.code, item.code_language, in_order=False
    )
    return _lacking(item) + _found(looked, RULES_OF_TYPE.get(item.type, RULES))


def _found(looked: Looked, codes: "dict[str, Rule] | tuple[str, ...]") -> list[Finding]:
    # What nobody reads to its end is not worth the rules' time, and a stranger could make it long.
    if message := options.too_long(looked):
        return [Finding("too_long", message)]
    return [Finding(code, message) for code in codes if (message := RULES[code](looked))]


def _lacking(item: Item) -> list[Finding]:
    """What an item of a type without distractors lacks."""
    if item.type in OPEN_TYPES and not any(answer.strip() for answer in item.accepted):
        return [Finding("missing_option", "no answer is accepted")]
    short = len(item.options) < FEWEST_STEPS or not all(option.strip() for option in item.options)
    if item.type in ("true_false", "ordering") and short:
        return [Finding("missing_option", "an option is missing")]
    return []
