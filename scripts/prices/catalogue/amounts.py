"""Prices in dollars, made into integer micro-dollars per million of a unit."""

import decimal

# Order of classes in the catalogue; the names of the gateway.
CLASSES = [
    "input",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "input_audio",
    "input_image",
    "output",
    "reasoning",
    "output_audio",
    "output_image",
    "call",
    "second",
    "image",
]
TOKENS = CLASSES[:10]
# Whose rate a class takes that has none; the gateway's rule.
BORROWS = {
    "input_audio": "input",
    "input_image": "input",
    "reasoning": "output",
    "output_audio": "output",
    "output_image": "output",
}
SERVICES = ["standard", "batch", "flex", "priority"]

# More digits than any price has; data sets hold numbers that went through a float.
DIGITS = decimal.Context(prec=12, rounding=decimal.ROUND_HALF_EVEN)


def per_million(dollars, per=1):
    """Returns micro-dollars for a million units at `dollars` for `per` units; fractions are rounded up."""
    clean = DIGITS.create_decimal(dollars)
    exact = clean * 1_000_000 * 1_000_000 / per
    return int(exact.to_integral_value(rounding=decimal.ROUND_CEILING))


def differ(a, b):
    """Returns whether two amounts differ by more than rounding: half a per cent, or one micro-dollar."""
    return abs(a - b) > max(1, max(a, b) / 200)
