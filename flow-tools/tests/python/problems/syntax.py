from promptflow.core import tool


@tool
def main(text):
    print "hello"
    return text
