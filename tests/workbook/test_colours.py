"""Colours of the workbook: letters stand out, and statuses differ for colour-blind readers too."""

from itertools import combinations

import pytest

from pipeline.report.workbook.formats import COLOURS, ENTERED, HEAD, INK, PLAIN

WHITE = "#FFFFFF"
PAIRS = {
    **{name: (front, back) for name, (back, front) in COLOURS.items()},
    **{name: (str(look.get("font_color", INK)), WHITE) for name, look in PLAIN.items()},
    "text": (INK, WHITE),
    "header": (str(HEAD["font_color"]), str(HEAD["bg_color"])),
    "entered": (str(ENTERED["font_color"]), str(ENTERED["bg_color"])),
}
# how the eye without one kind of cones sees light (Machado, Oliveira, Fernandes 2009)
BLIND = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
                   (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
                     (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
                   (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
Rgb = tuple[float, float, float]


def light(colour: str) -> Rgb:
    """The amounts of red, green and blue light of a colour, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def luminance(rgb: Rgb) -> float:
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    low, high = sorted(luminance(light(c)) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Rgb) -> Rgb:
    """A colour in CIE Lab, where distances are about as large as they look."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    white = (0.9505, 1.0, 1.089)
    x, y, z = (
        sum(a * b for a, b in zip(row, rgb, strict=True)) / w
        for row, w in zip(rows, white, strict=True)
    )
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str, rows: tuple[Rgb, ...]) -> float:
    """How far apart two colours look to an eye."""
    seen = [
        lab(tuple(max(0.0, sum(a * b for a, b in zip(r, light(c), strict=True))) for r in rows))  # type: ignore[arg-type]
        for c in (one, other)
    ]
    return sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5


def test_the_measure_of_contrast() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#777777", WHITE) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", PAIRS)
def test_letters_stand_out(name: str) -> None:
    assert contrast(*PAIRS[name]) >= 4.5


@pytest.mark.parametrize("eye", BLIND)
@pytest.mark.parametrize("pair", list(combinations(("good", "bad", "open"), 2)), ids="-".join)
def test_statuses_differ_for_every_eye(eye: str, pair: tuple[str, str]) -> None:
    """Ten is about four times what one just notices side by side."""
    fills = [COLOURS[name][0] for name in pair]
    assert distance(*fills, BLIND[eye]) >= 10
