"""How a peer talks to the harness: a line "run NAME" comes in, a line of JSON with seconds and values goes out."""
import json
import sys
import time


def serve(versions, jobs):
    """jobs: name -> function without arguments that returns a list of numbers to be checked against ours."""
    print(json.dumps({"versions": versions}), flush=True)
    for line in sys.stdin:
        command, _, name = line.strip().partition(" ")
        if command != "run":
            break
        start = time.perf_counter()
        values = jobs[name]()
        seconds = time.perf_counter() - start
        print(json.dumps({"seconds": seconds, "values": [float(v) for v in values]}), flush=True)
