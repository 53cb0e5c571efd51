"""A plot in SVG: a curve for each column of a table, over a logarithmic axis; one panel a column, as their units differ."""

import math
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, GAP = 320, 200, 52, 34, 30, 12


def round_up(value):
    """The next of 1, 2, 5, 10, 20, …"""
    if value <= 0:
        return 1.0
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)


def short(value):
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def panel(title, name, points, left):
    """One curve from zero to a round number above its greatest value."""
    xs, ys = [x for x, _ in points], [values[name] for _, values in points]
    top = round_up(max(ys))
    low, high = math.log10(xs[0]), math.log10(xs[-1])
    wide, tall = WIDTH - LEFT - GAP, HEIGHT - TOP - BOTTOM

    def place(x, y):
        return left + LEFT + (math.log10(x) - low) / (high - low) * wide, TOP + (1 - y / top) * tall

    parts = [f'<text x="{left + LEFT}" y="18" class="name">{escape(name)}</text>']
    for share in (0, 0.5, 1):
        _, y = place(xs[0], top * share)
        parts.append(f'<line x1="{left + LEFT}" x2="{left + WIDTH - GAP}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{left + LEFT - 6}" y="{y + 4:.1f}" class="end">{short(top * share)}</text>')
    shown = [x for x in xs if math.isclose(math.log10(x) % 1, 0, abs_tol=1e-9)] or [xs[0], xs[-1]]
    for x in sorted({*shown, xs[-1]}):
        across, _ = place(x, 0)
        parts.append(f'<text x="{across:.1f}" y="{HEIGHT - BOTTOM + 16}" class="middle">{short(x)}</text>')
    parts.append(f'<text x="{left + LEFT + wide / 2}" y="{HEIGHT - 4}" class="middle">{escape(title)}</text>')
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(x, y) for x, y in zip(xs, ys)))
    parts.append(f'<polyline points="{line}" class="curve"/>')
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in (place(x, y) for x, y in zip(xs, ys))]
    return parts


def plot(title, points):
    names = list(points[0][1])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH * len(names)} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        "<style>text{font:11px sans-serif;fill:#333}.name{font-weight:bold}.end{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:#ddd}"
        ".curve{fill:none;stroke:#2060a0;stroke-width:2}circle{fill:#2060a0}</style>",
        f'<rect width="{WIDTH * len(names)}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for number, name in enumerate(names):
        parts += panel(title, name, points, number * WIDTH)
    return "\n".join([*parts, "</svg>"]) + "\n"
