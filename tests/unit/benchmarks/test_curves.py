"""The picture of thresholds: shares and a well-formed SVG."""

import xml.etree.ElementTree as xml

from tests.benchmarks.answering.curves import Curve, Panel, drawn, share_below


def test_the_share_below_a_threshold() -> None:
    assert share_below([0.1, 0.2, 0.3, 0.4], 0.25) == 0.5
    assert share_below([], 1.0) == 0.0


def test_every_curve_and_mark_is_drawn() -> None:
    curve = Curve("<answerable>", (0.2, 0.9), "#123456", dashed=True)
    picture = drawn("Shares & thresholds", [Panel("closeness", {"no answer": 0.5}, 1.0, [curve])])
    root = xml.fromstring(picture)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "no answer 0.5" in texts
    assert "<answerable> (2): 0.50" in texts
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 1
