from promptflow.core import tool


@tool
def run():
    kinds = (int,)
    for _ in range(200_000):
        kinds = (kinds,)
    return isinstance("x", kinds)
