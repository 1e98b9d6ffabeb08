"""Amounts of the books: depreciation, prepayments, ratios, gross profit, inventory, budget, pay."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, plain, table

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


@item_model(
    "straight-line-depreciation",
    skills=("accounting", "fixed-assets", "bookkeeping", "month-end-close", "financial-reporting"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def straight_line_depreciation(rng: random.Random) -> Draw:
    """Carrying amount at the end of a year of a thing bought during a year."""
    life, start = rng.choice([4, 5, 6, 8, 10]), rng.randrange(1, 10)
    residual = rng.randrange(4, 50) * 100
    monthly = rng.randrange(15, 240) * 5
    cost = residual + monthly * 12 * life
    later = rng.randint(1, 2)
    months = 12 - start + 12 * later
    written_off = monthly * months
    mistakes: list[Mistake] = [
        (cost - Fraction(cost * months, 12 * life), "The residual value is left out."),
        (cost - monthly * 12 * (later + 1), "A whole year is written off for the year of the purchase."),
        (cost - residual - written_off, "The residual value is subtracted a second time."),
        (cost - monthly * 12 * later, "Nothing is written off in the year of the purchase."),
        (
            cost - written_off + Fraction(residual * months, 12 * life),
            "The residual value is subtracted twice before the amount is spread.",
        ),
        (written_off, "The accumulated depreciation is given."),
        (cost - monthly * (months - 1), "One month too few is written off."),
    ]
    thing = rng.choice(
        ["A van", "A lathe", "A server room", "An oven", "A crane", "A scanner", "A packing line"]
    )
    bought = 2020 + rng.randrange(6)
    return asked(
        rng,
        f"{thing} that cost {figure(cost)} is in use from 1 {MONTHS[start]} {bought}. Its life is {life} "
        f"years, its residual value {figure(residual)}; it is depreciated by the straight-line method, "
        f"month by month. What is its carrying amount on 31 December {bought + later}?",
        cost - written_off,
        mistakes,
        f"({figure(cost)} - {figure(residual)}) / {12 * life} months = {figure(monthly)} a month; after "
        f"{months} months {figure(cost)} - {figure(written_off)} = {figure(cost - written_off)} is left.",
    )


COVERS = ("insurance", "software support", "the rent of a store", "a maintenance contract", "a data service")


@item_model(
    "prepaid-part",
    skills=("bookkeeping", "accounting", "month-end-close", "financial-reporting", "accounts-payable"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def prepaid_part(rng: random.Random) -> Draw:
    """The expense of the year and the prepaid part of a payment in advance."""
    start, length = rng.randrange(2, 11), rng.choice([12, 12, 18, 24])
    monthly = rng.randrange(60, 1500, 5)
    used = 12 - start
    rest = length - used
    is_expense = rng.random() < 0.5
    key = monthly * (used if is_expense else rest)
    asks = "is the expense of that year" if is_expense else "is a prepaid expense on 31 December of that year"
    mistakes: list[Mistake] = [
        (
            monthly * (rest if is_expense else used),
            "The prepaid part is given." if is_expense else "The expense of the year is given.",
        ),
        (key - monthly, "One month too few is counted."),
        (key + monthly, "One month too many is counted."),
        (monthly * length, "The whole payment is given."),
        (Fraction(monthly * length * start, 12), "The months before the start are counted."),
    ]
    rng.shuffle(mistakes)
    return asked(
        rng,
        f"On 1 {MONTHS[start]} a firm pays {figure(monthly * length)} for {rng.choice(COVERS)} for the next "
        f"{length} months, from that day on. Its year ends on 31 December. How much of the payment {asks}?",
        key,
        mistakes,
        f"A month costs {figure(monthly * length)} / {length} = {figure(monthly)}; {used} months fall into "
        f"the year and {rest} after it, so the answer is {figure(key)}.",
    )


@item_model(
    "working-capital",
    skills=("financial-analysis", "credit-analysis", "accounting", "treasury", "financial-reporting"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=105,
)
def working_capital(rng: random.Random) -> Draw:
    """Working capital or current ratio from a few lines of a balance sheet in no order."""
    current = {"Cash at bank": (5, 40), "Trade receivables": (30, 90), "Inventory": (25, 95)}
    short_term = {"Trade payables": (25, 60), "Loan due within a year": (8, 25)}
    fixed = {
        rng.choice(["Machines", "Buildings", "Vehicles"]): (120, 400),
        "Loan due in five years": (60, 180),
    }
    sheet = {
        name: 100 * rng.randrange(low, high) for name, (low, high) in (current | short_term | fixed).items()
    }
    assets, debts = (sum(sheet[name] for name in part) for part in (current, short_term))
    machines, loan = (sheet[name] for name in fixed)
    names = rng.sample(sorted(sheet), len(sheet))
    code = table([(name, figure(sheet[name])) for name in names])
    if rng.random() < 0.5:
        return asked(
            rng,
            "These are lines of a firm's balance sheet. How large is its working capital?",
            assets - debts,
            [
                (assets - debts - sheet["Inventory"], "Inventory is left out."),
                (assets - sheet["Trade payables"], "The loan that is due within a year is left out."),
                (assets + machines - debts - loan, "What is not current is counted too."),
                (assets, "The short-term debts are not subtracted."),
                (assets - sheet["Cash at bank"] - debts, "Cash is left out."),
            ],
            f"Current assets of {figure(assets)} less current liabilities of {figure(debts)} are "
            f"{figure(assets - debts)}.",
            code=code,
        )
    return asked(
        rng,
        "These are lines of a firm's balance sheet. What is its current ratio? Round to two decimals.",
        Fraction(assets, debts),
        [
            (Fraction(assets - sheet["Inventory"], debts), "Inventory is left out, as in the quick ratio."),
            (Fraction(assets, sheet["Trade payables"]), "The loan that is due within a year is left out."),
            (Fraction(assets + machines, debts + loan), "What is not current is counted too."),
            (Fraction(debts, assets), "The ratio is turned over."),
            (Fraction(assets + machines, debts), "All assets are divided by the current liabilities."),
        ],
        f"Current assets of {figure(assets)} divided by current liabilities of {figure(debts)} are "
        f"{figure(Fraction(assets, debts), 2)}.",
        places=2,
        code=code,
    )


@item_model(
    "gross-profit",
    skills=("accounting", "bookkeeping", "financial-analysis", "store-management", "hospitality-management"),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=90,
)
def gross_profit(rng: random.Random) -> Draw:
    """Gross profit from a small ledger that holds operating expenses too."""
    opening, closing = 100 * rng.randrange(40, 200), 100 * rng.randrange(40, 200)
    purchases = 100 * rng.randrange(300, 900)
    used = opening + purchases - closing
    sales = used * rng.randrange(140, 220) // 10000 * 100
    wages, rent = 100 * rng.randrange(30, 110), 100 * rng.randrange(10, 60)
    lines = [
        ("Sales", sales),
        ("Purchases of goods", purchases),
        ("Inventory at the start", opening),
        ("Inventory at the end", closing),
        ("Wages", wages),
        (rng.choice(["Rent", "Advertising", "Electricity"]), rent),
    ]
    rng.shuffle(lines)
    mistakes: list[Mistake] = [
        (sales - used - wages - rent, "The operating expenses are subtracted too."),
        (sales - purchases, "The change in inventory is left out."),
        (sales - purchases - closing + opening, "Inventory at the start and at the end are exchanged."),
        (sales - purchases - opening, "The inventory at the end is left out."),
        (sales - purchases + closing, "The inventory at the start is left out."),
        (used, "The cost of the goods sold is given."),
    ]
    shop = rng.choice(["a bookshop", "a bakery", "a wholesaler", "a bicycle shop", "a café", "a toy shop"])
    return asked(
        rng,
        f"These are the figures of {shop} for one year. How large is its gross profit, with wages and other "
        "running costs not counted in the cost of goods?",
        sales - used,
        mistakes,
        f"The goods sold cost {figure(opening)} + {figure(purchases)} - {figure(closing)} = {figure(used)}; "
        f"{figure(sales)} - {figure(used)} = {figure(sales - used)}.",
        code=table([(name, figure(amount)) for name, amount in lines]),
    )


@item_model(
    "inventory-cost",
    skills=("accounting", "inventory-management", "cost-accounting", "ifrs", "financial-reporting"),
    difficulty="senior",
    cognitive_level="apply",
    seconds=120,
)
def inventory_cost(rng: random.Random) -> Draw:
    """Inventory at the end at FIFO or at the weighted average of the period."""
    first, second, third = (10 * rng.randrange(4, 30) for _ in range(3))
    low = rng.randrange(8, 60)
    costs = [low, low + rng.randrange(1, 9), low + rng.randrange(9, 18)]
    counts = [first, second, third]
    bought = sum(counts)
    worth = sum(count * cost for count, cost in zip(counts, costs, strict=True))
    left = 10 * rng.randrange(3, bought // 20)
    by_method: dict[str, int | Fraction] = {
        "FIFO": _value_of_last(left, counts, costs),
        "LIFO": _value_of_last(left, counts[::-1], costs[::-1]),
        "weighted average": Fraction(worth * left, bought),
    }
    method, other = rng.sample(["FIFO", "weighted average"], 2)
    key = by_method[method]
    mistakes: list[Mistake] = [
        (by_method[other], f"The {other} method is used."),
        (by_method["LIFO"], "The units that were bought last are taken to be sold first."),
        (Fraction(sum(costs) * left, 3), "The mean of the three unit costs is not weighted."),
        (left * costs[2], "All units left are valued at the last unit cost."),
        (left * costs[0], "All units left are valued at the first unit cost."),
        (worth - key, "The cost of the units sold is given."),
    ]
    rows = [("Bought", "Units", "Cost per unit")]
    days = sorted(rng.sample(range(1, 29), 3))
    month = rng.choice(MONTHS)
    for day, count, cost in zip(days, counts, costs, strict=True):
        rows.append((f"{day} {month}", str(count), str(cost)))
    how = "first in, first out (FIFO)" if method == "FIFO" else "the weighted average cost of the whole month"
    return asked(
        rng,
        f"A dealer had no units of an article at the start of the month. At its end {left} of the units "
        f"below are left. At what amount are they valued by {how}? Round to a whole number.",
        key,
        mistakes,
        f"FIFO takes the {left} units from the last purchases: {figure(key)}."
        if method == "FIFO"
        else f"{figure(worth)} / {bought} units = {figure(Fraction(worth, bought), 2)} a unit; "
        f"{left} units are worth {figure(key)}.",
        code=table(rows),
        tolerance="0.5",
    )


def _value_of_last(left: int, counts: list[int], costs: list[int]) -> int:
    """What `left` units are worth when they are the last bought."""
    value = 0
    for count, cost in zip(reversed(counts), reversed(costs), strict=True):
        taken = min(left, count)
        value += taken * cost
        left -= taken
    return value


@item_model(
    "budget-forecast",
    skills=("budgeting", "financial-controlling", "project-budgeting", "expense-management", "reporting"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def budget_forecast(rng: random.Random) -> Draw:
    """By how much a year's budget is overspent if spending goes on as it began."""
    months = rng.choice([2, 3, 4, 5, 7, 8])
    monthly = 10 * rng.randrange(80, 900)
    spent, year = monthly * months, monthly * 12
    budget = year * rng.randrange(78, 96) // 10000 * 100
    key = year - budget
    mistakes: list[Mistake] = [
        (key * months // 12, "The overspending up to now is given, not that of the year."),
        (key * (12 - months) // 12, "Only the months to come are counted."),
        (budget - spent, "What is left of the budget is given."),
        (year - spent, "The spending of the months to come is given."),
        (key + monthly, "One month too many is counted."),
        (abs(key - monthly), "One month too few is counted."),
    ]
    what = rng.choice(
        ["travel", "training", "advertising", "repairs", "software", "temporary staff", "postage"]
    )
    return asked(
        rng,
        f"A department may spend {figure(budget)} on {what} in a year. After {months} months it has spent "
        f"{figure(spent)}. If it goes on spending at that rate, by how much will it exceed the year's "
        "budget?",
        key,
        mistakes,
        f"{figure(spent)} / {months} = {figure(monthly)} a month is {figure(year)} a year, "
        f"{figure(key)} more than {figure(budget)}.",
    )


@item_model(
    "overtime-pay",
    skills=("payroll", "hr-administration", "compensation-benefits", "numerical-reasoning"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=75,
)
def overtime_pay(rng: random.Random) -> Draw:
    """A week's gross pay with overtime at a higher rate."""
    normal, extra = rng.choice([35, 36, 37, 38, 39, 40]), rng.randrange(3, 13)
    rate = Fraction(rng.randrange(1200, 3400, 20), 100)
    factor = rng.choice([Fraction(5, 4), Fraction(3, 2), Fraction(2)])
    key = rate * (normal + extra * factor)
    mistakes: list[Mistake] = [
        (rate * (normal + extra), "The overtime is paid at the normal rate."),
        (rate * (normal + extra) * factor, "All hours are paid at the overtime rate."),
        (rate * (normal + extra * (factor - 1)), "Only the supplement is paid for the overtime."),
        (rate * (normal + extra + extra * factor), "The overtime is paid at both rates."),
        (rate * normal * factor, "The normal hours are paid at the overtime rate."),
        (rate * (normal + (extra + 1) * factor), "One hour of overtime too many is counted."),
        (rate * (normal + (extra - 1) * factor), "One hour of overtime too few is counted."),
    ]
    job = rng.choice(["driver", "fitter", "cook", "clerk", "porter", "nurse", "packer", "guard"])
    return asked(
        rng,
        f"A {job} earns {figure(rate, 2)} an hour for the first {normal} hours of a week, and "
        f"{plain(factor)} times as much for each hour beyond them. What is the gross pay for a week of "
        f"{normal + extra} hours?",
        key,
        mistakes,
        f"{normal} x {figure(rate, 2)} + {extra} x {figure(rate * factor, 2)} = {figure(key, 2)}.",
        places=2,
        tolerance="0.005",
    )
