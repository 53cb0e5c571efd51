# limits: memory=32
from promptflow.core import tool


@tool
def run():
    while True:
        ring = [None] * 1000
        ring[0] = ring
