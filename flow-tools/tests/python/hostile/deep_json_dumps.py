from promptflow.core import tool
import json


@tool
def run():
    items = []
    for _ in range(200_000):
        items = [items]
    return json.dumps(items)
