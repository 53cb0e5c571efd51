# limits: memory=32
from promptflow.core import tool
from promptflow.core import log_metric


@tool
def run():
    value = ["x"] * 1000
    for _ in range(10):
        value = [value] * 1000
    log_metric("laughs", value)
