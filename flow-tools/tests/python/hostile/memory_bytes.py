# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return len(b"x" * 10**10)
