# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return {str(key): value for key, value in enumerate(["x" * 1_000_000] * 1_000_000)}
