"""The same work for each tool, as its users would write it: one model call, five steps, and an evaluation by exact match."""

import json
import os

RULES = """rules:
  - { when: { text: even }, reply: 'yes' }
  - { reply: 'no' }
"""

ONE_NODE = """inputs:
  text: { type: string }
outputs:
  label: { type: string, reference: "${label.output}" }
nodes:
  - name: label
    type: llm
    source: { type: code, path: label.jinja2 }
    inputs: { model: gpt-4o-mini, temperature: 0, text: "${inputs.text}" }
    connection: bench
    api: chat
"""
LABEL = "system:\nAnswer yes or no.\nuser:\nLabel this: {{ text }}\n"

FIVE_NODES = """inputs:
  text: { type: string }
outputs:
  label: { type: string, reference: "${finish.output}" }
nodes:
  - name: prepare
    type: prompt
    source: { type: code, path: prepare.jinja2 }
    inputs: { text: "${inputs.text}" }
  - name: label
    type: llm
    source: { type: code, path: label.jinja2 }
    inputs: { model: gpt-4o-mini, temperature: 0, text: "${prepare.output}" }
    connection: bench
    api: chat
  - name: parse
    type: python
    source: { type: code, path: parse.py }
    inputs: { answer: "${label.output}" }
  - name: check
    type: llm
    source: { type: code, path: label.jinja2 }
    inputs: { model: gpt-4o-mini, temperature: 0, text: "${parse.output.answer}" }
    connection: bench
    api: chat
  - name: finish
    type: python
    source: { type: code, path: finish.py }
    inputs: { parsed: "${parse.output}", checked: "${check.output}" }
"""
PREPARE = "A ticket of a customer: {{ text }}\n"
PARSE = """from promptflow.core import tool


@tool
def parse(answer: str) -> dict:
    words = answer.strip().lower().split()
    return {"answer": words[0], "words": len(words)}
"""
FINISH = """from promptflow.core import tool


@tool
def finish(parsed: dict, checked: str) -> str:
    return f"{parsed['answer']} ({parsed['words']}), {checked.strip()}"
"""

MATCH_NODES = """inputs:
  answer: { type: string }
  expected: { type: string }
outputs:
  right: { type: string, reference: "${match.output}" }
nodes:
  - name: match
    type: python
    source: { type: code, path: match.py }
    inputs: { answer: "${inputs.answer}", expected: "${inputs.expected}" }
  - name: accuracy
    type: python
    aggregation: true
    source: { type: code, path: accuracy.py }
    inputs: { right: "${match.output}" }
"""
MATCH = """from promptflow.core import tool


@tool
def match(answer: str, expected: str) -> str:
    return "right" if answer == expected else "wrong"
"""
ACCURACY = """from typing import List

from promptflow.core import log_metric, tool


@tool
def accuracy(right: List[str]) -> float:
    value = right.count("right") / len(right)
    log_metric("accuracy", value)
    return value
"""

EVALUATION = """flow: one
data: rows.jsonl
map: { text: "${data.text}" }
score:
  - { name: right, metric: exact_match, inputs: { answer: "${run.outputs.label}", expected: "${data.expected}" } }
"""

INSPECT = """from inspect_ai import Task, task
from inspect_ai.dataset import FieldSpec, json_dataset
from inspect_ai.model import ChatMessageUser
from inspect_ai.scorer import exact
from inspect_ai.solver import generate, prompt_template, solver, system_message

DATA = json_dataset("rows.jsonl", FieldSpec(input="text", target="expected"))
ASK = [system_message("Answer yes or no."), prompt_template("Label this: {prompt}"), generate()]


@solver
def prepare():
    async def solve(state, generate):
        state.user_prompt.text = f"A ticket of a customer: {state.user_prompt.text}"
        return state

    return solve


@solver
def parse():
    async def solve(state, generate):
        words = state.output.completion.strip().lower().split()
        state.metadata["parsed"] = {"answer": words[0], "words": len(words)}
        state.messages = [state.messages[0], ChatMessageUser(content=f"Label this: {words[0]}")]
        return state

    return solve


@solver
def finish():
    async def solve(state, generate):
        parsed = state.metadata["parsed"]
        state.output.completion = f"{parsed['answer']} ({parsed['words']}), {state.output.completion.strip()}"
        return state

    return solve


@task
def one():
    return Task(dataset=DATA, solver=ASK)


@task
def five():
    return Task(dataset=DATA, solver=[prepare(), *ASK, parse(), generate(), finish()])


@task
def match():
    return Task(dataset=DATA, solver=ASK, scorer=exact())
"""


def write(folder, files):
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)


def expected(number):
    """What row `number` should be answered; the model is wrong about each fifth."""
    answer = "yes" if number % 2 == 0 else "no"
    return answer if number % 5 else "neither"


def prepare(folder, rows, url):
    """Writes all projects and rows. `url` is the address of the model, with /v1."""
    write(folder, {"rules.yaml": RULES, "eval.yaml": EVALUATION, "task.py": INSPECT})
    write(f"{folder}/one", {"flow.dag.yaml": ONE_NODE, "label.jinja2": LABEL})
    five = {"flow.dag.yaml": FIVE_NODES, "label.jinja2": LABEL, "prepare.jinja2": PREPARE, "parse.py": PARSE, "finish.py": FINISH}
    write(f"{folder}/five", five)
    write(f"{folder}/match", {"flow.dag.yaml": MATCH_NODES, "match.py": MATCH, "accuracy.py": ACCURACY})
    texts = [f"{'even' if number % 2 == 0 else 'odd'} ticket {number}" for number in range(rows)]
    lines = [{"text": text, "expected": expected(number)} for number, text in enumerate(texts)]
    write(folder, {"rows.jsonl": "".join(json.dumps(line) + "\n" for line in lines), "row.jsonl": json.dumps(lines[0]) + "\n"})
    write(folder, {"connection.yaml": f"$schema: openai\nname: bench\ntype: open_ai\napi_key: none\nbase_url: {url}\n"})
    provider = {"id": "openai:chat:gpt-4o-mini", "config": {"apiBaseUrl": url, "apiKey": "none", "temperature": 0}}
    messages = [{"role": "system", "content": "Answer yes or no."}, {"role": "user", "content": "Label this: {{text}}"}]
    for name, some in (("one", lines), ("match", lines), ("row", lines[:1])):
        tests = [{"vars": {"text": line["text"]}} for line in some]
        if name == "match":
            tests = [{**test, "assert": [{"type": "equals", "value": line["expected"]}]} for test, line in zip(tests, lines)]
        configuration = {"description": name, "prompts": [json.dumps(messages)], "providers": [provider], "tests": tests}
        write(folder, {f"promptfoo-{name}.json": json.dumps(configuration)})
