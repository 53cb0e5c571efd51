# limits: time=0.3
from promptflow.core import tool
import itertools


@tool
def run():
    total = 0
    for number in itertools.count():
        total = number
    return total
