"""`portico explain`: what would become of a request, which is what does become of it."""

from __future__ import annotations

import json

from portico import configuration, run


def explain(portico, *arguments: str) -> list[str]:
    outcome = run("explain", "--config", str(portico.file), *arguments)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout.splitlines()


def test_a_hash_goes_where_explain_says(make):
    origins = [make.origin(name=f"b{i}") for i in range(4)]
    portico = make.serve(*origins, cluster={
        "balance": {"policy": "hash", "key": {"query": "user"}}})
    for user in range(12):
        [line] = [line for line in explain(portico, "GET", f"http://a.example/?user={user}")
                  if line.startswith("goes to")]
        origin = json.loads(portico.get(f"/?user={user}").body)["origin"]
        [expected] = [o for o in origins if o.name == origin]
        assert line.split()[-1] == expected.address


def test_a_session_goes_where_explain_says(make, tmp_path):
    file = tmp_path / "secret"
    file.write_text("0123456789abcdef")
    origins = [make.origin(name=f"b{i}") for i in range(3)]
    portico = make.serve(*origins, cluster={"sticky": {"cookie": "at", "secret_file": str(file)}})
    answer = portico.get()
    [expected] = [o for o in origins if o.name == json.loads(answer.body)["origin"]]
    cookie = answer["set-cookie"].split(";")[0]
    lines = explain(portico, "GET", "http://a.example/", "-H", f"Cookie: {cookie}")
    assert f'goes to     {expected.address}, which its cookie "at" names' in lines


def test_shares_and_other_routes(make):
    portico = make.serve("10.0.0.1:80", routes=[
        {"name": "api", "path": "/api/*", "cluster": "app"},
        {"name": "rest", "hosts": "b.example", "respond": {}}])
    lines = explain(portico, "GET", "http://a.example/api/x")
    assert "route       api: host any, path /api/*" in lines
    assert "            10.0.0.1:80  100 %  weight 1" in lines
    assert "  rest  host is not b.example" in lines


def test_what_cannot_be_explained_is_said(make, tmp_path):
    file = tmp_path / "portico.json"
    file.write_text(json.dumps(configuration("10.0.0.1:80")))
    for status, arguments, message in [
            (78, ("GET", "a.example"), "expected a URL that begins with http:// or https://"),
            (78, ("GET", "http://a b/"), "refused: 400"),
            (78, ("GET", "https://a.example/"), "there is no listener with TLS"),
            (64, ("GET", "http://a/", "--listener", "wbe"),
             'there is no listener "wbe"; there are web')]:
        outcome = run("explain", "--config", str(file), *arguments)
        assert outcome.returncode == status and message in outcome.stderr, outcome
    file.write_text("{}")
    outcome = run("explain", "--config", str(file), "GET", "http://a/")
    assert outcome.returncode == 78 and "at least one listener is needed" in outcome.stdout
