# limits: memory=32
from promptflow.core import tool


@tool
def run():
    text = "x"
    while True:
        text += text
