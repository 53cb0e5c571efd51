# limits: memory=32
from promptflow.core import tool


@tool
def run():
    items = [1]
    for item in items:
        items.append(item)
    return items
