# limits: memory=32
from promptflow.core import tool


@tool
def run():
    items = {}
    number = 0
    while True:
        items[number] = str(number) * 10
        number += 1
