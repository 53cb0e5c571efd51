# limits: memory=32
from promptflow.core import tool
import json


@tool
def run():
    return json.loads("[" + "[]," * 5_000_000 + "[]]")
