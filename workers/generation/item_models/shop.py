"""The shop counter: change, discounts, the best buy, margins, foreign money."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, percent, plain, table

WARES = (
    ("notebooks", 145, 480),
    ("pens", 85, 320),
    ("greeting cards", 110, 450),
    ("candles", 240, 990),
    ("bars of soap", 130, 520),
    ("batteries", 95, 380),
    ("sandwiches", 290, 680),
    ("plants", 340, 1250),
    ("bottles of juice", 125, 390),
    ("tea towels", 210, 760),
)


@item_model(
    "change-due",
    skills=("cash-handling", "retail-sales", "numerical-reasoning", "barista-skills", "bartending"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def change_due(rng: random.Random) -> Draw:
    """The change from a note for two kinds of goods."""
    lines = [
        (name, rng.randrange(low, high, 5), rng.randint(2, 4)) for name, low, high in rng.sample(WARES, 2)
    ]
    total = sum(price * count for _, price, count in lines)
    paid = 5000 if total < 4500 else 10000
    paid = 2000 if total < 1800 else paid
    change = paid - total
    (one, price, count), (other, other_price, other_count) = lines
    mistakes: list[Mistake] = [
        (Fraction(change + price, 100), f"One of the {one} is left out."),
        (Fraction(change - 100, 100), "A whole unit too much is borrowed in the subtraction."),
        (Fraction(change + 100, 100), "Nothing is carried from the cents in the subtraction."),
        (Fraction(change - other_price, 100), f"One of the {other} too many is counted."),
        (Fraction(change + 10, 100), "A ten is lost in adding up the cents."),
        (Fraction(change - 10, 100), "A ten too many is carried in adding up the cents."),
    ]
    rng.shuffle(mistakes)
    return asked(
        rng,
        f"A customer buys {count} {one} at {figure(Fraction(price, 100), 2)} each and {other_count} {other} "
        f"at {figure(Fraction(other_price, 100), 2)} each, and pays with {figure(Fraction(paid, 100), 2)}. "
        "How much change is due?",
        Fraction(change, 100),
        mistakes,
        f"The goods cost {figure(Fraction(price * count, 100), 2)} + "
        f"{figure(Fraction(other_price * other_count, 100), 2)} = {figure(Fraction(total, 100), 2)}; "
        f"{figure(Fraction(paid, 100), 2)} less that is {figure(Fraction(change, 100), 2)}.",
        places=2,
        tolerance="0",
    )


ARTICLES = ("jacket", "tent", "sofa", "toaster", "watch", "carpet", "racket", "helmet", "mixer", "rucksack")
SECOND_DISCOUNTS = (
    "Members get a further {}% off the reduced price.",
    "At the till a voucher takes another {}% off the reduced price.",
    "On the last day the reduced price is cut by another {}%.",
    "Staff get {}% off whatever the price tag says after the reduction.",
)


@item_model(
    "stacked-discounts",
    skills=("retail-sales", "pricing-strategy", "numerical-reasoning", "cash-handling", "store-management"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def stacked_discounts(rng: random.Random) -> Draw:
    """A second discount is taken off what the first one left."""
    price = rng.randrange(40, 500, 2)
    first, second = rng.choice([10, 15, 20, 25, 30, 40, 50]), rng.choice([5, 10, 15, 20])
    reduced = Fraction(price * (100 - first), 100)
    key = reduced * (100 - second) / 100
    mistakes: list[Mistake] = [
        (Fraction(price * (100 - first - second), 100), "The two rates are added."),
        (reduced, "The second discount is left out."),
        (price - key, "What is saved is given."),
        (Fraction(price * (100 - second), 100), "The first discount is left out."),
        (reduced - second, "The second rate is taken off as an amount of money."),
        (key * (100 - second) / 100, "The second discount is taken off twice."),
    ]
    return asked(
        rng,
        f"A {rng.choice(ARTICLES)} that costs {figure(price, 2)} is reduced by {first}%. "
        f"{rng.choice(SECOND_DISCOUNTS).format(second)} What is then paid?",
        key,
        mistakes,
        f"{figure(price, 2)} x {plain(Fraction(100 - first, 100))} = {figure(reduced, 2)}, and "
        f"{figure(reduced, 2)} x {plain(Fraction(100 - second, 100))} = {figure(key, 2)}.",
        places=2,
    )


SOLD_BY_WEIGHT = (
    ("rice", "g", 20, 60),
    ("coffee", "g", 90, 240),
    ("washing powder", "g", 30, 70),
    ("olive oil", "ml", 70, 160),
    ("shampoo", "ml", 60, 150),
    ("dog food", "g", 25, 80),
    ("wall paint", "ml", 60, 140),
    ("flour", "g", 10, 30),
    ("almonds", "g", 110, 220),
    ("liquid soap", "ml", 40, 110),
)
SIZES = (150, 200, 250, 300, 400, 450, 500, 600, 750, 800, 900, 1000, 1200, 1500)


@item_model(
    "best-buy",
    skills=("numerical-reasoning", "procurement", "retail-sales", "attention-to-detail", "cost-accounting"),
    difficulty="entry",
    cognitive_level="analyse",
    seconds=75,
)
def best_buy(rng: random.Random) -> Draw:
    """The pack with the lowest price for the same amount."""
    ware, unit, low, high = rng.choice(SOLD_BY_WEIGHT)
    base = rng.randrange(low, high)  # cents for 100 g or ml
    sizes = rng.sample(SIZES, 4)
    factors = rng.sample([100, 108, 115, 122, 130, 138], 4)
    packs = [(size, size * base * factor // 10000) for size, factor in zip(sizes, factors, strict=True)]
    best, *others = sorted(packs, key=lambda pack: Fraction(pack[1], pack[0]))
    cheapest = min(packs, key=lambda pack: pack[1])
    largest = max(packs)
    per = Fraction(100 * best[1], best[0])
    shown = sorted(packs) if rng.random() < 0.5 else rng.sample(packs, 4)
    return Draw(
        stem=f"A buyer compares four packs of {ware} of the same quality. Which size has the lowest "
        "price per "
        f"{unit}?",
        right=(_size(best, unit),),
        wrong=tuple(Wrong(_size(pack, unit), _why_this(pack, cheapest, largest)) for pack in others),
        explanation=f"The pack of {_size(best, unit)} costs {figure(per, 2)} cents per 100 {unit}; "
        "the next best, "
        f"{_size(others[0], unit)}, {figure(Fraction(100 * others[0][1], others[0][0]), 2)}.",
        code=table(
            [("Size", "Price"), *((_size(pack, unit), figure(Fraction(pack[1], 100), 2)) for pack in shown)]
        ),
        code_language="text",
    )


def _size(pack: tuple[int, int], unit: str) -> str:
    return f"{figure(pack[0])} {unit}"


def _why_this(pack: tuple[int, int], cheapest: tuple[int, int], largest: tuple[int, int]) -> str:
    if pack == cheapest:
        return "The pack with the lowest price is taken to be the cheapest per amount."
    if pack == largest:
        return "The largest pack is taken to be the cheapest per amount."
    return "The difference in price is compared, and the difference in size is left out."


@item_model(
    "margin-or-markup",
    skills=("retail-sales", "pricing-strategy", "financial-analysis", "sales", "merchandise-planning"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def margin_or_markup(rng: random.Random) -> Draw:
    """Profit as a part of the price (margin) or of the cost (markup)."""
    cost = rng.randrange(12, 400)
    price = cost * rng.randrange(120, 260) // 100
    profit = price - cost
    margin, markup = percent(profit, price), percent(profit, cost)
    is_margin = rng.random() < 0.5
    name, key, other = ("gross margin", margin, markup) if is_margin else ("markup", markup, margin)
    base, base_name = (price, "selling price") if is_margin else (cost, "cost")
    mistakes: list[Mistake] = [
        (other, "The profit is divided by the cost." if is_margin else "The profit is divided by the price."),
        (percent(cost, price), "The cost is given as a percentage of the price."),
        (percent(profit, price + cost), "The profit is divided by the sum of cost and price."),
        (percent(price, cost), "The price is given as a percentage of the cost."),
        (profit if profit <= 150 else 0, "The profit is read as a percentage."),
    ]
    seller = rng.choice(["A shop", "A wholesaler", "A market trader", "An online seller", "A gallery"])
    return asked(
        rng,
        f"{seller} buys a {rng.choice(ARTICLES)} for {cost} and sells it for {price}, both without tax. "
        f"What is the {name} in percent of the {base_name}? Round to a whole percent.",
        key,
        mistakes,
        f"The profit is {price} - {cost} = {profit}; the {name} is {profit} / {base} = "
        f"{figure(key / 100, 3)}, about {figure(key)}%.",
        form="{}%",
        tolerance="0.5",
    )


@item_model(
    "price-for-margin",
    skills=("pricing-strategy", "retail-sales", "financial-analysis", "cost-accounting", "presales"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=90,
)
def price_for_margin(rng: random.Random) -> Draw:
    """The price that gives a wanted margin; the margin is a part of the price."""
    margin = rng.choice([15, 20, 25, 30, 35, 40, 45, 55, 60])
    key = Fraction(rng.randrange(2000, 60000, 20), 100)
    cost = key * (100 - margin) / 100
    mistakes: list[Mistake] = [
        (cost * (100 + margin) / 100, "The margin is added to the cost as a markup."),
        (cost * 100 / margin, "The cost is divided by the margin."),
        (cost + margin, "The rate is added as if it were an amount of money."),
        (key * (100 + margin) / 100, "The margin is added once more to a price that gives it already."),
        (cost * 100 / (100 - margin) * 100 / (100 - margin), "The margin is put on twice."),
        (cost * (200 - margin) / 100, "What is left beside the margin is added to the cost."),
    ]
    service = rng.choice(
        [
            "a repair",
            "a catering order",
            "a print run",
            "a batch of tiles",
            "a training day",
            "a machine part",
        ]
    )
    return asked(
        rng,
        f"The full cost of {service} is {figure(cost, 2)}. What price gives a margin of {margin}% of the "
        "price? Leave taxes aside.",
        key,
        mistakes,
        f"The cost is {100 - margin}% of the price, so the price is {figure(cost, 2)} / "
        f"{plain(Fraction(100 - margin, 100))} = {figure(key, 2)}.",
        places=2,
    )


RATES = (
    ("EUR", "USD", 104, 122),
    ("GBP", "EUR", 112, 124),
    ("EUR", "CHF", 91, 109),
    ("USD", "CAD", 126, 144),
)


@item_model(
    "currency-conversion",
    skills=(
        "numerical-reasoning",
        "treasury",
        "accounts-payable",
        "banking-operations",
        "expense-management",
    ),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def currency_conversion(rng: random.Random) -> Draw:
    """Foreign money into one's own at a stated rate, with a fee in percent."""
    home, foreign, low, high = rng.choice(RATES)
    rate = Fraction(rng.randrange(low, high), 100)
    fee = Fraction(rng.randrange(1, 7), 2)
    amount = rng.randrange(120, 4000, 10)
    exchanged = amount / rate
    key = exchanged * (100 + fee) / 100
    mistakes: list[Mistake] = [
        (amount * rate * (100 + fee) / 100, "The amount is multiplied by the rate."),
        (exchanged, "The fee is left out."),
        (exchanged * (100 - fee) / 100, "The fee is taken off; it is a cost on top."),
        (exchanged + fee, "The rate of the fee is added as if it were an amount of money."),
        (exchanged * (100 + 2 * fee) / 100, "The fee is added twice."),
        (exchanged * (100 + 10 * fee) / 100, "The decimal point of the fee slips by a place."),
    ]
    return asked(
        rng,
        f"An invoice of {figure(amount)} {foreign} is paid from an account in {home}. The bank's rate is 1 "
        f"{home} = {figure(rate, 2)} {foreign}, and it adds a fee of {plain(fee)}% of the converted amount. "
        f"What does the payment cost in {home}, with the fee? Round to two decimals.",
        key,
        mistakes,
        f"{figure(amount)} / {figure(rate, 2)} = {figure(exchanged, 2)} {home}; with the fee of "
        f"{plain(fee)}% it is {figure(key, 2)}.",
        places=2,
    )
