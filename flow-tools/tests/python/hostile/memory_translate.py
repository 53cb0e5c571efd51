# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return ("a" * 1_000_000).translate({97: "b" * 1_000_000})
