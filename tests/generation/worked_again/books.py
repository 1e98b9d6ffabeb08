"""Accounting and the amounts of the books."""

import re
from fractions import Fraction

from tests.generation.worked_again import Answer, figures, found, number, numbers, rows, solves
from workers.generation.brief import Item

MONTHS = "January February March April May June July August September October November December".split()
# Written down by hand, apart from the models: what is told, the entry, and what it does to assets and debts.
ENTRIES = (
    ("goods for resale", "inventory", "trade payables", 1, 1),
    ("office furniture", "equipment", "trade payables", 1, 1),
    ("a machine for", "equipment", "cash at bank", 0, 0),
    ("to a supplier for an invoice", "trade payables", "cash at bank", -1, -1),
    ("this month's rent", "rent expense", "cash at bank", -1, 0),
    ("insurance that starts next year", "prepaid expenses", "cash at bank", 0, 0),
    ("accrued last month", "accrued expenses", "cash at bank", -1, -1),
    ("of a bank loan", "bank loan", "cash at bank", -1, -1),
    ("from its bank for three years", "cash at bank", "bank loan", 1, 1),
    ("for new shares", "cash at bank", "share capital", 1, 0),
    ("from a customer for an invoice", "cash at bank", "trade receivables", 0, 0),
    ("it will do next year", "cash at bank", "deferred income", 1, 1),
    ("services for", "trade receivables", "service revenue", 1, 0),
    ("a customer paid for last year", "deferred income", "service revenue", 0, -1),
    ("unpaid goods", "trade payables", "inventory", -1, -1),
    ("depreciation of", "depreciation expense", "accumulated depreciation", -1, 0),
    ("payable next month", "wages expense", "accrued expenses", 0, 1),
    ("a receivable of", "bad debt expense", "trade receivables", -1, 0),
)


def _entry(text: str) -> tuple[str, str, int, int]:
    fitting = [entry[1:] for entry in ENTRIES if entry[0] in text]
    assert len(fitting) == 1, text
    return fitting[0]


@solves("accounting-entry")
def accounting_entry(item: Item) -> Answer:
    debit, credit, *_ = _entry(item.stem)
    return f"Debit {debit}, credit {credit}"


@solves("balance-sheet-effect")
def balance_sheet_effect(item: Item) -> Answer:
    verb, total = found(r"(raise|lower) its (total assets|total liabilities|equity)\?", item.stem)
    wanted = 1 if verb == "raise" else -1
    right = set()
    for option in item.options:
        _, _, assets, debts = _entry(option)
        effect = {"total assets": assets, "total liabilities": debts, "equity": assets - debts}[total]
        right |= {option} if effect == wanted else set()
    assert len(right) == 2
    return right


@solves("straight-line-depreciation")
def straight_line_depreciation(item: Item) -> Answer:
    cost, life, residual = figures(r"cost # is in use .* life is # years, its residual value #;", item.stem)
    month, start, end = found(r"from 1 ([A-Z]\w+) (\d{4})\..* 31 December (\d{4})", item.stem)
    left, worth = (int(end) - int(start)) * 12 + 12 - MONTHS.index(month), cost
    while left:
        worth -= (cost - residual) / (life * 12)
        left -= 1
    return worth


@solves("prepaid-part")
def prepaid_part(item: Item) -> Answer:
    paid, length = figures(r"pays # for .* next # months", item.stem)
    at = MONTHS.index(found(r"On 1 (\w+) ", item.stem)[0])
    covered = [at + month for month in range(int(length))]
    is_expense = "is the expense of that year" in item.stem
    return paid / length * sum((month < 12) == is_expense for month in covered)


@solves("working-capital")
def working_capital(item: Item) -> Answer:
    lines = {name: number(amount) for name, amount in rows(item.code)}
    assets = lines["Cash at bank"] + lines["Trade receivables"] + lines["Inventory"]
    debts = lines["Trade payables"] + lines["Loan due within a year"]
    return assets / debts if "ratio" in item.stem else assets - debts


@solves("gross-profit")
def gross_profit(item: Item) -> Answer:
    lines = {name: number(amount) for name, amount in rows(item.code)}
    used = lines["Inventory at the start"] + lines["Purchases of goods"] - lines["Inventory at the end"]
    return lines["Sales"] - used


@solves("inventory-cost")
def inventory_cost(item: Item) -> Answer:
    """Every unit is put on the pile with its cost, and the oldest are sold."""
    pile = [int(cost) for _, units, cost in rows(item.code)[1:] for _ in range(int(units))]
    left = int(figures("At its end # of the units", item.stem)[0])
    return sum(pile[-left:]) if "FIFO" in item.stem else Fraction(sum(pile), len(pile)) * left


@solves("budget-forecast")
def budget_forecast(item: Item) -> Answer:
    budget, months, spent = figures(r"may spend # on .* After # months it has spent #\.", item.stem)
    return spent * 12 / months - budget


@solves("overtime-pay")
def overtime_pay(item: Item) -> Answer:
    rate, normal, factor, worked = figures(
        r"earns # an hour for the first # hours .* and # times .* week of # hours", item.stem
    )
    return sum(rate * (factor if hour >= normal else 1) for hour in range(int(worked)))


@solves("ad-rate")
def ad_rate(item: Item) -> Answer:
    shown, clicks, bought = figures(r"shown # times\. It was clicked # times, and # of", item.stem)
    return 100 * clicks / shown if "click-through" in item.stem else 100 * bought / clicks


@solves("ad-cost")
def ad_cost(item: Item) -> Answer:
    cost, shown, clicks, buyers = figures(
        r"cost # in a month.*shown # times.*clicked # times.*brought # new", item.stem
    )
    name = found(r"What was the ([a-z ]+)\?", item.stem)[0]
    units = {"cost per click": clicks, "cost per new customer": buyers}
    return cost / units.get(name, shown / 1000)


@solves("campaign-orders")
def campaign_orders(item: Item) -> Answer:
    cost, order, margin = figures(r"costs #\. An order is worth # on average, and #%", item.stem)
    orders, earned = 0, Fraction(0)
    while earned < cost:
        orders, earned = orders + 1, earned + order * margin / 100
    assert earned == cost
    return orders


@solves("campaigns-on-target")
def campaigns_on_target(item: Item) -> Answer:
    least, target = figures(r"at least # new customers at a cost of at most # each", item.stem)
    lines = [(name, number(cost), number(customers)) for name, cost, customers in rows(item.code)[1:]]
    return {name for name, cost, customers in lines if customers >= least and cost <= customers * target}


@solves("critical-path")
def critical_path(item: Item) -> Answer:
    """The project day by day."""
    lines = rows(item.code)[1:]
    needs = {task: re.findall("[A-F]", before) for task, before, _ in lines}
    left = {task: int(days) for task, _, days in lines}
    day = 0
    while any(left.values()):
        running = [task for task in left if left[task] and not any(left[one] for one in needs[task])]
        for task in running:
            left[task] -= 1
        day += 1
    return day


@solves("three-point-estimate")
def three_point_estimate(item: Item) -> Answer:
    low, likely, high = figures(r"estimates # days at best, # most likely and # at worst", item.stem)
    guesses = [low, *[likely] * 4, high]
    return sum(guesses) / len(guesses)


@solves("earned-value")
def earned_value(item: Item) -> Answer:
    budget, planned, done, spent = figures(
        r"budget of #\. By today #% .* done; #% is done, and # has", item.stem
    )
    of_cost = "cost variance" in item.stem
    assert of_cost != ("schedule variance" in item.stem)
    return spent - budget * done / 100 if of_cost else budget * (planned - done) / 100


@solves("burn-down")
def burn_down(item: Item) -> Answer:
    _, left, *speeds = figures(r"done # points, and # are left.* did #, # and # points", item.stem)
    weeks = 0
    while left > 0:
        left -= sum(speeds) / 3
        weeks += 1
    return weeks


@solves("sample-to-whole")
def sample_to_whole(item: Item) -> Answer:
    hits, size, whole = numbers(item.stem)
    return whole / size * hits
