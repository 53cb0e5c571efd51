from promptflow.core import tool


@tool
def run():
    one, two = [], []
    for _ in range(200_000):
        one, two = [one], [two]
    return one == two
