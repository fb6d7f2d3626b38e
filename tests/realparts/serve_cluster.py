#!/usr/bin/env python3
"""serve_cluster.py PROGRAM: a cluster for a test in another language. Writes {"url": …} when it is ready, then obeys
one word a line: "kill" (kill -9 of every role and sidecar, and starts them again) answers {"ready": true}; the end of
the input stops it."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from cluster import Cluster


def say(**what):
    print(json.dumps(what), flush=True)


def main():
    folder = Path(tempfile.mkdtemp(prefix="daybook-cluster-"))
    cluster = Cluster(folder, sys.argv[1])
    try:
        cluster.start()
        say(url=cluster.url)
        for line in sys.stdin:
            if line.strip() == "kill":
                for role in cluster.roles.values():
                    role.app.kill()
                    role.sidecar.kill()
                for role in cluster.roles.values():
                    role.app.start()
                    role.sidecar.launch()
                cluster.wait_ready()
                say(ready=True)
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
