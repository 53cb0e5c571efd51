# limits: requests=100000
from promptflow.core import tool
import random


@tool
def run():
    return len([random.Random(number) for number in range(10**7)])
