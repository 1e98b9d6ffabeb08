"""Measures of campaigns: rates, costs, contribution, and which campaigns reach a target."""

import random
from fractions import Fraction

from workers.generation.item_models import Draw, Wrong, item_model
from workers.generation.item_models.figures import Mistake, asked, figure, percent, plain, table

ADVERTS = (
    "An advert for garden tools",
    "A banner for a language course",
    "A search advert for a dentist",
    "An advert for hiking boots",
    "A video advert for a museum",
    "An advert for a meal kit",
    "A banner for a car rental",
    "A post that promotes a concert",
)


@item_model(
    "ad-rate",
    skills=("digital-marketing", "web-analytics", "paid-search", "paid-social", "conversion-optimisation"),
    difficulty="entry",
    cognitive_level="apply",
    seconds=60,
)
def ad_rate(rng: random.Random) -> Draw:
    """Click-through rate or conversion rate."""
    shown, clicks = 500 * rng.randrange(20, 240), rng.randrange(150, 3000)
    sales = clicks * rng.randrange(20, 110) // 1000
    is_click_rate = rng.random() < 0.5
    rates: dict[str, Fraction] = {
        "clicks per impression": percent(clicks, shown),
        "purchases per click": percent(sales, clicks),
    }
    name = "click-through rate" if is_click_rate else "conversion rate"
    base = "clicks per impression" if is_click_rate else "purchases per click"
    key = rates.pop(base)
    (other, value), *_ = rates.items()
    mistakes: list[Mistake] = [
        (value, f"The {other} are given."),
        (percent(sales, shown), "Purchases are divided by impressions."),
        (key * 10, "The decimal point slips by a place."),
        (percent(clicks + sales, shown if is_click_rate else clicks), "Clicks and purchases are added."),
        (key / 10, "The decimal point slips by a place the other way."),
        (percent(clicks - sales, shown), "Clicks that led to a purchase are taken out of the clicks.")
        if is_click_rate
        else (percent(sales, clicks + sales), "Purchases are added to the clicks of which they are a part."),
    ]
    return asked(
        rng,
        f"{rng.choice(ADVERTS)} was shown {figure(shown)} times. It was clicked {figure(clicks)} times, and "
        f"{figure(sales)} of the clicks led to a purchase. What is its {name} in percent ({base})? "
        "Round to two decimals.",
        key,
        [(value, why) for value, why in mistakes if value <= 100],
        f"{figure(clicks)} / {figure(shown)} = {figure(key, 2)}%."
        if is_click_rate
        else f"{figure(sales)} / {figure(clicks)} = {figure(key, 2)}%.",
        places=2,
        form="{}%",
    )


@item_model(
    "ad-cost",
    skills=(
        "digital-marketing",
        "marketing-analytics",
        "paid-social",
        "programmatic-advertising",
        "advertising",
    ),
    difficulty="intermediate",
    cognitive_level="apply",
    seconds=75,
)
def ad_cost(rng: random.Random) -> Draw:
    """Cost per click, per acquisition or per thousand impressions."""
    shown, clicks = 1000 * rng.randrange(40, 400), rng.randrange(400, 4000)
    buyers = clicks * rng.randrange(20, 90) // 1000
    cost = 10 * rng.randrange(30, 500)
    costs = {
        "cost per click": Fraction(cost, clicks),
        "cost per new customer": Fraction(cost, buyers),
        "cost per thousand impressions": Fraction(1000 * cost, shown),
    }
    name = rng.choice(sorted(costs))
    key = costs.pop(name)
    mistakes: list[Mistake] = [
        *((value, f"The {other} is given.") for other, value in costs.items()),
        (Fraction(cost, clicks - buyers), "Clicks without a purchase only are counted."),
        (Fraction(cost, clicks + buyers), "Clicks and customers are added."),
        (key * 10, "The decimal point slips by a place."),
        (key / 10, "The decimal point slips by a place the other way."),
        (Fraction(100 * buyers, clicks), "The conversion rate is given."),
    ]
    divisor = {"cost per click": clicks, "cost per new customer": buyers}.get(name, Fraction(shown, 1000))
    return asked(
        rng,
        f"{rng.choice(ADVERTS)} cost {figure(cost)} in a month. It was shown {figure(shown)} times, was "
        f"clicked {figure(clicks)} times and brought {figure(buyers)} new customers. What was the {name}? "
        "Round to two decimals.",
        key,
        mistakes,
        f"{figure(cost)} / {figure(divisor)} = {figure(key, 2)}.",
        places=2,
    )


@item_model(
    "campaign-orders",
    skills=(
        "marketing-analytics",
        "ecommerce",
        "digital-marketing",
        "email-marketing",
        "affiliate-influencer-marketing",
    ),
    difficulty="senior",
    cognitive_level="apply",
    seconds=90,
)
def campaign_orders(rng: random.Random) -> Draw:
    """The orders at which a campaign pays for itself; only the margin pays for it."""
    order, margin = 5 * rng.randrange(6, 50), rng.choice([20, 24, 30, 32, 36, 40, 45])
    orders = rng.randrange(40, 900)
    cost = Fraction(orders * order * margin, 100)
    per_order = Fraction(order * margin, 100)
    mistakes: list[Mistake] = [
        (cost / order, "The whole order value is taken to pay for the campaign."),
        (cost * 100 / (order * (100 - margin)), "The cost of the goods is taken to pay for the campaign."),
        (cost * 100 / (order * (100 + margin)), "The margin is added to the order value."),
        (orders * Fraction(100 + margin, 100), "The margin is put on the number of orders."),
        (orders * Fraction(100, 100 - margin), "The margin is taken out twice."),
        (cost / margin, "The cost is divided by the rate as if it were an amount of money."),
    ]
    what = rng.choice(
        [
            "A newsletter campaign",
            "A radio campaign",
            "A leaflet",
            "A price comparison listing",
            "A blog series",
        ]
    )
    return asked(
        rng,
        f"{what} costs {figure(cost, 2)}. An order is worth {figure(order)} on average, and {margin}% of "
        "that is margin before advertising. How many orders must it bring to pay for itself?",
        orders,
        mistakes,
        f"An order leaves {figure(order)} x {plain(Fraction(margin, 100))} = {figure(per_order, 2)}; "
        f"{figure(cost, 2)} / {figure(per_order, 2)} = {figure(orders)}.",
    )


CAMPAIGNS = ("Aster", "Birch", "Cedar", "Daisy", "Elder", "Fern", "Heath", "Iris", "Linden", "Maple")


@item_model(
    "campaigns-on-target",
    skills=("marketing-analytics", "digital-marketing", "data-literacy", "attention-to-detail", "reporting"),
    difficulty="intermediate",
    cognitive_level="analyse",
    seconds=105,
    type="multiple_select",
)
def campaigns_on_target(rng: random.Random) -> Draw:
    """The two of five campaigns that meet two conditions, read out of a table."""
    target, least = rng.choice([12, 15, 18, 20, 24, 25, 30, 40]), rng.choice([40, 50, 60, 80, 100])
    names = rng.sample(CAMPAIGNS, 5)
    rows = {name: _campaign(kind, target, least, rng) for kind, name in zip("ggdsb", names, strict=True)}
    why = {
        "d": f"Has enough customers; the cost of {target} per customer that it exceeds is not checked.",
        "s": f"Is cheap enough; the {least} customers that it lacks are not checked.",
        "b": "Has a low cost in all, which is taken for a low cost per customer.",
    }
    listed = rng.sample(names, 5)
    code = table(
        [("Campaign", "Cost", "New customers")]
        + [(name, figure(rows[name][0]), figure(rows[name][1])) for name in listed]
    )
    return Draw(
        stem=f"A campaign is continued if it brought at least {least} new customers at a cost of at most "
        f"{target} each. Which two campaigns are continued? Choose two.",
        right=tuple(names[:2]),
        wrong=tuple(Wrong(name, why[kind]) for kind, name in zip("dsb", names[2:], strict=True)),
        explanation=" ".join(
            f"{name} brought {rows[name][1]} customers at {figure(Fraction(*rows[name]), 2)} each."
            for name in names[:2]
        ),
        code=code,
        code_language="text",
    )


def _campaign(kind: str, target: int, least: int, rng: random.Random) -> tuple[int, int]:
    """Cost and customers of a good (g), a dear (d), a small (s) or a small and dear (b) campaign."""
    is_dear, is_small = kind in "db", kind in "sb"
    customers = rng.randrange(least // 3, least - 2) if is_small else rng.randrange(least, 2 * least)
    percent_of_target = rng.randrange(104, 125) if is_dear else rng.randrange(75, 99)
    return customers * target * percent_of_target // 100 + is_dear, customers
