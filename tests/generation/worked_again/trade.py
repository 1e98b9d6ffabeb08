"""Percentages, money and the shop counter."""

from fractions import Fraction
from itertools import count

from tests.generation.worked_again import Answer, figures, found, number, numbers, rows, solves
from workers.generation.brief import Item


@solves("percentage-change")
def percentage_change(item: Item) -> Answer:
    old, new = figures(r"from # to #\.", item.stem)
    return abs(new / old * 100 - 100)


@solves("points-or-percent")
def points_or_percent(item: Item) -> Answer:
    old, new, stated = figures(r"from #% to #%, that is a (?:rise|fall) of #", item.stem)
    change = new - old if " rises " in item.stem else old - new
    return change == stated if "percentage point" in item.stem else change == stated * old / 100


@solves("successive-changes")
def successive_changes(item: Item) -> Answer:
    first, one, second, two = found(r"is (raised|lowered) by (\d+)%.*, (raised|lowered) by (\d+)%", item.stem)
    price = Fraction(10000)
    for way, rate in ((first, one), (second, two)):
        price += price * int(rate) / 100 * (1 if way == "raised" else -1)
    change = price / 100 - 100
    return {option for option in item.options if _change_of(option) == change}


def _change_of(option: str) -> Fraction:
    if option == "unchanged":
        return Fraction(0)
    return numbers(option)[0] * (1 if option.endswith("higher") else -1)


@solves("reverse-percentage")
def reverse_percentage(item: Item) -> Answer:
    rate, paid = figures(r"discount of #%, .* costs #\.", item.stem)
    return paid / (1 - rate / 100)


@solves("vat-content")
def vat_content(item: Item) -> Answer:
    gross, rate = figures(r"for # includes VAT at #%", item.stem)
    # Every unit of the amount before tax brings so much with it.
    net = gross / sum([Fraction(1), *[Fraction(1, 100)] * int(rate)])
    return gross - net if "How much of it is VAT" in item.stem else net


@solves("simple-interest")
def simple_interest(item: Item) -> Answer:
    lent, rate, months = figures(r" # at #% simple interest .* after # months", item.stem)
    return sum(lent * rate / 1200 for _ in range(int(months)))


@solves("compound-interest")
def compound_interest(item: Item) -> Answer:
    balance, rate, years = figures(r"^# is put .* earns #% a year.* after # years", item.stem)
    for _ in range(int(years)):
        balance += balance * rate / 100
    return balance


@solves("break-even-units")
def break_even_units(item: Item) -> Answer:
    price, variable, fixed = figures(r"at # each\. Each costs it # in .* costs are # a year", item.stem)
    goal = figures(r"profit of #\?", item.stem)[0] if "profit" in item.stem else 0
    return next(units for units in count(1) if units * price - units * variable - fixed >= goal)


@solves("change-due")
def change_due(item: Item) -> Answer:
    one, price, two, other, paid = figures(
        r"buys # [a-z ]+ at # each and # [a-z ]+ at # each, and pays with #\.", item.stem
    )
    return paid - one * price - two * other


@solves("stacked-discounts")
def stacked_discounts(item: Item) -> Answer:
    price, first, second = figures(r"costs # is reduced by #%.*?#%", item.stem)
    left = price - price * first / 100
    return left - left * second / 100


@solves("best-buy")
def best_buy(item: Item) -> Answer:
    costs = {size: number(price) / numbers(size)[0] for size, price in rows(item.code)[1:]}
    return {size for size, cost in costs.items() if cost == min(costs.values())}


@solves("margin-or-markup")
def margin_or_markup(item: Item) -> Answer:
    cost, price = figures(r"for # and sells it for #,", item.stem)
    return 100 - 100 * cost / price if "gross margin" in item.stem else 100 * price / cost - 100


@solves("price-for-margin")
def price_for_margin(item: Item) -> Answer:
    cost, margin = figures(r"is #\. What price gives a margin of #%", item.stem)
    fitting = [number(option) for option in item.options if _margin(number(option), cost) == margin]
    assert len(fitting) == 1 or not item.options
    return fitting[0] if fitting else cost / (1 - margin / 100)


def _margin(price: Fraction, cost: Fraction) -> Fraction:
    return 100 * (price - cost) / price


@solves("currency-conversion")
def currency_conversion(item: Item) -> Answer:
    amount, rate, fee = figures(r"invoice of # .* = # [A-Z]{3}, and it adds a fee of #%", item.stem)
    foreign, home = found(r"invoice of \S+ ([A-Z]{3}) is paid from an account in ([A-Z]{3})", item.stem)
    assert f"1 {home} = " in item.stem
    assert f" {foreign}, and it adds" in item.stem
    return amount / rate + amount / rate * fee / 100
