# limits: memory=32
from promptflow.core import tool


class Holder:
    def __init__(self, held):
        self.held = held

    def __repr__(self):
        return "harmless"


@tool
def run():
    value = Holder("x" * 1000)
    for _ in range(10):
        value = Holder([value] * 1000)
    return value
