# limits: time=0.3
from promptflow.core import tool


@tool
def run():
    return {a for a in range(10**9) for b in range(10**9) if a < 0}
