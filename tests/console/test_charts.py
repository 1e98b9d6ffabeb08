"""Pictures: whatever they are made of, they are sound SVG with finite places and escaped words."""

import math
import re
from itertools import product
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from api.console import charts
from api.console.charts import Bar, Point, Spread, Told

HOSTILE = '"><script>alert(1)</script>&'
TOLD = Told("one", f"Title {HOSTILE}", f"Description {HOSTILE}")
NUMBERS = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height")
VALUES: list[charts.Value] = [
    None,
    0,
    -1,
    1,
    0.5,
    50,
    100,
    101,
    10**400,
    -(10**400),
    1e308,
    -1e308,
    5e-324,
    math.nan,
    math.inf,
    -math.inf,
]


def parsed(picture: Markup) -> ElementTree.Element:
    """The picture, after what every one of them must hold."""
    root = ElementTree.fromstring(picture)
    assert root.tag == "svg"
    assert root.attrib["role"] == "img"
    assert [root[0].tag, root[1].tag] == ["title", "desc"]
    assert root[0].text == TOLD.title
    assert root[1].text == TOLD.description
    assert root.attrib["aria-labelledby"] == root[0].attrib["id"]
    assert root.attrib["aria-describedby"] == root[1].attrib["id"]
    assert "style" not in {name for one in root.iter() for name in one.attrib}
    assert "script" not in {one.tag for one in root.iter()}
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert width == charts.WIDTH
    assert 0 < height < 100_000
    for one in root.iter():
        for name in set(NUMBERS) & set(one.attrib):
            assert math.isfinite(float(one.attrib[name])), ElementTree.tostring(one)
            assert -20 <= float(one.attrib[name]) <= max(width, height) + 20
        for number in re.findall(r"-?[\d.]+", one.attrib.get("d", "")):
            assert math.isfinite(float(number))
        assert float(one.attrib.get("width", 0)) >= 0
        assert float(one.attrib.get("height", 0)) >= 0
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter("text")]


@pytest.mark.parametrize(
    "counts",
    [[], [0], [1], [0] * 10, [3, 0, 7], [10**400, 1], [10**9] * 10, list(range(10))],
    ids=lambda counts: str(counts)[:20],
)
@pytest.mark.parametrize("mark", [None, 0, 50, 100, 10**400, math.nan, math.inf], ids=str)
def test_a_histogram_is_sound_whatever_it_counts(counts: list[int], mark: float | None) -> None:
    edges = [100 / max(len(counts), 1) * place for place in range(len(counts) + 1)]
    picture = charts.histogram(
        TOLD, counts, edges, (HOSTILE, "Sessions"), (mark, HOSTILE) if mark is not None else None
    )
    root = parsed(picture)
    columns = [one for one in root.iter("rect") if one.attrib["class"] == "bar"]
    assert len(columns) == len(counts)
    lengths = [float(one.attrib["height"]) for one in columns]
    assert lengths == sorted(lengths) or counts != sorted(counts)
    assert max(lengths, default=0) == (150 if any(counts) else 0)
    is_drawn = mark is not None and charts.is_number(mark)
    assert len([one for one in root.iter("line") if one.attrib["class"] == "mark"]) == is_drawn


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("mark", VALUES, ids=str)
def test_a_bar_is_sound_whatever_its_value(value: charts.Value, mark: charts.Value) -> None:
    root = parsed(charts.bars(TOLD, [Bar(HOSTILE * 20, value, HOSTILE, mark)]))
    drawn = [one for one in root.iter("rect") if "bar" in one.attrib["class"].split()]
    assert len(drawn) == charts.is_number(value)
    assert all(len(text) <= charts.LONGEST for text in texts(root))


def test_a_bar_is_as_long_as_its_share() -> None:
    values = [0, 25, 50, 100, 250, -5]
    root = parsed(charts.bars(TOLD, [Bar("Git", value, str(value)) for value in values]))
    [full] = {float(one.attrib["width"]) for one in root.iter("rect") if one.attrib["class"] == "track"}
    lengths = [float(one.attrib["width"]) for one in root.iter("rect") if "bar" in one.attrib["class"]]
    assert lengths == [0, full / 4, full / 2, full, full, 0]


def test_no_bars_are_a_picture_too() -> None:
    assert texts(parsed(charts.bars(TOLD, []))) == []
    assert texts(parsed(charts.grouped(TOLD, [("Git", [])]))) == ["Git"]


def test_the_bars_of_a_group_are_told_apart_by_their_words_and_their_kind() -> None:
    groups = [("Git", [Bar(letter, 50, "50%") for letter in "ABCD"])]
    root = parsed(charts.grouped(TOLD, groups))
    assert texts(root) == ["Git", *[part for letter in "ABCD" for part in (letter, "50%")]]
    kinds = [one.attrib["class"] for one in root.iter("rect") if "series" in one.attrib["class"]]
    assert kinds == [f"bar series-{number}" for number in range(1, 5)]


@pytest.mark.parametrize("x", VALUES, ids=str)
@pytest.mark.parametrize("y", VALUES, ids=str)
def test_a_point_is_drawn_within_the_frame_or_not_at_all(x: charts.Value, y: charts.Value) -> None:
    points = [Point(HOSTILE, x, y), Point("2", x, y, is_flagged=True)]
    root = parsed(charts.scatter(TOLD, points, (0, -1), (1, 1), ("x", "y")))
    is_drawn = charts.is_number(x) and charts.is_number(y)
    assert len(list(root.iter("circle"))) == is_drawn
    assert len(list(root.iter("path"))) == is_drawn


def test_an_empty_scatter_has_its_axes() -> None:
    root = parsed(charts.scatter(TOLD, [], (0, 0), (1, 1), ("Right", "Discrimination")))
    assert {"Right", "Discrimination", "0", "0.25", "0.5", "0.75", "1"} == set(texts(root))


def test_a_point_stands_where_its_values_are() -> None:
    corners = [Point("a", 0, -1), Point("b", 1, 1), Point("c", 0.5, 0)]
    root = parsed(charts.scatter(TOLD, corners, (0, -1), (1, 1), ("x", "y")))
    found = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in root.iter("circle")]
    (left, bottom), (right, top), (middle, center) = found
    assert left < right
    assert top < bottom
    assert (middle, center) == ((left + right) / 2, (top + bottom) / 2)


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_spread_is_drawn_whole_or_not_at_all(value: charts.Value) -> None:
    rows = [Spread("A", (10, 25, value, 75, 90), 50, HOSTILE), Spread("B", (1, 2, 3, 4, 5), value, "")]
    root = parsed(charts.spreads(TOLD, rows))
    boxes = [one for one in root.iter("rect") if "box" in one.attrib["class"]]
    assert len(boxes) == 2 * charts.is_number(value)


def test_a_spread_of_one_value_is_a_line() -> None:
    root = parsed(charts.spreads(TOLD, [Spread("A", (50, 50, 50, 50, 50), 50, "")]))
    [box] = [one for one in root.iter("rect") if "box" in one.attrib["class"]]
    assert float(box.attrib["width"]) == 1


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (9_999, "9999"), (10_000, "10k"), (999_999, "999k"), (1_000_000, "1M"), (10**15, ">T")],
)
def test_a_count_is_told_in_five_characters(count: int, text: str) -> None:
    assert charts.short(count) == text
    assert len(text) <= 5


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_a_part_is_between_0_and_1(value: charts.Value) -> None:
    for low, high in product(VALUES, VALUES):
        found = charts.part(value, low, high)
        assert (found is None) == (not all(charts.is_number(one) for one in (value, low, high)))
        assert found is None or 0 <= found <= 1
