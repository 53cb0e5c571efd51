from statistics import mean

from promptflow.core import log_metric, tool


@tool
def summarise(grades: list, f1: list):
    """Runs once, after all rows."""
    log_metric("rows", len(grades))
    log_metric("f1", round(mean(f1), 3))
    for name in ("pass", "fail", "unsure"):
        log_metric(f"{name}_rate", sum(row["grade"] == name for row in grades) / len(grades))
