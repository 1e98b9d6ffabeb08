"""Statistics: means, spread, chances, expected values, samples."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, item_model
from workers.generation.item_models.figures import Mistake, asked, beside, figure, percent, plain

COUNTED = (
    ("The calls that an agent took on seven days", 12, 40),
    ("The minutes that seven customers waited", 3, 28),
    ("The parcels that seven drivers delivered", 60, 120),
    ("The points of seven trainees in a test", 41, 98),
    ("The errors found in seven batches", 0, 19),
    ("The guests at seven tables in a week", 14, 60),
    ("The days that seven suppliers took to deliver", 2, 25),
    ("The patients seen in seven clinics in a day", 20, 75),
)


@item_model(
    "centre-of-a-list",
    skills=("statistics", "data-analysis", "numerical-reasoning", "data-literacy", "reporting"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def centre_of_a_list(rng: random.Random) -> Draw:
    """The median or the mean of seven numbers, of which one comes twice and one lies far out."""
    name, low, high = rng.choice(COUNTED)
    rest = rng.sample(range(low, high), 5)
    numbers = [*rest, rng.choice(rest), high + rng.randrange(3, high)]
    numbers[-1] += -sum(numbers) % 7
    rng.shuffle(numbers)
    ordered, mean = sorted(numbers), Fraction(sum(numbers), 7)
    mode = max(numbers, key=numbers.count)
    mistakes: list[Mistake] = [
        (mode, "The number that comes most often is taken."),
        (numbers[3], "The number in the middle of the unsorted list is taken."),
        (Fraction(ordered[0] + ordered[-1], 2), "The middle between the least and the largest is taken."),
        (Fraction(sum(numbers), 6), "The sum is divided by six."),
        (ordered[2], "The third number of the sorted list is taken."),
        (ordered[4], "The fifth number of the sorted list is taken."),
    ]
    shown = ", ".join(map(str, numbers))
    if rng.random() < 0.5:
        return asked(
            rng,
            f"{name} were {shown}. What is their median?",
            ordered[3],
            [(mean, "The mean is taken."), *mistakes],
            f"Sorted, they are {', '.join(map(str, ordered))}; the fourth of seven is {ordered[3]}.",
        )
    return asked(
        rng,
        f"{name} were {shown}. What is their mean?",
        mean,
        [(ordered[3], "The median is taken."), *mistakes],
        f"Their sum is {sum(numbers)}, and {sum(numbers)} / 7 = {mean}.",
    )


GROUPS = (
    ("mean score that customers gave", "in the north branch", "in the south branch", "scores", 5),
    ("mean time of a call in minutes", "on the day shift", "on the night shift", "calls", 7),
    ("mean weight of a parcel in kg", "from the old warehouse", "from the new one", "parcels", 6),
    ("mean age of the students", "in the morning course", "in the evening course", "students", 30),
    ("mean spending of a guest", "on weekdays", "at weekends", "guests", 24),
    ("mean delay of a train in minutes", "on the main line", "on the branch line", "trains", 6),
)


@item_model(
    "weighted-mean",
    skills=("statistics", "data-analysis", "reporting", "business-intelligence", "hr-analytics"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def weighted_mean(rng: random.Random) -> Draw:
    """The mean of two groups of different size."""
    what, here, there, things, level = rng.choice(GROUPS)
    sizes = [10 * tens for tens in rng.sample(range(3, 40), 2)]
    means = (level + Fraction(rng.randrange(0, 40), 10), level - Fraction(rng.randrange(2, 28), 10))
    whole = sum(sizes)
    key = (sizes[0] * means[0] + sizes[1] * means[1]) / whole
    middle = (means[0] + means[1]) / 2
    mistakes: list[Mistake] = [
        (middle, "The two means are averaged as if the groups were equally large."),
        ((sizes[1] * means[0] + sizes[0] * means[1]) / whole, "The sizes of the groups are exchanged."),
        (max(means, key=lambda mean: sizes[means.index(mean)]), "The mean of the larger group is taken."),
        (min(means, key=lambda mean: sizes[means.index(mean)]), "The mean of the smaller group is taken."),
    ]
    return asked(
        rng,
        f"The {what} is {plain(means[0])} {here} ({sizes[0]} {things}) and {plain(means[1])} {there} "
        f"({sizes[1]} {things}). What is it for all {whole} {things} together? Round to two decimals.",
        key,
        mistakes,
        f"({sizes[0]} x {plain(means[0])} + {sizes[1]} x {plain(means[1])}) / {whole} = {figure(key, 2)}.",
        places=2,
    )


@item_model(
    "spread-after-change",
    skills=("statistics", "data-analysis", "econometrics", "compensation-benefits", "hr-analytics"),
    difficulty="senior",
    cognitive_level="understand",
    seconds=75,
)
def spread_after_change(rng: random.Random) -> Draw:
    """What a factor and a constant do to the standard deviation, or to the variance."""
    what, unit = rng.choice(
        [
            ("The monthly salaries of a team", 20),
            ("The prices in a catalogue", 2),
            ("The yearly fees of a club's members", 5),
            ("The daily takings of a shop", 10),
            ("The rents of a landlord's flats", 10),
        ]
    )
    spread, rate = unit * rng.randrange(5, 40), rng.choice([5, 10, 15, 20, 25, 30])
    added = unit * rng.randrange(2, 12)
    factor = Fraction(100 + rate, 100)
    key = spread * factor
    mistakes: list[Mistake] = [
        (spread * factor + added, "The constant is taken to shift the spread as it shifts the mean."),
        (spread, "A change that touches every value alike is taken to leave the spread as it is."),
        (spread * factor**2, "The factor is squared, as for the variance."),
        (spread + added, "The factor is left out and the constant is counted."),
        (spread * Fraction(100 - rate, 100), "A larger mean is taken to shrink the spread."),
        (spread / factor, "The spread is divided by the factor."),
    ]
    return asked(
        rng,
        f"{what} have a standard deviation of {figure(spread)}. All are raised by {rate}%, and then {added} "
        "is added to each. What is the standard deviation now? Round to two decimals.",
        key,
        mistakes,
        f"Adding a constant moves all values alike and leaves the spread; the factor stretches it: "
        f"{spread} x {plain(factor)} = {figure(key, 2)}.",
        places=2,
    )


BOXES = (
    ("A tray holds {} chips, of which {} are faulty", "a faulty chip"),
    ("A list names {} suppliers, of which {} are abroad", "a supplier abroad"),
    ("A team of {} people has {} who speak Spanish", "a Spanish speaker"),
    ("A folder holds {} invoices, of which {} have errors", "an invoice with an error"),
    ("A box holds {} keys, of which {} fit the store", "a key that fits"),
    ("A shelf holds {} samples, of which {} are contaminated", "a contaminated sample"),
)


@item_model(
    "two-draws",
    skills=("statistics", "quality-control", "auditing", "data-analysis", "mathematics"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def two_draws(rng: random.Random) -> Draw:
    """The chance that both of two random draws hit, without or with putting back."""
    box, hit = rng.choice(BOXES)
    number = rng.randrange(6, 26)
    hits = rng.randrange(2, number // 2 + 1)
    puts_back = rng.random() < 0.35
    without = Fraction(hits * (hits - 1), number * (number - 1))
    with_back = Fraction(hits * hits, number * number)
    key, other = (with_back, without) if puts_back else (without, with_back)
    mistakes: list[Mistake] = [
        (
            other,
            "The first is taken not to be put back." if puts_back else "The first is taken to be put back.",
        ),
        (Fraction(hits * (hits - 1), number**2), "The second draw lacks a hit, but none of the whole."),
        (Fraction(hits**2, number * (number - 1)), "The second draw lacks one of the whole, but no hit."),
        (Fraction(hits, number), "The chance of one hit is given."),
        (Fraction(2 * hits, number), "The chances of the two draws are added."),
        (Fraction(hits * (hits - 1), 2 * number * (number - 1)), "The pair is divided by its two orders."),
    ]
    mistakes = [(chance, why) for chance, why in mistakes if chance < 1]
    how = "put back before the second is drawn" if puts_back else "not put back"
    second = f"{hits}/{number}" if puts_back else f"{hits - 1}/{number - 1}"
    return Draw(
        stem=f"{box.format(number, hits)}. Two are drawn at random one after the other; the first is {how}. "
        f"What is the probability that each draw gives {hit}, as a fraction in lowest terms?",
        right=(str(key),),
        wrong=beside(rng, key, mistakes, str),
        explanation=f"{hits}/{number} x {second} = {key}.",
        accepted=(str(key), f"{key.numerator} / {key.denominator}"),
    )


@item_model(
    "expected-value",
    skills=("statistics", "risk-management", "decision-making", "financial-risk", "investment-analysis"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def expected_value(rng: random.Random) -> Draw:
    """The expected result of a venture with three outcomes, one of them a loss."""
    good, middling = rng.choice([20, 25, 30, 40]), rng.choice([30, 35, 40, 45])
    bad = 100 - good - middling
    gain, some, loss = (1000 * rng.randrange(low, high) for low, high in ((60, 160), (15, 50), (8, 40)))
    key = Fraction(good * gain + middling * some - bad * loss, 100)
    mistakes: list[Mistake] = [
        (key + Fraction(bad * loss, 100), "The loss is left out."),
        (key + Fraction(2 * bad * loss, 100), "The loss is counted as a gain."),
        (Fraction(gain + some - loss, 3), "The three outcomes are taken to be equally likely."),
        (Fraction(good * gain - bad * loss, 100), "The middle outcome is left out."),
        (
            Fraction(good * gain, 100) + some * Fraction(middling, 100) - loss,
            "The loss is taken to be certain.",
        ),
        (some, "The likeliest gain is given."),
    ]
    what = rng.choice(
        [
            "A trial product",
            "A bid for a contract",
            "A new branch",
            "A film project",
            "A licence",
            "A field test",
        ]
    )
    return asked(
        rng,
        f"{what} gains {figure(gain)} with a probability of {good}%, gains {figure(some)} with {middling}% "
        f"and loses {figure(loss)} with {bad}%. What is the expected gain?",
        key,
        mistakes,
        f"{plain(Fraction(good, 100))} x {figure(gain)} + {plain(Fraction(middling, 100))} x {figure(some)} "
        f"- {plain(Fraction(bad, 100))} x {figure(loss)} = {figure(key)}.",
    )


SAMPLES = (
    ("{} of {} forms drawn at random have an error", "forms of the year", "to have an error"),
    ("{} of {} randomly chosen customers say that they will buy again", "customers", "to say so"),
    ("{} of {} parts drawn at random are out of tolerance", "parts of the lot", "to be out of tolerance"),
    ("{} of {} randomly chosen tickets were reopened", "tickets of the quarter", "to have been reopened"),
    ("{} of {} parcels checked at random were late", "parcels of the month", "to have been late"),
    ("{} of {} seeds in a random sample did not sprout", "seeds of the batch", "not to sprout"),
)


@item_model(
    "sample-to-whole",
    skills=("statistics", "quality-control", "market-research", "data-literacy", "auditing-quality"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def sample_to_whole(rng: random.Random) -> Draw:
    """How many of the whole a random sample leads one to expect."""
    said, whole_name, do = rng.choice(SAMPLES)
    size = rng.choice([50, 80, 120, 150, 200, 250, 300, 400])
    hits = rng.randrange(4, size // 3)
    times = rng.choice([8, 12, 15, 16, 20, 25, 30, 36, 40])
    whole = size * times
    key = hits * times
    mistakes: list[Mistake] = [
        (Fraction(whole * hits, size - hits), "The hits are divided by the others of the sample."),
        (Fraction((whole - size) * hits, size), "The sample is taken out of the whole and left out."),
        (Fraction(whole * hits, size + hits), "The hits are added to the size of the sample."),
        (Fraction(whole * hits, 100), "The number of hits is read as a percentage."),
        (whole // hits, "The whole is divided by the number of hits."),
        (Fraction((whole + size) * hits, size), "The sample is counted a second time."),
    ]
    return asked(
        rng,
        f"{said.format(hits, size)}. How many of all {figure(whole)} {whole_name} are expected {do}?",
        key,
        mistakes,
        f"The sample's share is {hits} / {size}, and {figure(whole)} x {hits} / {size} = {figure(key)}.",
    )


TESTS = (
    ("parts", "faulty", "An automatic check"),
    ("payments", "fraudulent", "A filter"),
    ("messages", "unwanted", "A mail filter"),
    ("claims", "inflated", "A screening rule"),
    ("samples", "contaminated", "A quick test"),
    ("invoices", "wrong", "An audit program"),
)


@item_model(
    "share-of-flagged",
    skills=("statistics", "fraud-detection", "data-analysis", "model-evaluation", "critical-thinking"),
    difficulty="senior",
    cognitive_level="analyse",
    seconds=120,
)
def share_of_flagged(rng: random.Random) -> Draw:
    """How many of the flagged cases are true ones where true cases are rare (Bayes, by frequencies)."""
    things, name, check = rng.choice(TESTS)
    whole = 1000 * rng.randrange(2, 21)
    rate, hit, alarm = (
        rng.choice([2, 4, 5, 8, 10, 15, 20]),
        rng.choice([80, 90, 95]),
        rng.choice([2, 4, 5, 8, 10]),
    )
    true = whole * rate // 100
    found, false = Fraction(true * hit, 100), Fraction((whole - true) * alarm, 100)
    key = percent(found, found + false)
    mistakes: list[Mistake] = [
        (hit, "The share of the true cases that are flagged is given."),
        (100 - alarm, "The share of the others that are not flagged is given."),
        (
            percent(found, whole * Fraction(alarm, 100)),
            "The flagged cases are taken to be the false ones only.",
        ),
        (rate, "The share of true cases among all is given."),
        (Fraction(100 * hit, hit + alarm), "True cases are taken to be as frequent as the others."),
        (percent(false, found + false), "The share of false ones among the flagged is given."),
        (Fraction(found * 100, whole), "The flagged true cases are divided by all cases."),
    ]
    return asked(
        rng,
        f"Of {figure(whole)} {things}, {rate}% are {name}. {check} flags {hit}% of those that are {name}, "
        f"and {alarm}% of the others. What percentage of the flagged {things} are {name}? Round to a whole "
        "percent.",
        key,
        [(value, why) for value, why in mistakes if value <= 100],
        f"{figure(found)} of the {figure(true)} {name} ones and {figure(false)} of the other "
        f"{figure(whole - true)} are flagged; {figure(found)} / {figure(found + false)} is {figure(key)}%.",
        form="{}%",
        tolerance="0.5",
    )


@item_model(
    "order-of-size",
    skills=("numerical-reasoning", "mathematics", "data-literacy", "attention-to-detail"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
    type="ordering",
)
def order_of_size(rng: random.Random) -> Draw:
    """Shares written as fraction, percentage, decimal and words, by size."""
    values = _apart(rng)
    writers = rng.sample([_as_fraction, _as_percent, _as_decimal, _as_one_in], 4)
    shares = [write(value) for write, value in zip(writers, values, strict=True)]
    named = sorted(shares)
    group = rng.choice(["orders", "members", "machines", "rooms", "accounts", "trains", "answers", "seeds"])
    return Draw(
        stem=f"Four reports give the share of {group} that were checked: "
        f"{', '.join(text for _, text in shares)}. "
        "Order the shares from the smallest to the largest.",
        right=tuple(text for _, text in named),
        wrong=(),
        explanation="As decimals they are "
        + ", ".join(f"{figure(value, 3)} ({text})" for value, text in named)
        + ".",
    )


def _apart(rng: random.Random) -> list[Fraction]:
    """Four shares in no order, near each other, so that a look does not do."""
    base = rng.randrange(8, 56)
    found = [Fraction(base, 100)]
    while len(found) < 4:
        found.append(found[-1] + Fraction(rng.randrange(6, 11), 100))
    rng.shuffle(found)
    return found


def _as_fraction(value: Fraction) -> tuple[Fraction, str]:
    """The nearest fraction with a small denominator."""
    near = value.limit_denominator(12)
    return near, f"{near.numerator}/{near.denominator}"


def _as_percent(value: Fraction) -> tuple[Fraction, str]:
    return value, f"{plain(value * 100)}%"


def _as_decimal(value: Fraction) -> tuple[Fraction, str]:
    return value, plain(value)


def _as_one_in(value: Fraction) -> tuple[Fraction, str]:
    """So many of a number of cases, not in lowest terms."""
    whole = 40 if value < Fraction(1, 2) else 60
    part = int(value * whole + Fraction(1, 2))
    return Fraction(part, whole), f"{part} of {whole}"
