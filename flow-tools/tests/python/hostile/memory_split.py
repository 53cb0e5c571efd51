# limits: memory=32
from promptflow.core import tool


@tool
def run():
    text = "a " * 4_000_000
    return [text.split() for _ in range(100)]
