# limits: memory=32
from promptflow.core import tool


@tool
def run():
    items = []
    while True:
        items.append([0] * 1000)
