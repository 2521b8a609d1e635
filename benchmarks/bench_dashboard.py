"""How long the dashboard takes from a choice to the painted page, over a scripted walk.

python benchmarks/bench_dashboard.py [SITE]

SITE is the folder of a built site, by default ``_site``. The walk makes each choice through the
controls, as a reader does, and waits for two animation frames: in the second, what the first one
drew has been painted. Prints PASS, or FAIL and exits with 1 where the median or the worst of all
choices is above the limit. Times are those of the clock: run it on a quiet machine. The load is
printed beside them, and the processor time of the page's main thread, which others do not change
(it includes the walk's own comparing of before and after).
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import statistics
import sys
import threading
from pathlib import Path
from typing import Any

LIMIT = 100.0
"""Milliseconds from a choice to the painted page."""

WALK = """async () => {
  const one = (selector) => document.querySelector(`#dashboard ${selector}`);
  const frame = (then) => requestAnimationFrame(then);
  const painted = () => new Promise((done) => frame(() => frame(done)));
  const taken = [];
  const choice = async (name, act) => {
    await painted();
    const before = one(".ar-dash-table").textContent + one(".ar-picture").innerHTML;
    const start = performance.now();
    act();
    await painted();
    const time = performance.now() - start;
    const after = one(".ar-dash-table").textContent + one(".ar-picture").innerHTML;
    taken.push([name, time, before !== after]);
  };
  const click = (selector) => choice(selector, () => one(selector).click());
  const select = (name, value) => choice(`${name}=${value}`, () => {
    const field = one(`[name="${name}"]`);
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  const both = async () => {
    await select("from", 2000);
    await select("from", 2012);
    await select("to", 2020);
    await select("to", 2025);
  };
  for (const key of ["NOR", "SWE", "AUT"]) await click(`[name="d"][value="${key}"]`);
  for (const show of ["counts", "definitions", "rates"]) {
    await click(`[name="show"][value="${show}"]`);
    await both();
  }
  for (const { value } of [...one('[name="stage"]').options].reverse()) {
    await select("stage", value);
    await both();
  }
  for (const name of ["refugee", "overall", "protection"]) {
    await click(`[name="def"][value="${name}"]`);
    await both();
  }
  await click('[name="show"][value="counts"]');
  const counts = [...one('[name="count"]').options].reverse();
  for (const { value } of counts) await select("count", value);
  await click('[name="show"][value="definitions"]');
  for (const against of ["refugee", "all", "overall"]) await select("against", against);
  for (const key of ["FRA", "AUT", "USA-EOIR", "DEU"]) await select("one", key);
  for (let year = 2015; year <= 2025; year++) await select("at", year);
  await click('[name="show"][value="rates"]');
  await select("from", 2000);
  for (const key of ["NOR", "SWE", "AUT"]) {
    await click(`[data-remove="${key}"]`);
    await click(`[name="d"][value="${key}"]`);
  }
  await click(".ar-dash-reset");
  return taken;
}"""


def serve(site: Path) -> str:
    """Serve a folder on this machine and return its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/dashboard.html"


def busy(session: Any) -> float:
    """Return the seconds that the page's main thread has had of a processor."""
    found = session.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))


def main() -> int:
    """Walk through the choices at two widths, print what they took, return the exit code."""
    from playwright.sync_api import sync_playwright

    site = Path(sys.argv[1] if len(sys.argv) > 1 else "_site").resolve()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if not (site / "dashboard.html").is_file() or program is None:
        print("bench_dashboard: needs a built site and a Chromium", file=sys.stderr)
        return 2
    address, passed = serve(site), True
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        for width in (1280, 390):
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(address)
            page.wait_for_selector(".ar-dash-form:not([hidden])")
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            before = busy(session)
            taken = page.evaluate(WALK)
            spent = 1000 * (busy(session) - before) / len(taken)
            times = [time for _, time, _ in taken]
            worst = max(taken, key=lambda one: one[1])
            drawn = sum(changed for *_, changed in taken)
            median = statistics.median(times)
            ok = worst[1] < LIMIT and median < LIMIT
            passed &= ok
            print(
                f"{width:4} px: {len(taken)} choices ({drawn} changed what is shown), median "
                f"{median:.0f} ms, worst {worst[1]:.0f} ms ({worst[0]}), limit {LIMIT:.0f} ms: "
                f"{'PASS' if ok else 'FAIL'}; processor time {spent:.0f} ms a choice"
            )
            page.close()
        browser.close()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "?"
    print(f"load of the machine over 1, 5, 15 minutes: {load}; processors: {os.cpu_count()}")
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
