"""Runs cases with the official Python clients: a job as JSON on standard input, outcomes as JSON on standard output."""

import base64
import json
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import anthropic
import openai


def plain(value):
    """What a client returns, as JSON; bytes by their print."""
    if hasattr(value, "to_dict"):
        return value.to_dict(mode="json")
    if hasattr(value, "read"):
        data = value.read()
        kind = value.response.headers.get("content-type") if hasattr(value, "response") else None
        return {"bytes": len(data), "print": zlib.crc32(data), "type": kind}
    return value


def filled(params, sign):
    params = json.loads(json.dumps(params).replace("[[]]", sign))
    for name, value in params.items():
        if isinstance(value, dict) and "$file" in value:
            file = value["$file"]
            params[name] = (file["name"], base64.b64decode(file["base64"]), file["type"])
    return params


def failure(error):
    fields = {"name": type(error).__name__, "message": str(error)}
    for theirs, ours in (("status_code", "status"), ("code", "code"), ("type", "type")):
        if hasattr(error, theirs):
            fields[ours] = getattr(error, theirs)
    return fields


def run(case, world, clients):
    params = {"model": case["model"], **filled(case["params"], f"[[{world}:py:{case['id']}]]")}
    client = clients[case["language"]]
    retries = case.get("retries", 0 if "timeout" in case else None)
    options = {}
    if retries is not None:
        options["max_retries"] = retries
    if "timeout" in case:
        options["timeout"] = case["timeout"] / 1000
    if options:
        client = client.with_options(**options)
    events = []
    try:
        method = client
        for name in case["call"].split("."):
            method = getattr(method, name)
        answer = method(**params)
        if not case.get("stream"):
            return {"value": plain(answer)}
        for event in answer:
            events.append(plain(event))
            if len(events) == case.get("leaveAfter"):
                answer.close()
                break
        return {"events": events}
    except Exception as error:
        outcome = {"error": failure(error)}
        return {"events": events, **outcome} if case.get("stream") else outcome


def main():
    job = json.load(sys.stdin)

    def work(entry):
        place, case = entry
        try:
            return run(case, place["world"], place["clients"])
        except Exception as error:
            return {"broken": repr(error)}

    places = []
    for place in job["places"]:
        ours = openai.OpenAI(base_url=place["openai"], api_key=place["key"])
        theirs = anthropic.Anthropic(base_url=place["anthropic"], api_key=place["key"])
        place["clients"] = {"chat": ours, "responses": ours, "messages": theirs}
        places.append(place)
    entries = [(place, case) for place in places for case in place["cases"]]
    with ThreadPoolExecutor(max_workers=48) as pool:
        outcomes = list(pool.map(work, entries))
    report = {}
    for (place, case), outcome in zip(entries, outcomes):
        report.setdefault(place["world"], {})[case["id"]] = outcome
    json.dump(report, sys.stdout)


main()
