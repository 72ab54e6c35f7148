#!/usr/bin/env python3
"""Runs Beam's conformance cases on other engines and writes docs/conformance-on-engines.md: which pass there, and why
the others cannot run.

    beamstack create flink probe --install
    scripts/conformance-on-engines.py --kit KIT --beamstack PATH --target flink=probe --target spark=spark

KIT is the folder with `run_conformance.py` and `cases.json`. A target is the engine's name, and what `--target` is to be.
Results are kept beside the page's working files, so that one engine can be run again: --results FOLDER.
"""

import argparse
import json
import os
import re
import stat
import subprocess
import sys
import tempfile

TITLES = {"flink": "Apache Flink", "spark": "Apache Spark"}
REFUSED = "not possible: "
NOWHERE = "nowhere possible: "
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "conformance-on-engines.md")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kit", required=True)
    parser.add_argument("--beamstack", required=True)
    parser.add_argument("--target", action="append", required=True, metavar="ENGINE=TARGET")
    parser.add_argument("--results", help="where each engine's results are kept (default: a temporary folder)")
    parser.add_argument("--reuse", action="store_true", help="take results that are there instead of running")
    parser.add_argument("--only", action="append", default=[], metavar="GLOB")
    parser.add_argument("--jobs", default="1")
    parser.add_argument("--timeout", default="600")
    parser.add_argument("--output", default=PAGE)
    options = parser.parse_args()
    results = options.results or tempfile.mkdtemp()
    os.makedirs(results, exist_ok=True)
    with open(os.path.join(options.kit, "cases.json"), encoding="utf-8") as file:
        cases = {name: case for name, case in json.load(file).items() if case["mode"] == "run"}
    found = {}
    for target in options.target:
        engine, _, name = target.partition("=")
        path = os.path.join(results, f"{engine}.json")
        if not (options.reuse and os.path.exists(path)):
            run(options, cases, name or engine, path)
        with open(path, encoding="utf-8") as file:
            found[engine] = {result["case"]: result for result in json.load(file)["results"]}
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(page(cases, found))
    failed = [f"{engine}: {name}" for engine in found for name in cases if outcome(found[engine], name)[0] == "failed"]
    if failed:
        sys.exit("failed although possible:\n" + "\n".join(failed))


def run(options, cases, target, path):
    """Runs the kit with a program in the place of the binary, which adds the target and tells refusals in one line."""
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "beamstack")
        with open(program, "w", encoding="utf-8") as file:
            scripts = os.path.dirname(os.path.abspath(__file__))
            file.write(f"#!{sys.executable}\nimport sys\n\nsys.path.insert(0, {scripts!r})\n")
            file.write("call = __import__('conformance-on-engines').call\n")
            file.write(f"call({os.path.abspath(options.beamstack)!r}, {target!r})\n")
        os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
        command = [sys.executable, "run_conformance.py", "--beamstack", program, "--json", os.path.abspath(path)]
        command += ["--jobs", options.jobs, "--timeout", options.timeout, "--have", "numpy"]
        for name in options.only or cases:
            command += ["--only", name]
        subprocess.run([*command, "tests", "examples", "docs"], cwd=options.kit, check=False)


def call(binary, target):
    """The binary with the target; what is refused is said in the last line, as the kit keeps that."""
    arguments = sys.argv[1:]
    if arguments[:1] != ["run"]:
        os.execv(binary, [binary, *arguments])
    finished = subprocess.run([binary, "run", "--target", target, *arguments[1:]], stderr=subprocess.PIPE, check=False)
    messages = finished.stderr.decode("utf-8", "replace")
    sys.stderr.write(messages)
    refusals = re.findall(r"error\[not-on-target\]: '.*?' cannot run on [\w ]+: (.*)", messages)
    if refusals:
        # 3 is the exit status of what the embedded engine refuses as well.
        local = subprocess.run([binary, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        sys.stderr.write("\n" + (NOWHERE if local.returncode == 3 else REFUSED) + refusals[0] + "\n")
    sys.exit(finished.returncode)


def outcome(results, name):
    """'passed', 'failed', 'refused', 'nowhere', 'skipped' or 'not run', and the reason in words."""
    result = results.get(name)
    if result is None:
        return "not run", ""
    if result["status"] != "FAIL":
        return ("passed" if result["status"] == "PASS" else "skipped"), result["reason"]
    reasons = [pipeline.get("reason", "") for pipeline in result.get("pipelines", []) if pipeline["status"] == "FAIL"]
    reasons = reasons or [result["reason"]]
    for kind, words in (("refused", REFUSED), ("nowhere", NOWHERE)):
        told = [reason.split(words, 1)[1] for reason in reasons if words in reason]
        # A pipeline that reads what a refused one was to write fails, too.
        if told:
            return kind, told[0]
    return "failed", reasons[0]


def page(cases, found):
    """The page's text."""
    lines = [
        "# Conformance on Flink and Spark",
        "",
        "Beam's own YAML tests, examples and documentation, run on real clusters with `--target`; written by",
        "`scripts/conformance-on-engines.py`. A case counts as possible where planning refuses none of its steps.",
        "",
        "| engine | cases that need nothing beside the engine | possible | passed | others | possible | passed |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for engine, results in found.items():
        row = [TITLES.get(engine, engine)]
        for needs in (False, True):
            kinds = [outcome(results, name)[0] for name, case in cases.items() if bool(case["needs"]) is needs]
            kinds = [kind for kind in kinds if kind not in ("not run", "skipped")]
            possible = sum(kind in ("passed", "failed") for kind in kinds)
            row += [str(len(kinds)), f"{possible} ({possible * 100 // max(1, len(kinds))} %)", str(kinds.count("passed"))]
        lines.append("| " + " | ".join(row) + " |")
    sections = [
        ("refused", "## Not possible there", "The embedded engine runs these."),
        ("nowhere", "## Not possible anywhere yet", "The embedded engine refuses these, too."),
        ("failed", "## Failed", "Possible, but not as Beam has it."),
    ]
    for kind, title, words in sections:
        rows = []
        for name in cases:
            for engine, results in found.items():
                found_kind, reason = outcome(results, name)
                if found_kind == kind:
                    rows.append(f"| `{name}` | {TITLES.get(engine, engine)} | {reason.replace('|', '&#124;')} |")
        if rows:
            lines += ["", title, "", words, "", "| case | engine | why |", "|---|---|---|", *rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
