from promptflow.core import tool
