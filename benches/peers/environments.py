"""Installs the peers into a folder of their own, from the package registries; nothing of the machine is changed."""

import os
import subprocess
import sys

# The newest release of each that Python 3.9 to 3.12 and Node.js 22 run; `--latest` takes whatever is there.
PYTHON = {
    "promptflow": ["promptflow==1.18.5", "promptflow-tools==1.6.1", "keyrings.alt"],
    "inspect-ai": ["inspect-ai==0.3.285", "openai"],
}
NODE = ["promptfoo@0.123.1"]
# promptfoo needs a newer Node.js than many machines have; this package brings the program itself.
NODE_ITSELF = "node@22"


def unpinned(packages):
    return [package.split("==")[0] if "==" in package else package.rsplit("@", 1)[0] for package in packages]


def run(command, **options):
    print("  $", " ".join(map(str, command)), file=sys.stderr, flush=True)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)


def install(name, folder, latest=False):
    """Installs a peer below `folder` and gives the folder of its environment; one that is there is taken as it is."""
    home = os.path.join(folder, name)
    ready = os.path.join(home, ".ready")
    if os.path.exists(ready):
        return home
    os.makedirs(home, exist_ok=True)
    if name in PYTHON:
        packages = unpinned(PYTHON[name]) if latest else PYTHON[name]
        run([sys.executable, "-m", "venv", home])
        run([f"{home}/bin/pip", "install", "--quiet", "--disable-pip-version-check", *packages])
    else:
        packages = unpinned(NODE) if latest else NODE
        run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", home, NODE_ITSELF, *packages])
    open(ready, "w").close()
    return home


def version(name, home):
    """The version that is installed, as its own program or package says it."""
    if name in PYTHON:
        code = f"import importlib.metadata as m; print(m.version({name!r}))"
        command = [f"{home}/bin/python", "-c", code]
    else:
        command = [f"{home}/node_modules/.bin/node", "-p", "JSON.parse(fs.readFileSync('node_modules/promptfoo/package.json')).version"]
    return subprocess.run(command, cwd=home, capture_output=True, text=True, check=True).stdout.strip()
