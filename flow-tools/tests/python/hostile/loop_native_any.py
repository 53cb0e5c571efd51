# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return any(False for _ in range(10**15)) or 10**14 + 1 in iter(range(10**15))
