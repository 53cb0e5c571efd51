# limits: time=0.3
from promptflow.core import tool


@tool
def run():
    return max(range(10**14)), min(map(abs, range(10**14)))
