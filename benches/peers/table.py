"""One Markdown table of all that was measured, with the ratios to `flow` and the machine described."""

import datetime
import os
import platform

TITLES = {
    "start": "`--version`, seconds",
    "row": "one row, one model call, seconds",
    "one": "{rows} rows, one model call, {latency} ms: seconds",
    "five": "{rows} rows, five steps with two model calls, {latency} ms: seconds",
    "match": "{rows} rows run and graded by exact match, 0 ms: seconds",
    "serve": "served, answers a second",
    "size": "installed, MB",
}


def cell(value, key, first, better_high=False):
    """A figure with its ratio to that of `flow`."""
    if value is None:
        return ""
    if "absent" in value:
        return f"n/a: {value['absent']}"
    if "error" in value:
        return "failed"
    number = value[key]
    text = f"{number:.3g}" if number < 100 else f"{number:,.0f}"
    if first is None or key not in first or first is value:
        return text
    ratio = first[key] / number if better_high else number / first[key]
    return f"{text} ({ratio:.3g}×)"


def line(title, values, names, key, better_high=False):
    first = values.get(names[0])
    return f"| {title} | " + " | ".join(cell(values.get(name), key, first, better_high) for name in names) + " |"


def title_of(work, found):
    kind, _, latency = work.partition(" ")
    return TITLES[kind].format(rows=f"{found['rows']:,}", latency=latency)


def render(found):
    names = list(found["tools"])
    heads = [f"{name} {found['tools'][name]}" for name in names]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    order = list(TITLES)
    for work in sorted(found["works"], key=lambda work: (order.index(work.split(" ")[0]), int(work.partition(" ")[2] or 0))):
        values = found["works"][work]
        title = title_of(work, found)
        if work == "size":
            lines.append(line(title, values, names, "mb"))
        elif work == "serve":
            lines.append(line(title, values, names, "per_second", better_high=True))
            lines.append(line("… milliseconds of the median, the 99th percentile below", values, names, "p50_ms"))
            lines.append(line("…", values, names, "p99_ms"))
            lines.append(line("… most memory, MB", values, names, "peak_mb"))
        else:
            lines.append(line(title, values, names, "seconds"))
            if work != "start":
                lines.append(line("… CPU seconds", values, names, "cpu_seconds"))
                lines.append(line("… most memory, MB", values, names, "peak_mb"))
    machine = f"{os.cpu_count()} cores, {memory_gb():.0f} GB, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    runs = "one run each" if found["repeat"] == 1 else f"medians of {found['repeat']} runs (of one where the model takes its time)"
    about = (
        f"{datetime.date.today()}, {machine}; {found['flight']} rows in flight, {runs}. In brackets: how many times "
        "the figure of `flow`. Model, tools and sender share the cores."
    )
    failed = [f"{title_of(work, found)}: {name}: {value['error']}" for work, values in found["works"].items() for name, value in values.items() if "error" in value]
    return "\n".join([*lines, "", about, *failed])


def memory_gb():
    with open("/proc/meminfo") as file:
        return int(file.readline().split()[1]) / 1024 / 1024
