# limits: time=0.5
from promptflow.core import tool


@tool
def run():
    one, two = ["x"] * 10, ["x"] * 10
    for _ in range(20):
        one, two = [one] * 10, [two] * 10
    return one == two
