# limits: requests=500
from promptflow.core import tool
from promptflow.core import log_metric


@tool
def run():
    number = 0
    while True:
        number += 1
        log_metric(f"metric {number}", number)
