# limits: memory=32
from promptflow.core import tool
import itertools


@tool
def run():
    return sum(a for a, b in zip(itertools.cycle([0]), itertools.repeat(1)))
