#!/usr/bin/env python3
"""Times Beamstack beside tools that do the same jobs on the same files. See README.md.

    bench.py data    --folder DIR --rows N
    bench.py run     --folder DIR --beamstack BINARY [--tools polars,duckdb|available] [--jobs ..] [--repeat N]
    bench.py startup --beamstack BINARY
"""
import argparse
import csv
import glob
import importlib.util
import math
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = ["summary", "select", "join", "words"]
TOOLS = ["polars", "duckdb"]
# Other tools' sums may be added up in another order.
RELATIVE_TOLERANCE = 1e-9


def make_data(folder, rows):
    os.makedirs(folder, exist_ok=True)
    chance = random.Random(2026)
    clients = max(rows // 20, 1)
    with open(f"{folder}/sales.csv", "w") as sales:
        sales.write("id,client,product,price,pieces,time\n")
        for i in range(rows):
            sales.write(f"{i},{chance.randrange(clients)},product{chance.randrange(100)},"
                        f"{chance.randrange(1, 10000) / 100},{chance.randrange(1, 12)},{1772434800 + i // 3}\n")
    with open(f"{folder}/clients.csv", "w") as table:
        table.write("client,country\n")
        for i in range(clients):
            table.write(f"{i},country{i % 40}\n")
    words = [a + b for a in ("bo", "la", "Mi", "ru", "Sto", "ve") for b in ("", "ck", "nd", "rm", "ss", "tter")]
    with open(f"{folder}/notes.txt", "w") as notes:
        for _ in range(rows // 4):
            notes.write(" ".join(chance.choices(words, k=12)) + "\n")


def command(tool, job, data, out, beamstack):
    if tool == "beamstack":
        pipeline = os.path.join(HERE, "jobs", f"{job}.yaml")
        return [beamstack, "run", "--quiet", pipeline, "--set", f"data={data}", "--set", f"out={out}"]
    return [sys.executable, os.path.join(HERE, "peers.py"), tool, job, data, out]


def timed(arguments):
    """Seconds and peak MiB of a whole process, start-up included; None if it failed."""
    with tempfile.TemporaryFile() as log:
        begin = time.monotonic()
        process = subprocess.Popen(arguments, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - begin
        if status == 0:
            return seconds, usage.ru_maxrss / 1024
        log.seek(0)
        print(log.read().decode(errors="replace")[-1000:], file=sys.stderr)
        return None


def answer(folder):
    rows = []
    for path in glob.glob(f"{folder}/result*"):
        with open(path, newline="") as file:
            for row in csv.DictReader(file):
                rows.append({name: number_or_text(value) for name, value in row.items()})
    return sorted(rows, key=lambda row: [row[name] if isinstance(row[name], str) else f"{row[name]:.6g}"
                                         for name in sorted(row)])


def number_or_text(value):
    try:
        return float(value)
    except ValueError:
        return value


def agree(one, other):
    def close(a, b):
        if isinstance(a, float) and isinstance(b, float):
            return math.isclose(a, b, rel_tol=RELATIVE_TOLERANCE)
        return a == b
    return len(one) == len(other) and all(
        left.keys() == right.keys() and all(close(left[name], right[name]) for name in left)
        for left, right in zip(one, other))


def check(job, tools, folder, beamstack):
    """Runs each tool once: those that fail, and those whose answer is not Beamstack's."""
    answers = {}
    for tool in tools:
        with tempfile.TemporaryDirectory() as out:
            if timed(command(tool, job, folder, out, beamstack)) is not None:
                answers[tool] = answer(out)
    failed = [tool for tool in tools if tool not in answers]
    own = answers.get("beamstack")
    return failed, [tool for tool in answers if own is not None and not agree(own, answers[tool])]


def run(arguments):
    tools = ["beamstack"] + chosen_tools(arguments.tools)
    has_failed = False
    print("| job | " + " | ".join(tools) + " |\n|---|" + "---:|" * len(tools))
    for job in arguments.jobs.split(","):
        # In a process of its own: the memory that comparing takes would count as the next child's, too.
        with multiprocessing.Pool(1) as pool:
            failed, differing = pool.apply(check, (job, tools, arguments.folder, arguments.beamstack))
        seconds, memory = {tool: [] for tool in tools}, dict.fromkeys(tools, 0.0)
        # In turn (A B A B ..), so that a busy moment of the machine hits all alike.
        for _ in range(arguments.repeat):
            for tool in tools:
                if tool in failed:
                    continue
                with tempfile.TemporaryDirectory() as out:
                    found = timed(command(tool, job, arguments.folder, out, arguments.beamstack))
                if found is None:
                    failed.append(tool)
                else:
                    seconds[tool].append(found[0])
                    memory[tool] = max(memory[tool], found[1])
        cells = []
        for tool in tools:
            cell = "failed" if tool in failed else f"{statistics.median(seconds[tool]):.2f} s, {memory[tool]:.0f} MiB"
            cells.append(cell + (" (another answer!)" if tool in differing else ""))
        has_failed = has_failed or bool(failed or differing)
        print(f"| {job} | " + " | ".join(cells) + " |", flush=True)
    return 1 if has_failed else 0


def chosen_tools(text):
    if text == "available":
        return [tool for tool in TOOLS if importlib.util.find_spec(tool)]
    return [tool for tool in text.split(",") if tool]


def startup(arguments):
    job = command("beamstack", "startup", "", "", arguments.beamstack)
    found = [timed(job) for _ in range(21)]
    if None in found:
        return 1
    times = sorted(seconds * 1000 for seconds, _ in found)
    print(f"start-up: median {statistics.median(times):.1f} ms, best {times[0]:.1f} ms, "
          f"{max(memory for _, memory in found):.0f} MiB")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    data_command = commands.add_parser("data")
    run_command = commands.add_parser("run")
    startup_command = commands.add_parser("startup")
    for each in (data_command, run_command):
        each.add_argument("--folder", required=True)
    data_command.add_argument("--rows", type=int, default=5_000_000)
    for each in (run_command, startup_command):
        each.add_argument("--beamstack", required=True)
    run_command.add_argument("--tools", default="polars,duckdb")
    run_command.add_argument("--jobs", default=",".join(JOBS))
    run_command.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.command == "data":
        make_data(arguments.folder, arguments.rows)
        return 0
    return run(arguments) if arguments.command == "run" else startup(arguments)


if __name__ == "__main__":
    sys.exit(main())
