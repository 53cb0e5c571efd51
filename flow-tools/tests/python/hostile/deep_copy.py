from promptflow.core import tool
import copy


@tool
def run():
    items = []
    for _ in range(200_000):
        items = [items]
    return len(copy.deepcopy(items))
