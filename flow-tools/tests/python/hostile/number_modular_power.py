# limits: time=1
from promptflow.core import tool


@tool
def run():
    big = 2 ** 300_000 - 1
    return pow(3, big, big - 2)
