# limits: time=1
from promptflow.core import tool
import math


@tool
def run():
    return math.factorial(10**7) + math.comb(10**7, 10**6)
