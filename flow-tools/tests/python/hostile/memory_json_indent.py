# limits: memory=32
from promptflow.core import tool
import json


@tool
def run():
    return json.dumps([[[1] * 1000] * 1000], indent=1_000_000)
