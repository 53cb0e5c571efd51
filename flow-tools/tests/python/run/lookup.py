"""Functions found by their names."""
import json

from promptflow.core import tool


def get_weather(location, unit="fahrenheit"):
    return {"location": location, "unit": unit}


class Base:
    def name(self):
        return "base"


class Derived(Base):
    def name(self):
        return super().name() + " derived"


def call(message):
    if "function_call" in message:
        name = message["function_call"]["name"]
        arguments = json.loads(message["function_call"]["arguments"])
        print(arguments)
        result = globals()[name](**arguments)
    else:
        if isinstance(message, dict):
            result = message["content"]
        else:
            result = message
    return result


@tool
def main():
    print(Derived().name())
    print("get_weather" in globals(), "nothing" in globals())
    print(call({"content": "no call"}))
    try:
        call({"function_call": {"name": "missing", "arguments": "{}"}})
    except KeyError as error:
        print("KeyError", error)
    return call({"function_call": {"name": "get_weather", "arguments": "{\"location\": \"Oslo\"}"}})
