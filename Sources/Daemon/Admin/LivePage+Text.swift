// Made by scripts/make-live-page of live.html.

extension LivePage {
  /// SHA-256 of what is in its style and its script, in base64.
  static let styleHash = "N91rYETTMkpKNHu2zbNMjxGMcFLY1C/1U7Ujn73f6po="
  static let scriptHash = "zvfHhkSxRcB7P4RMnbSzRcpYEayEsHeMY/kftquT9Q0="

  /// The page.
  static let text = ###"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Portico</title>
    <style>
    :root {
      --back: #f6f7f9; --card: #fff; --line: #dde1e7; --text: #1b2430; --dim: #647084;
      --blue: #2166c9; --green: #1c8a52; --amber: #b26a00; --red: #c4302b;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --back: #10151c; --card: #18202a; --line: #2a3542; --text: #e4eaf2; --dim: #92a0b3;
        --blue: #6aa7ff; --green: #4fcf8b; --amber: #f0b35c; --red: #ff7a75;
      }
    }
    * { box-sizing: border-box; margin: 0; }
    body { background: var(--back); color: var(--text); font: 15px/1.45 system-ui, sans-serif; padding: 1rem; max-width: 80rem; margin: auto; }
    header { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: baseline; margin-bottom: 1rem; }
    h1 { font-size: 1.3rem; }
    h2 { font-size: .95rem; color: var(--dim); font-weight: 600; margin-bottom: .4rem; }
    small, .dim { color: var(--dim); }
    .state { font-weight: 600; padding: .05rem .6rem; border-radius: 1rem; border: 1px solid currentColor; }
    .up { color: var(--green); } .rest { color: var(--amber); } .down { color: var(--red); }
    .grid { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 16rem), 1fr)); margin-bottom: .8rem; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem; min-width: 0; }
    .tiles { grid-template-columns: repeat(auto-fit, minmax(min(100%, 10rem), 1fr)); }
    .wide { margin-bottom: .8rem; overflow-x: auto; }
    .big { font-size: clamp(1rem, 4.6vw, 1.7rem); white-space: nowrap; font-variant-numeric: tabular-nums; line-height: 1.2; }
    svg { display: block; width: 100%; height: 3.2rem; margin-top: .4rem; }
    polyline { fill: none; stroke-width: 1.6; vector-effect: non-scaling-stroke; }
    polygon { opacity: .12; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    th { text-align: left; color: var(--dim); font-weight: 500; font-size: .85rem; }
    th, td { padding: .22rem .6rem .22rem 0; white-space: nowrap; border-bottom: 1px solid var(--line); }
    tr:last-child td { border-bottom: 0; }
    td.n, th.n { text-align: right; }
    form { display: flex; gap: .5rem; flex-wrap: wrap; }
    input, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .6rem; }
    #notice:empty, #health:empty { display: none; }
    /* On a phone: what matters in trouble, and of a backend its cluster below its address. */
    @media (max-width: 42rem) {
      .w { display: none; }
      td[data-below]::after { content: attr(data-below); display: block; color: var(--dim); font-size: .8rem; }
    }
    </style>
    </head>
    <body>
    <header>
      <h1>Portico</h1><span id="state" class="state dim">…</span><span id="health" class="state"></span><small id="about"></small>
    </header>
    <p id="notice" class="card wide down" role="alert"></p>
    <section id="login" class="card wide" hidden>
      <h2>This door takes the token of admin.token_file</h2>
      <form><input type="password" name="token" autocomplete="current-password" aria-label="Token"><button>Show</button></form>
    </section>
    <main hidden>
      <div class="grid tiles">
        <section class="card"><h2>Requests</h2><div class="big" id="requests"></div><small id="requests2"></small><svg id="requests-line" viewBox="0 0 120 40" preserveAspectRatio="none" role="img" aria-label="Requests per second"></svg></section>
        <section class="card"><h2>Latency</h2><div class="big" id="latency"></div><small id="latency2"></small><svg id="latency-line" viewBox="0 0 120 40" preserveAspectRatio="none" role="img" aria-label="Latency"></svg></section>
        <section class="card"><h2>Errors</h2><div class="big" id="errors"></div><small id="errors2"></small><svg id="errors-line" viewBox="0 0 120 40" preserveAspectRatio="none" role="img" aria-label="Errors per second"></svg></section>
        <section class="card"><h2>Connections</h2><div class="big" id="connections"></div><small id="connections2"></small><svg id="connections-line" viewBox="0 0 120 40" preserveAspectRatio="none" role="img" aria-label="Open connections"></svg></section>
      </div>
      <section class="card wide"><h2>Clusters</h2><table id="clusters"></table></section>
      <section class="card wide"><h2>Backends</h2><table id="backends"></table></section>
      <div class="grid">
        <section class="card"><h2>Routes</h2><table id="routes"></table></section>
        <section class="card"><h2>Errors by reason, since opened</h2><table id="reasons"></table></section>
        <section class="card"><h2>Process</h2><table id="process"></table></section>
      </div>
    </main>
    <script>
    "use strict";
    const $ = id => document.getElementById(id);
    const pause = 2000, kept = 120;
    const past = { requests: [], p50: [], p99: [], errors: [], connections: [] };
    let before = null, first = null;

    // The text format of Prometheus: name -> [{labels, value}].
    function parse(text) {
      const families = new Map();
      for (const line of text.split("\n")) {
        const found = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
        if (!found) continue;
        const labels = {};
        for (const [, key, value] of (found[2] || "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g))
          labels[key] = value.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c);
        if (!families.has(found[1])) families.set(found[1], []);
        families.get(found[1]).push({ labels, value: Number(found[3]) });
      }
      return families;
    }
    const matches = (sample, wanted) => Object.entries(wanted).every(([k, v]) => sample.labels[k] === v);
    const sum = (page, name, wanted = {}) =>
      (page.get(name) || []).filter(s => matches(s, wanted)).reduce((total, s) => total + s.value, 0);
    // More than before; what began anew counts from nothing.
    function delta(now, old, name, wanted) {
      const a = sum(old.page, name, wanted), b = sum(now.page, name, wanted);
      return b < a ? b : b - a;
    }
    const rate = (now, old, name, wanted) => delta(now, old, name, wanted) / ((now.at - old.at) / 1000);
    function quantile(q, now, old, name, wanted = {}) {
      const bounds = new Map();
      for (const [page, sign] of [[now.page, 1], [old.page, -1]])
        for (const s of page.get(name + "_bucket") || [])
          if (matches(s, wanted)) bounds.set(s.labels.le, (bounds.get(s.labels.le) || 0) + sign * s.value);
      const steps = [...bounds].map(([le, count]) => [le === "+Inf" ? Infinity : Number(le), count]).sort((a, b) => a[0] - b[0]);
      const total = steps.length ? steps[steps.length - 1][1] : 0;
      if (!(total > 0)) return null;
      let lower = 0, below = 0;
      for (const [bound, count] of steps) {
        if (count >= q * total && count > below)
          return bound === Infinity ? lower : lower + (bound - lower) * (q * total - below) / (count - below);
        lower = bound; below = count;
      }
      return lower;
    }

    const number = n => n >= 1e6 ? (n / 1e6).toFixed(1) + "M" : n >= 1e4 ? (n / 1e3).toFixed(1) + "k" : n >= 100 || Number.isInteger(n) ? String(Math.round(n)) : n.toFixed(1);
    const time = s => s === null ? "–" : s < 1e-3 ? Math.round(s * 1e6) + " µs" : s < 1 ? (s * 1e3).toFixed(s < .01 ? 1 : 0) + " ms" : s.toFixed(2) + " s";
    const size = n => n >= 2 ** 30 ? (n / 2 ** 30).toFixed(1) + " GiB" : n >= 2 ** 20 ? (n / 2 ** 20).toFixed(0) + " MiB" : (n / 1024).toFixed(0) + " KiB";
    function span(seconds) {
      const parts = [];
      for (const [unit, length] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]])
        if (seconds >= length && parts.length < 2) { parts.push(Math.floor(seconds / length) + unit); seconds %= length; }
      return parts.join(" ") || "0s";
    }

    function push(list, value) { list.push(value); if (list.length > kept) list.shift(); }
    function draw(id, lines) {
      const most = Math.max(1e-9, ...lines.flatMap(([values]) => values));
      $(id).replaceChildren(...lines.flatMap(([values, color]) => {
        // The first minute has all of the width, so that there is something to see.
        const step = kept / Math.max(30, values.length - 1), left = kept - step * (values.length - 1);
        const points = values.map((v, i) => `${(left + i * step).toFixed(1)},${(38 - 36 * (v || 0) / most).toFixed(1)}`).join(" ");
        const shape = (name, more, property) => {
          const element = document.createElementNS("http://www.w3.org/2000/svg", name);
          element.setAttribute("points", points + more);
          element.style[property] = `var(--${color})`;
          return element;
        };
        return [shape("polygon", ` ${kept},40 ${left.toFixed(1)},40`, "fill"), shape("polyline", "", "stroke")];
      }));
    }
    // Text only: nothing that a client or a backend chose becomes markup.
    function table(id, heads, rows) {
      const cell = (name, value) => {
        const element = document.createElement(name);
        const [text, kind, below] = Array.isArray(value) ? value : [value, ""];
        element.textContent = typeof text === "number" ? number(text) : text;
        element.className = kind || (typeof text === "number" || /^[\d.,–]+( ?(µs|ms|s|%|k|M))?$/.test(text) ? "n" : "");
        if (below) element.dataset.below = below;
        return element;
      };
      const row = (name, values) => {
        const element = document.createElement("tr");
        element.append(...values.map(value => cell(name, value)));
        return element;
      };
      $(id).replaceChildren(...(heads.length ? [row("th", heads)] : []), ...rows.map(values => row("td", values)));
    }

    async function ask(path, accept) {
      const token = sessionStorage.getItem("token");
      const response = await fetch(path, { cache: "no-store",
        headers: { Accept: accept, ...(token ? { Authorization: "Bearer " + token } : {}) } });
      if (response.status === 401) { const error = new Error("token"); error.needsToken = true; throw error; }
      if (!response.ok) throw new Error(path + " answered " + response.status);
      return response;
    }

    function show(now, clusters, config) {
      const old = before || now, page = now.page;
      const ready = sum(page, "portico_ready") > 0;
      $("state").textContent = ready ? "serving" : "stopping";
      $("state").className = "state " + (ready ? "up" : "rest");
      $("about").textContent = `version ${config.version} · configuration ${config.hash} since ${config.live_since.slice(0, 19).replace("T", " ")} · up ${span(now.at / 1000 - sum(page, "process_start_time_seconds"))}`;
      $("notice").textContent = config.last_reload.taken ? "" : "The last reload was refused; the old configuration goes on. " + config.last_reload.text;
      if (before) {
        const requests = rate(now, old, "portico_requests_total"), failed = rate(now, old, "portico_requests_total", { class: "5xx" });
        const p50 = quantile(.5, now, old, "portico_request_duration_seconds"), p99 = quantile(.99, now, old, "portico_request_duration_seconds");
        const open = sum(page, "portico_connections_open");
        push(past.requests, requests); push(past.p50, p50); push(past.p99, p99);
        push(past.errors, failed); push(past.connections, open);
        $("requests").textContent = number(requests) + "/s";
        $("requests2").textContent = `${number(sum(page, "portico_requests_total"))} in all · most ${number(Math.max(...past.requests))}/s`;
        $("latency").textContent = `${time(p50)} · ${time(p99)}`;
        $("latency2").textContent = `p50 · p99; first byte ${time(quantile(.99, now, old, "portico_first_byte_seconds"))}`;
        $("errors").textContent = number(failed) + "/s";
        $("errors2").textContent = (requests ? (100 * failed / requests).toFixed(1) : "0.0") + " % end with 5xx";
        $("connections").textContent = number(open);
        $("connections2").textContent = `${number(sum(page, "portico_connections_parked"))} parked · ${number(rate(now, old, "portico_connections_accepted_total"))}/s new`;
        draw("requests-line", [[past.requests, "blue"]]);
        draw("latency-line", [[past.p50, "blue"], [past.p99, "amber"]]);
        draw("errors-line", [[past.errors, "red"]]);
        draw("connections-line", [[past.connections, "blue"]]);
      }
      showClusters(now, old, clusters);
      showRest(now, old);
      document.querySelector("main").hidden = false;
    }

    // Those that are out by configuration or by order are nobody's trouble.
    const isWanted = backend => !["off", "drain", "down"].includes(backend.state);
    const tone = (up, all) => up === all ? "up" : up ? "rest" : "down";
    const countUp = backends => backends.filter(b => b.state === "up").length;

    function showClusters(now, old, clusters) {
      const wanted = clusters.flatMap(cluster => cluster.backends.filter(isWanted)), up = countUp(wanted);
      $("health").textContent = `${up} of ${wanted.length} backends up`;
      $("health").className = "state " + tone(up, wanted.length);
      table("clusters", ["cluster", "state", ["requests/s", "n"], ["p50", "n w"], ["p99", "n"], ["in flight", "n"], ["waiting", "n w"]], clusters.map(cluster => {
        const backends = cluster.backends.filter(isWanted), up = countUp(backends);
        const labels = { cluster: cluster.name }, name = "portico_cluster_duration_seconds";
        return [cluster.name, [`${up} of ${backends.length} up`, tone(up, backends.length)], rate(now, old, name + "_count", labels) || 0,
          [time(quantile(.5, now, old, name, labels)), "n w"], [time(quantile(.99, now, old, name, labels)), "n"],
          cluster.backends.reduce((n, b) => n + b.in_flight, 0), [cluster.backends.reduce((n, b) => n + b.waiting, 0), "n w"]];
      }));
      const rows = clusters.flatMap(cluster => cluster.backends.map(backend => {
        const labels = { cluster: cluster.name, subcluster: backend.subcluster, backend: backend.address };
        const failed = (rate(now, old, "portico_backend_failures_total", labels) || 0) + (rate(now, old, "portico_backend_connect_failures_total", labels) || 0);
        const isUp = backend.state === "up", trouble = isUp ? 2 : isWanted(backend) ? 0 : 1, place = `${cluster.name} / ${backend.subcluster}`;
        return { trouble, tries: backend.tries, cells: [[backend.address, "", place], [place, "w"],
          [backend.state, ["down", "dim", "up"][trouble]], [`${backend.subcluster_weight}/${backend.weight}`, "w"],
          rate(now, old, "portico_backend_tries_total", labels) || 0, failed,
          [backend.in_flight, "n w"], [backend.connections.open, "n w"], [backend.connections.idle, "n w"]] };
      }));
      // Of a thousand, those that are in trouble, then the busiest.
      rows.sort((a, b) => a.trouble - b.trouble || b.tries - a.tries);
      table("backends", ["backend", ["cluster", "w"], "state", ["weight", "w"], ["tries/s", "n"], ["failed/s", "n"], ["in flight", "n w"], ["open", "n w"], ["idle", "n w"]],
        rows.slice(0, 100).map(row => row.cells));
    }

    function showRest(now, old) {
      const routes = [...new Set((now.page.get("portico_requests_total") || []).map(s => s.labels.route))]
        .filter(route => route || sum(now.page, "portico_requests_total", { route }));
      table("routes", ["route", ["requests/s", "n"], ["4xx/s", "n"], ["5xx/s", "n"]], routes.map(route => [route || "(none)",
        ...[{}, { class: "4xx" }, { class: "5xx" }].map(more => rate(now, old, "portico_requests_total", { route, ...more }) || 0)])
        .sort((a, b) => b[1] - a[1]).slice(0, 20));
      const reasons = (now.page.get("portico_request_errors_total") || []).map(s =>
        [s.labels.reason, delta(now, first || now, "portico_request_errors_total", s.labels)]).filter(row => row[1] > 0).sort((a, b) => b[1] - a[1]);
      table("reasons", [], reasons.length ? reasons.slice(0, 20) : [["none", ""]]);
      const page = now.page, workers = (page.get("portico_worker_busy_seconds_total") || []).map(s => s.labels);
      table("process", [], [
        ["processor", (100 * (rate(now, old, "process_cpu_seconds_total") || 0)).toFixed(0) + " %"],
        ...workers.map(w => ["worker " + w.worker, (100 * (rate(now, old, "portico_worker_busy_seconds_total", w) || 0)).toFixed(0) + " %"]),
        ["memory", [size(sum(page, "process_resident_memory_bytes")), "n"]],
        ["descriptors", [`${number(sum(page, "process_open_fds"))} of ${number(sum(page, "process_max_fds"))}`, "n"]],
        ["log lines dropped", sum(page, "portico_access_log_dropped_lines_total")],
      ]);
    }

    async function turn() {
      try {
        const [metrics, clusters, config] = await Promise.all([ask("metrics", "text/plain").then(r => r.text()),
          ask("clusters", "application/json").then(r => r.json()), ask("config", "application/json").then(r => r.json())]);
        const now = { at: Date.now(), page: parse(metrics) };
        $("login").hidden = true;
        show(now, clusters, config);
        before = now; first = first || now;
      } catch (error) {
        if (error.needsToken) { $("login").hidden = false; $("state").textContent = "locked"; return; }
        $("state").textContent = "no answer"; $("state").className = "state down";
        $("notice").textContent = "The daemon does not answer: " + error.message;
      }
      setTimeout(turn, document.hidden ? 5 * pause : pause);
    }
    // `#token=…` in the address is never sent anywhere, and does not stay there.
    if (location.hash.startsWith("#token=")) {
      sessionStorage.setItem("token", decodeURIComponent(location.hash.slice(7)));
      history.replaceState(null, "", location.pathname);
    }
    document.querySelector("form").addEventListener("submit", event => {
      event.preventDefault();
      sessionStorage.setItem("token", event.target.token.value);
      turn();
    });
    turn();
    </script>
    </body>
    </html>
    """###
}
