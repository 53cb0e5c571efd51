# limits: memory=32
from promptflow.core import tool


@tool
def run():
    text = "a" * 10_000
    for _ in range(10):
        text = text.replace("a", "a" * 10_000)
    return text
