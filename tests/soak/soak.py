#!/usr/bin/env python3
"""The long proofs of the store, through the shell command, on real files and processes.

    tests/soak/soak.py kill --kills 500        four writing processes, killed at random moments
    tests/soak/soak.py full-disk               a small tmpfs that fills up (needs root)
    tests/soak/soak.py read-only               a folder that cannot be written (needs root)
    tests/soak/soak.py foreign --seconds 60    another DuckDB holds the file; --python names one of another version
    tests/soak/soak.py polling --attempts 100  a foreign writer gets the file while we poll
    tests/soak/soak.py newer --python PYTHON   a file created by a newer DuckDB

Each prints what it saw and exits 1 when a promise is broken. PLANWISE names the binary.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = str(pathlib.Path(os.environ.get("PLANWISE", ROOT / "build/release/apps/cli/planwise")).resolve())

# A writer: saves one run after the other through the shell command and notes every id it was given.
WRITER = r"""
import json, os, subprocess, sys
binary, database, ledger, until = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
run = {"metadata": {"scenario_id": "soak"}, "results": {"optimal_parameters": {"cola_rate": 0.02}, "parameter_history": [{"cola_rate": 0.01}] * 50}}
out = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for i in range(until):
    done = subprocess.run([binary, "--db", database, "save", "-"], input=json.dumps(run), capture_output=True, text=True)
    if done.returncode == 0:
        os.write(out, (done.stdout.strip() + "\n").encode())
    else:
        os.write(2, done.stderr.encode())
"""


def planwise(database, *args, check=True, **kwargs):
    done = subprocess.run([BINARY, "--db", str(database), *args], capture_output=True, text=True, **kwargs)
    if check and done.returncode != 0:
        raise SystemExit(f"{args}: {done.returncode} {done.stderr}")
    return done


def stored_ids(database):
    planwise(database, "store", "spool", "--drain")
    text = planwise(database, "list", "--all", "--output", "jsonl", "--columns", "run_id", "-q").stdout
    return [json.loads(line)["run_id"] for line in text.splitlines()]


def check(database, acknowledged):
    stored = stored_ids(database)
    lost = set(acknowledged) - set(stored)
    doubled = len(stored) - len(set(stored))
    verify = json.loads(planwise(database, "verify", "--output", "json", check=False).stdout)
    print(f"acknowledged {len(acknowledged)}, stored {len(stored)}, lost {len(lost)}, doubled {doubled}, "
          f"verify {'clean' if verify['clean'] else verify['findings'][:3]}")
    return not lost and doubled == 0 and verify["clean"]


def save(database, scenario="soak", **kwargs):
    run = {"metadata": {"scenario_id": scenario}, "results": {"optimal_parameters": {"cola_rate": 0.02}}}
    return planwise(database, "save", "-", input=json.dumps(run), check=False, **kwargs)


def kill(folder, args):
    database = folder / "store.duckdb"
    planwise(database, "setup")
    rng = random.Random(args.seed)
    print(f"seed {args.seed}")
    ledgers, writers = [], []

    def start():
        ledgers.append(folder / f"ledger-{len(ledgers)}")
        return subprocess.Popen([sys.executable, "-c", WRITER, BINARY, str(database), str(ledgers[-1]), "1000000"],
                                start_new_session=True, stderr=subprocess.DEVNULL)

    writers = [start() for _ in range(4)]
    for _ in range(args.kills):
        time.sleep(rng.uniform(0.02, 0.25))
        slot = rng.randrange(4)
        os.killpg(writers[slot].pid, signal.SIGKILL)  # the loop and the save it is in
        writers[slot].wait()
        writers[slot] = start()
    for writer in writers:
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
    acknowledged = [line for ledger in ledgers if ledger.exists() for line in ledger.read_text().split()]
    print(f"{args.kills} kills")
    return check(database, acknowledged) and len(set(acknowledged)) == len(acknowledged)


@contextlib.contextmanager
def mounted(folder, options):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def full_disk(folder, args):
    with mounted(folder / "small", "size=16m") as small:
        database = small / "store.duckdb"
        acknowledged, refused = [], 0
        history = [{"cola_rate": i / 1000} for i in range(20000)]
        while refused < 5 and len(acknowledged) < 400:
            run = {"metadata": {"scenario_id": "big"}, "results": {"optimal_parameters": {"cola_rate": 0.02}, "parameter_history": history}}
            done = planwise(database, "save", "-", input=json.dumps(run), check=False)
            if done.returncode == 0:
                acknowledged.append(done.stdout.strip())
            else:
                refused += 1
                reason = done.stderr.strip()
        print(f"refused with: {reason[:160]}")
        subprocess.run(["mount", "-o", "remount,size=600m", str(small)], check=True)
        done = save(database)
        acknowledged.append(done.stdout.strip())
        return refused >= 5 and done.returncode == 0 and check(database, acknowledged)


def read_only(folder, args):
    with mounted(folder / "fixed", "size=64m") as fixed:
        database = fixed / "store.duckdb"
        acknowledged = [save(database).stdout.strip()]
        subprocess.run(["mount", "-o", "remount,ro", str(fixed)], check=True)
        done = save(database)
        listed = planwise(database, "list", "--output", "json", check=False)
        print(f"save: status {done.returncode}: {done.stderr.strip()[:160]}")
        print(f"list: status {listed.returncode}")
        readable = listed.returncode == 0 and json.loads(listed.stdout)["total"] == 1
        subprocess.run(["mount", "-o", "remount,rw", str(fixed)], check=True)
        acknowledged.append(save(database).stdout.strip())
        return done.returncode != 0 and done.stdout == "" and readable and check(database, acknowledged)


HOLDER = r"""
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE IF NOT EXISTS foreign_notes (text VARCHAR)")
print("held by", duckdb.__version__, flush=True)
time.sleep(float(sys.argv[2]))
connection.close()
"""


def foreign(folder, args):
    database = folder / "store.duckdb"
    acknowledged = [save(database).stdout.strip()]
    holder = subprocess.Popen([args.python, "-c", HOLDER, str(database), str(args.seconds)], stdout=subprocess.PIPE, text=True)
    print(holder.stdout.readline().strip())
    good, queued, until = True, 0, time.time() + args.seconds - 4
    while time.time() < until:
        started = time.time()
        done = save(database, f"queued {queued}")
        good = good and done.returncode == 0 and "queued" in done.stderr and time.time() - started < 5
        acknowledged.append(done.stdout.strip())
        shown = planwise(database, "show", acknowledged[-1], "--output", "json", check=False)
        good = good and shown.returncode == 0
        queued += 1
    holder.wait()
    print(f"{queued} saves were queued and could be loaded at once: {good}")
    return good and check(database, acknowledged)


FOREIGN_WRITER = r"""
import duckdb, sys, time
got = 0
for attempt in range(int(sys.argv[2])):
    try:
        connection = duckdb.connect(sys.argv[1])
        connection.execute("CREATE TABLE IF NOT EXISTS foreign_notes (text VARCHAR)")
        connection.execute("INSERT INTO foreign_notes VALUES ('x')")
        connection.close()
        got += 1
    except duckdb.IOException:
        pass
    time.sleep(0.37)
print(got)
"""

def polling(folder, args):
    database = folder / "store.duckdb"
    for _ in range(20):
        save(database)
    poller = subprocess.Popen([BINARY, "--db", str(database), "list", "-q", "--watch", "1"], stdout=subprocess.DEVNULL)
    try:
        got = int(subprocess.run([args.python, "-c", FOREIGN_WRITER, str(database), str(args.attempts)],
                                 capture_output=True, text=True, check=True).stdout)
    finally:
        poller.kill()
        poller.wait()
    print(f"the foreign writer got the file at the first try in {got} of {args.attempts} attempts")
    return got >= 0.98 * args.attempts


def newer(folder, args):
    database = folder / "newer.duckdb"
    made = subprocess.run([args.python, "-c", "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('CREATE TABLE t (i INTEGER)'); print(duckdb.__version__)",
                           str(database)], capture_output=True, text=True, check=True)
    done = planwise(database, "list", check=False)
    print(f"made by {made.stdout.strip()}: status {done.returncode}: {done.stderr.strip()}")
    return done.returncode == 8 and "EXPORT DATABASE" in done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proof", choices=["kill", "full-disk", "read-only", "foreign", "polling", "newer"])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--attempts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--python", default=sys.executable, help="a Python with the DuckDB module of the foreign process")
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="planwise-soak-"))
    try:
        held = globals()[args.proof.replace("-", "_")](folder, args)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("holds" if held else "BROKEN")
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
