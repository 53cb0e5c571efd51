# limits: time=1
from promptflow.core import tool


@tool
def run():
    return int("9" * 3_000_000) % 7
