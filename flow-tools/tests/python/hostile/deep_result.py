from promptflow.core import tool


@tool
def run():
    items = []
    for _ in range(200_000):
        items = [items]
    return items
