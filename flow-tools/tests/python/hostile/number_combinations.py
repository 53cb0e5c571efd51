# limits: time=1
from promptflow.core import tool
import math


@tool
def run():
    return math.comb(10**7, 5 * 10**6) + math.perm(10**7, 10**6)
