"""The colour of a site's links, if the user has named one: readable on light and on dark pages. No I/O."""

from __future__ import annotations

MIN_CONTRAST = 7  # to 1, as WCAG 2 asks for at its strictest (1.4.6)
# What links stand on where they stand out least: `--raised` of style.css, on light pages and on dark ones.
LIGHT_GROUND, DARK_GROUND = (0xF4, 0xF3, 0xEE), (0x21, 0x21, 0x1E)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
STEPS = 100  # how finely a colour is mixed with black or white

Colour = tuple[int, int, int]


def accent_style(accent: str) -> str:
    """Return the rules of CSS that give links this colour (`#7a1f1f` or `#711`): where it cannot be read, darker on
    light pages, lighter on dark ones. Paper stays black and white."""
    digits = accent.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    colour = (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16))
    light, dark = _readable(colour, LIGHT_GROUND, BLACK), _readable(colour, DARK_GROUND, WHITE)
    return (
        f":root {{ --accent: {light}; }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}\n"
        "@media print { :root { --accent: #000; } }\n"
    )


def _readable(colour: Colour, ground: Colour, end: Colour) -> str:
    """Return a colour, mixed with as little of `end` as it needs to be read on `ground`."""
    for step in range(STEPS + 1):
        red, green, blue = (one + round((other - one) * step / STEPS) for one, other in zip(colour, end, strict=True))
        if _contrast((red, green, blue), ground) >= MIN_CONTRAST:
            break
    return f"#{red:02x}{green:02x}{blue:02x}"


def _contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    shares = [part / 255 for part in colour]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
