# limits: time=0.3
from promptflow.core import tool

number = 0
while True:
    number += 1


@tool
def run():
    return number
