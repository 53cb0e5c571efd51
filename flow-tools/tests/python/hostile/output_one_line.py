# limits: output=1
from promptflow.core import tool


@tool
def run():
    print("x" * 10_000_000)
