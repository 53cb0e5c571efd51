# limits: memory=32
from promptflow.core import tool


@tool
def run():
    text = "ab" * 8_000_000
    return len(list(text))
