from promptflow.core import tool


@tool
def grade(groundtruth: str, prediction: str) -> str:
    # What is wanted of a row: here that the answer is the expected one, whatever its case.
    return "Correct" if prediction.strip().lower() == groundtruth.strip().lower() else "Incorrect"
