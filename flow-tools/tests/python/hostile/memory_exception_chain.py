# limits: memory=32
from promptflow.core import tool


@tool
def run():
    text = "x" * 1000
    while True:
        try:
            raise ValueError(text)
        except ValueError as error:
            text = str(error) * 2
