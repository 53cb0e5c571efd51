# limits: memory=32
from promptflow.core import tool


@tool
def run():
    parts = ["x" * 1_000_000] * 1_000
    return "".join(parts)
