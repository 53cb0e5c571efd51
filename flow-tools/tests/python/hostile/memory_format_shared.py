# limits: memory=32
from promptflow.core import tool


@tool
def run():
    value = ["x"] * 10
    for _ in range(20):
        value = [value] * 10
    return f"{value}"
