# limits: memory=32
from promptflow.core import tool


@tool
def run():
    text = "\n" * 16_000_000
    return len(text.splitlines())
