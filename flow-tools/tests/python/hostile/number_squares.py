# limits: time=1
from promptflow.core import tool


@tool
def run():
    number = 3
    while True:
        number = number * number
