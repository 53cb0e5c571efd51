from promptflow.core import tool
import socket


@tool
def run():
    socket.create_connection(("127.0.0.1", 80))
