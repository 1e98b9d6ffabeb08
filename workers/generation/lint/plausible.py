"""Distractors that nobody would choose."""

import re
from collections.abc import Sequence

from workers.generation.lint import prose
from workers.generation.lint.lexicon import ABSURD, EVERYDAY, TABLE_AND_FARM, either
from workers.generation.lint.looked import Looked
from workers.generation.lint.oddities import KINDS, Kind
from workers.generation.lint.phrases import met, phrases

# What is done with no object of work: a key, a record or a plan is neither eaten nor hugged.
DEEDS = either(
    r"""
    eat|lick|hug|kiss|marry|bury|burn|smash|kick|punch|slap|paint|scream|yell|shout|laugh|cry|sleep
    faint|whistle|sing|dance|pray|panic|go home|go on holiday
    """
)
AFTER_DEED = r"the|a|an|your|it|them|him|her|at|into|under|on|to|for|with|in|off|until|louder|loudly|about"
DEED = re.compile(rf"(?:to )?{DEEDS}(?:ing|e?s)?(?: (?:{AFTER_DEED})\b|$)", re.IGNORECASE)
MOODS = "(?:bored|sleepy|lonely|shy|jealous|hungry|thirsty|sad|angry|in love|homesick|in a bad mood)"
REFUSAL = re.compile(
    either(
        rf"""
        (?:i|we) (?:do not|don't|don’t|have no) (?:know|care|idea)
        (?:i am |i'm )?not sure|no idea|who (?:knows|cares)|no(?:body| one) (?:knows|cares)|no answer
        (?:ask|google|search) (?:it|chatgpt|a friend|your \w+|the internet)
        (?:by |it is |it's |with )?magic|because i said so|just kidding|something else|other
        n/a|tbd|xxx+|\?+|foo|lorem ipsum.*|dunno|whatever|stuff|because|(?:a )?joke
        (?:(?:to|on|by|in|with|for) )?my \w+|something with \w+|when hell freezes over
        (?:it|they) (?:is|are|was|were|feels?|gets?|got) (?:just |simply |too |very )?{MOODS}
        """
    ),
    re.IGNORECASE,
)
EMPTY = re.compile("nothing|none|anything|everything|other|something", re.IGNORECASE)
# Rows with which jokes are made; "a bit of luck" and the like are words of the lexicon.
ANTICS = phrases(
    """
    nicely, homework, wishful thinking, world peace, shoe size, good intentions, the force, fortune teller
    flying carpet/carpets/saucer/saucers/pig/pigs, crystal ball, time machine, by magic, chewing gum
    magic wand/spell/trick/carpet/word/potion/potions, out of the window, throw/throws it away, ice cream
    throw/throws it/them/him/her out/into/at, throw/throws the/a * out/into/at, hope for the best
    cross/crossing your/one/their fingers, cross/crossing one s fingers, black cat, tooth fairy, star sign
    flip/flipping/toss/tossing a coin, rock paper, draw/drawing lots/straws, roll/rolling a/- dice
    quit the/your/his/her/their job, on the moon, full moon, phases/phase of the moon, father christmas
    its/the favourite/favorite colour/color, your teeth/nose/toes/pillow/hair, the sky is blue
    colour/color of its/the/your/their logo/keyboard/screen/cable/office/desk/wall/server/hair/shoe/shoes
    colour/color of its/the/your/their tie/shirt/sock/socks/car/eyes
    make/makes/making/brew/brews/brewing/fetch/fetches */- coffee/tea
    kind/kinds/type/sort/brand/breed of bird/fish/dance/flower/hat/soup/drink/fruit/music/tea/wine/shoe/pasta
    pop/rock group/band/star/song, film/movie star, board/card/computer game, football/soccer club/team/match
    go/goes/going fishing/shopping/swimming/dancing/hunting, go/goes/going to bed/sleep/lunch
    hide/hiding under/behind/in the/a/his/her/your, run/runs/running away, paint/painting it/them *
    shout/shouts/shouting/yell/yells/yelling/scream/screams/screaming/laugh/laughs/laughing at/louder
    annoy/annoys/annoying/tease/scare/scaring/impress/impressing the/a/its/his/her/your
    smells/tastes nice/good/bad/funny/sweet, looks cool/pretty/cute/funny, for fun/luck, for no reason
    a/- bowl/cup/slice/plate/glass of soup/coffee/tea/cake/salad/cereal/beer/wine/pasta/rice/milk
    blame/blaming the/a/an/your/his/her/another colleague/colleagues/intern/weather/boss/neighbour/cat
    blame/blaming someone/somebody else, give up and *, go/goes/going back to bed
    call/calling your/his/her mother
    ask/asking your/his/her/a/the neighbour/neighbor/grandmother/astrologer/psychic/barber/taxi
    hope/hoping nobody/nothing
    hope/hoping that/- no one/nobody/nothing/it/he/she, pretend/pretending that/- nothing
    pretend/pretending to be asleep/ill/dead
    order/ordering a/- pizza/pizzas/sushi/takeaway, burst into tears, set/setting it/them on fire
    set/setting fire to
    hit/hitting/kick/kicking it/them with/until/hard, put/putting it/them in the microwave/oven/freezer/bin
    leave/leaving the country, change/changing your/his/her name
    because it/they/he/she is/are fashionable/trendy/cool/fun/cute/pretty
    because it/they looks/look/sounds/sound nice/good/better/pretty/cool/smart/funny
    because it is friday/monday/sunday/late/easy, because the boss/manager/ceo/king likes/said/says
    to look/seem cool/busy/smart/clever/pretty, make/making the/a/your/his/her * laugh/cry/jealous
    favourite/favorite *
    height/weight/hairstyle/birthday/hobby/mood/pet of the/a/your/his/her ceo/boss/president/driver/owner
    height/weight/hairstyle/birthday/hobby/mood/pet of the/a/your/his/her inventor/author/manager/programmer
    throw/throws/throwing a/the/your * at, number of windows/chairs/plants/trees/coffees/cups in/on/per/of
    family recipe/recipes, feel/feels like it, frame it, ability to fly
    s cat/dog/mother/grandmother/pet/hamster, good weather, bad hair, at the pub/disco/zoo/circus/beach
    in your/his/her dreams, holy water
    the/a/his/her/your/- hotel/office/family/boss s/- cat/dog/hamster/parrot
    ask/asking/consult/consulting a fortune/psychic/wizard/witch, sprinkle glitter, hold a party
    a/an old/wise/little/good/evil man/woman/king/queen/fairy/dog/cat/horse, fall/falls/falling asleep
    take/taking/takes a nap/holiday/vacation/bath/selfie/walk, watch/watching/watches tv/television/a film
    """
)
# Keys struck at random.
GIBBERISH = re.compile(r"\b(?:[bcdfghjklmnpqrstvwxz]{7,}|asdf\w*|qwer\w*|(?:bla|blah|ha|la){2,})\b")
EXCLAIMED = re.compile(r"[a-z]{2,}!+\s*$")
# Beside whole clauses, one empty word is no answer, and beside long ones hardly any word.
CLAUSE_WORDS, LONG_CLAUSE, FEW = 3, 4, 2
DEED_WORDS, FEW_WORDS = 4, 6
MANY = 3
MOST_OF_A_KIND = 3


def implausible_distractor(looked: Looked) -> str:
    """A distractor that nobody believes leaves fewer to choose from."""
    told = f"{looked.stem} {looked.right} {looked.code or ''}".casefold()
    others = [
        pair for at, pair in enumerate(zip(looked.options, looked.spoken, strict=True)) if at != looked.key
    ]
    odd = [option for option, words in others if _absurd(option, words, told)]
    # What another option speaks of too is the item's subject.
    odd = [option for option in odd if not _spoken_of_twice(option, looked)]
    if odd and _at_table(looked):
        odd = [option for option in odd if EVERYDAY.isdisjoint(prose.words(option))]
    odd += _alone_of_its_kind(looked)
    odd += [option for option, _ in others if _empty(option, looked)]
    # Three of a kind are the item's subject, not a joke.
    return f'nobody would choose "{odd[0].strip()[:60]}"' if 0 < len(odd) < MANY else ""


def _absurd(option: str, words: Sequence[str], told: str) -> bool:
    """Whether the option's prose speaks of what `told`, the rest of the item, has nothing to do with."""
    if any(word not in told for word in ABSURD.intersection(words)):
        return True
    if any(max(row, key=len) not in told for _, row in met(ANTICS, words)) or EXCLAIMED.search(option[-20:]):
        return True
    if len(words) > FEW_WORDS:
        return False
    text = option.strip().rstrip(".!")
    if REFUSAL.fullmatch(text) or GIBBERISH.search(text.casefold()):
        return True
    deed = DEED.match(text) if len(words) <= DEED_WORDS else None
    return deed is not None and deed.group().split()[-1].casefold() not in told


def _alone_of_its_kind(looked: Looked) -> list[str]:
    """The distractors that are of a kind of which neither another option nor the rest of the item speaks."""
    if looked.code is not None:
        return []
    rows = [
        [word for word in prose.words(option) if word not in ("a", "an", "the")] for option in looked.options
    ]
    asked = prose.words(looked.stem)
    found = []
    for kind in KINDS:
        of_kind = [at for at, row in enumerate(rows) if _is_of(kind, row)]
        if (
            len(of_kind) == 1
            and of_kind[0] != looked.key
            and not any(w.startswith(kind.context) for w in asked)
        ):
            found.append(looked.options[of_kind[0]])
    return found


def _is_of(kind: Kind, row: Sequence[str]) -> bool:
    """Whether the words are a member of the kind, or a file, or one that a word or two describe."""
    ends = (tuple(row[-many:]) for many in range(1, 4)) if len(row) <= MOST_OF_A_KIND else ()
    return any(end in kind.members for end in ends)


def _spoken_of_twice(option: str, looked: Looked) -> bool:
    """Whether the option's last word stands in another one, so that both name parts of one thing."""
    last = prose.words(option)[-1:]
    return len(option.split()) > 1 and sum(last == prose.words(other)[-1:] for other in looked.options) > 1


def _at_table(looked: Looked) -> bool:
    """Whether the item speaks of food or animals, so that one more is no joke."""
    said = set(prose.words(f"{looked.stem} {' '.join(looked.options)}"))
    return not said.isdisjoint(TABLE_AND_FARM) or len(said & EVERYDAY) > 1


def _empty(option: str, looked: Looked) -> bool:
    """Whether a word or two stand among clauses; code may well do nothing, and an amount is short."""
    words = option.strip().rstrip(".!").split()
    if looked.code is not None or not all(map(str.isalpha, words)) or words[:1] in (["A"], ["An"], ["The"]):
        return False
    others = [len(other.split()) for other in looked.options if other != option]
    least = CLAUSE_WORDS if EMPTY.fullmatch(" ".join(words)) else LONG_CLAUSE + len(words) - 1
    return 0 < len(words) <= FEW and bool(others) and min(others) >= least
