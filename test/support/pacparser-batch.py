"""Evaluates proxy scripts with libpacparser (SpiderMonkey 1.7, ECMAScript 3).

Each line in:  {"script": "...", "hosts": ["a", ...]}
Each line out: ["PROXY ...", ...], or {"error": "..."}
"""
import json
import sys

import pacparser

for line in sys.stdin:
    job = json.loads(line)
    pacparser.init()
    try:
        pacparser.parse_pac_string(job["script"])
        answer = [pacparser.find_proxy("http://%s/" % host, host) for host in job["hosts"]]
    except Exception as error:
        answer = {"error": str(error)}
    pacparser.cleanup()
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
