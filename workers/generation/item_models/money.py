"""Money: prices with and without discount, tax or margin, interest, break-even, foreign money."""

import random
from fractions import Fraction
from math import ceil

from workers.generation.item_models import Draw, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, plain

THINGS = ("desk", "monitor", "printer", "coat", "drill", "bicycle", "lamp", "tent", "suitcase", "camera")


@item_model(
    "reverse-percentage",
    skills=("numerical-reasoning", "financial-analysis", "bookkeeping", "cash-handling", "retail-sales"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def reverse_percentage(rng: random.Random) -> Draw:
    """The price before a discount, from the price after it."""
    rate = rng.choice([5, 10, 15, 20, 25, 30, 35, 40])
    full = Fraction(rng.randrange(4000, 90000, 20), 100)
    paid = full * (100 - rate) / 100
    mistakes: list[Mistake] = [
        (paid * (100 + rate) / 100, "The percentage is added to the reduced price."),
        (
            full * (100 + rate) / 100,
            "The reduced price is brought up to the full one, and then raised again.",
        ),
        (paid * 100 / rate, "The reduced price is taken for the discount itself."),
        (full * 100 / (100 - rate), "The discount is undone twice."),
        (paid + rate, "The rate is added as if it were an amount of money."),
        (paid * (100 - rate) / 100, "The discount is taken off a second time."),
    ]
    return asked(
        rng,
        f"After a discount of {rate}%, a {rng.choice(THINGS)} costs {figure(paid, 2)}. "
        "What did it cost before?",
        full,
        mistakes,
        f"{figure(paid, 2)} is {100 - rate}% of the old price, so that was "
        f"{figure(paid, 2)} / {plain(Fraction(100 - rate, 100))} = {figure(full, 2)}.",
        places=2,
    )


@item_model(
    "vat-content",
    skills=("vat", "invoicing", "bookkeeping", "accounts-payable", "tax", "expense-management"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def vat_content(rng: random.Random) -> Draw:
    """The tax in a gross amount, or the net amount; the rate is of the net amount."""
    rate = rng.choice([5, 7, 10, 19, 20, 21, 22, 23, 25])
    gross = Fraction(rng.randrange(2500, 95000), 100)
    net = gross * 100 / (100 + rate)
    tax = gross - net
    paper = rng.choice(["An invoice", "A receipt", "A repair bill", "A hotel bill", "A telephone bill"])
    stem = f"{paper} for {figure(gross, 2)} includes VAT at {rate}%."
    worked = f"{figure(gross, 2)} is {100 + rate}% of the net amount"
    if rng.random() < 0.5:
        return asked(
            rng,
            f"{stem} How much of it is VAT? Round to two decimals.",
            tax,
            [
                (gross * rate / 100, "The rate is taken of the gross amount."),
                (
                    gross * rate / 100 * (100 - rate) / 100,
                    "The rate is taken of the gross amount, then off it.",
                ),
                (gross * rate / (100 - rate), "The gross amount is taken for what is left after the tax."),
                (tax * 100 / (100 + rate), "The tax is taken out of the tax again."),
                (gross - gross * 1000 / (1000 + rate), "The decimal point of the rate slips by a place."),
            ],
            f"{worked}, so the VAT is {figure(gross, 2)} x {rate} / {100 + rate} = {figure(tax, 2)}.",
            places=2,
        )
    return asked(
        rng,
        f"{stem} What is the amount before VAT? Round to two decimals.",
        net,
        [
            (gross * (100 - rate) / 100, "The rate is taken off the gross amount."),
            (gross * 1000 / (1000 + rate), "The decimal point of the rate slips by a place."),
            (net * 100 / (100 + rate), "The tax is taken out twice."),
            (gross - rate, "The rate is subtracted as if it were an amount of money."),
            (gross * (100 + rate) / 100, "The rate is added to an amount that holds the tax already."),
        ],
        f"{worked}, so that is {figure(gross, 2)} / {plain(Fraction(100 + rate, 100))} = {figure(net, 2)}.",
        places=2,
    )


@item_model(
    "simple-interest",
    skills=(
        "banking-operations",
        "numerical-reasoning",
        "financial-analysis",
        "treasury",
        "financial-advice",
    ),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def simple_interest(rng: random.Random) -> Draw:
    """Interest for some months at a yearly rate."""
    sum_lent = rng.randrange(600, 24000, 100)
    rate = Fraction(rng.randrange(4, 19), 2)
    months = rng.choice([3, 4, 5, 6, 7, 8, 9, 10, 15, 18])
    year = sum_lent * rate / 100
    key = year * months / 12
    mistakes: list[Mistake] = [
        (year, "The interest of a whole year is given."),
        (year * months / 10, f"{months} months are taken for {months}/10 of a year."),
        (year * 12 / months, "The year is divided by the months, not the months by the year."),
        (year * abs(12 - months) / 12, "The months that are missing to a year are counted."),
        (year * months * 30 / 365, "A month is counted as 30 of 365 days."),
        (year * (months - 1) / 12, "One month too few is counted."),
        (year * (months + 1) / 12, "One month too many is counted."),
    ]
    who = rng.choice(
        [
            "A firm lends a supplier",
            "A saver deposits",
            "A partner lends the firm",
            "A shop borrows",
            "A club invests",
            "A bank lends a builder",
        ]
    )
    return asked(
        rng,
        f"{who} {figure(sum_lent)} at {plain(rate)}% simple interest a year. How much interest is due after "
        f"{months} months, with every month counted as a twelfth of a year? Round to two decimals.",
        key,
        mistakes,
        f"A year's interest is {figure(sum_lent)} x {plain(rate / 100)} = {figure(year, 2)}; "
        f"{months}/12 of that is {figure(key, 2)}.",
        places=2,
    )


@item_model(
    "compound-interest",
    skills=("investment-analysis", "banking-operations", "financial-analysis", "financial-advice"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def compound_interest(rng: random.Random) -> Draw:
    """What a deposit grows to when interest bears interest."""
    deposit = rng.randrange(1000, 30000, 250)
    rate, years = rng.randrange(2, 10), rng.choice([2, 3, 4])
    growth = Fraction(100 + rate, 100)
    key = deposit * growth**years
    mistakes: list[Mistake] = [
        (deposit + Fraction(deposit * rate * years, 100), "Interest is paid on the first deposit only."),
        (deposit * growth ** (years - 1), "One year too few is counted."),
        (deposit * growth ** (years + 1), "One year too many is counted."),
        (deposit * growth ** (2 * years), "The rate of a year is paid every half-year."),
        (
            deposit * (1 + Fraction(rate * years, 100)) * growth,
            "A year's interest is paid on the simple total.",
        ),
        (
            deposit * (1 + Fraction(rate, 100) ** years),
            "The rate itself is raised to the power of the years.",
        ),
    ]
    account = rng.choice(["a savings account", "a bond fund", "a fixed deposit", "a pension plan"])
    return asked(
        rng,
        f"{figure(deposit)} is put into {account} that earns {rate}% a year. The interest stays there and "
        f"earns interest too. How much is there after {years} years? Round to two decimals.",
        key,
        mistakes,
        f"{figure(deposit)} x {plain(growth)} to the power of {years} = {figure(key, 2)}.",
        places=2,
    )


@item_model(
    "break-even-units",
    skills=("cost-accounting", "financial-analysis", "budgeting", "pricing-strategy", "business-analysis"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def break_even_units(rng: random.Random) -> Draw:
    """The units that cover the fixed costs, or those and a profit."""
    thing, least, most = rng.choice(
        [
            ("candles", 6, 20),
            ("backpacks", 30, 90),
            ("lunch boxes", 7, 18),
            ("bookshelves", 60, 200),
            ("calendars", 8, 25),
            ("training places", 150, 600),
            ("phone cases", 9, 30),
            ("garden benches", 90, 300),
        ]
    )
    price = rng.randrange(least, most)
    variable = price * rng.randrange(30, 75) // 100
    units = rng.randrange(180, 2400)
    needed = units * (price - variable)
    profit = rng.choice([0, 1]) * needed * rng.randrange(10, 35) // 1000 * 10
    fixed = needed - profit
    goal = f"for a profit of {figure(profit)}" if profit else "to break even"
    why = f" and a profit of {figure(profit)}" if profit else ""
    mistakes: list[Mistake] = [
        (ceil(Fraction(needed, price)), "The amount is divided by the price; the variable cost is left out."),
        (ceil(Fraction(needed, variable)), "The amount is divided by the variable cost."),
        (ceil(Fraction(needed, price + variable)), "The variable cost is added to the price."),
        (
            ceil(Fraction(units * price, price - variable)),
            "The revenue needed is divided by the contribution.",
        ),
        (ceil(Fraction(units * price, variable)), "The revenue needed is divided by the variable cost."),
    ]
    if profit:
        mistakes.insert(0, (ceil(Fraction(fixed, price - variable)), "The profit wanted is left out."))
    return asked(
        rng,
        f"A firm sells {thing} at {price} each. Each costs it {variable} in material and other variable "
        f"costs; fixed costs are {figure(fixed)} a year. How many {thing} must it sell in a year {goal}?",
        units,
        mistakes,
        f"Each unit contributes {price} - {variable} = {price - variable} to the fixed costs{why}; "
        f"{figure(needed)} / {price - variable} = {figure(units)}.",
    )
