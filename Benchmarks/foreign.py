#!/usr/bin/env python3
"""Times steps that leave Beamstack's own engine beside what a user would run instead. See README.md.

    foreign.py callables --beamstack BINARY --beam-python PYTHON [--rows N] [--repeat N]
        a Python function over every row, here and on Apache Beam's local runner
"""
import argparse
import collections
import glob
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

PIPELINE = """
pipeline:
  type: chain
  transforms:
    - {type: ReadFromCsv, config: {path: DATA}}
    - type: MapToFields
      config:
        language: python
        fields:
          id: id
          code:
            callable: |
              import zlib
              def code(row):
                return '%s-%d' % (row.name.upper(), zlib.crc32(row.name.encode()) % 97)
            output_type: {type: string}
          share:
            callable: |
              import math
              def share(row):
                return math.sqrt(row.amount) / (row.id + 1)
            output_type: {type: number}
    - {type: WriteToJson, config: {path: OUT}}
"""


def make_rows(path, count):
    chance = random.Random(2026)
    with open(path, "w") as file:
        file.write("id,name,amount\n")
        for i in range(count):
            file.write(f"{i},customer {chance.randrange(5000)},{chance.randrange(1, 10**6) / 100}\n")


def timed(command):
    """Seconds of a whole process, start-up included."""
    begin = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return time.monotonic() - begin


def rows(prefix):
    """The rows of all shards as a multiset."""
    found = collections.Counter()
    for path in glob.glob(prefix + "*"):
        with open(path) as file:
            # Beam writes ten places of a double.
            rounded = (json.loads(line, parse_float=lambda text: round(float(text), 8)) for line in file)
            found.update(json.dumps(row, sort_keys=True) for row in rounded)
    return found


def callables(arguments):
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "rows.csv")
        make_rows(data, arguments.rows)
        commands = {}
        for tool in ("beamstack", "beam"):
            pipeline = os.path.join(folder, f"{tool}.yaml")
            with open(pipeline, "w") as file:
                file.write(PIPELINE.replace("DATA", data).replace("OUT", os.path.join(folder, tool + ".json")))
            commands[tool] = [arguments.beamstack, "run", "--quiet", pipeline] if tool == "beamstack" else [
                arguments.beam_python, "-m", "apache_beam.yaml.main", f"--yaml_pipeline_file={pipeline}",
                "--runner=FnApiRunner"]
        times = {tool: [] for tool in commands}
        for _ in range(arguments.repeat):
            for tool, command in commands.items():
                times[tool].append(timed(command))
        results = [rows(os.path.join(folder, tool + ".json")) for tool in commands]
        for tool, seconds in times.items():
            print(f"{tool:10} {statistics.median(seconds):7.2f} s  {sorted(round(s, 2) for s in seconds)}")
        print(f"ratio      {statistics.median(times['beam']) / statistics.median(times['beamstack']):7.1f}")
        print("rows agree" if results[0] == results[1] else "rows DIFFER")
        if results[0] != results[1]:
            sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["callables"])
    parser.add_argument("--beamstack", required=True)
    parser.add_argument("--beam-python", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    callables(parser.parse_args())


main()
