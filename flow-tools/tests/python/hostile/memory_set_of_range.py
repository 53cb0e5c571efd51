# limits: memory=32
from promptflow.core import tool


@tool
def run():
    return len(set(range(10**9))) + len(dict.fromkeys(range(10**9)))
