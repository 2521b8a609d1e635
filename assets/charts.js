// The "Explore" button of a chart: shows the live chart in place of the picture, and goes back.
// The live chart has a page of its own (explore.html), because Plotly writes styles that the
// policy of the site's pages does not allow. Without this script the button stays hidden.
(() => {
  "use strict";
  const here = new URL(document.currentScript.src);
  // Charts in another language bring these in it, as data-words.
  const WORDS = {
    explore: "Explore",
    back: "Back to the picture",
    loading: "Loading the live chart …",
    ready: "Live chart: point at a mark for its figures, drag to zoom, double-click to zoom out.",
    failed: "The live chart could not be loaded. The picture and the table show the same figures.",
    local: "The live chart needs a web server; opened from a file, a page cannot load it.",
    title: "Live chart:",
  };
  const PATIENCE = 30000;

  const dark = () =>
    [document.documentElement, document.body].some((e) => e.classList.contains("quarto-dark"));

  const attach = (figure) => {
    const button = figure.querySelector(".ar-explore");
    const picture = figure.querySelector(".ar-picture");
    const status = figure.querySelector(".ar-status");
    const title = figure.querySelector(".ar-title");
    const words = { ...WORDS, ...JSON.parse(figure.dataset.words || "{}") };
    if (!button || !picture || !status) return;
    let frame = null;
    let timer = 0;

    const say = (text) => { status.textContent = text; };
    const close = (text) => {
      clearTimeout(timer);
      if (frame) frame.remove();
      frame = null;
      picture.classList.remove("ar-live");
      button.textContent = words.explore;
      say(text);
    };
    const open = () => {
      if (location.protocol === "file:") { say(words.local); return; }
      const shown = [...picture.querySelectorAll("svg")].find((s) => s.getBoundingClientRect().height > 0);
      const height = shown ? shown.getBoundingClientRect().height : 0;
      const address = new URL("explore.html", here);
      address.searchParams.set("chart", figure.dataset.chart);
      address.searchParams.set("theme", dark() ? "dark" : "light");
      frame = document.createElement("iframe");
      frame.className = "ar-frame ar-waiting";
      frame.title = words.title + " " + (title ? title.textContent : figure.dataset.chart);
      // In a narrow column names of rows take two lines, and the key takes several.
      const more = picture.getBoundingClientRect().width < 600 ? 150 : 40;
      frame.height = String(Math.round(Math.max(420, Math.min(height + more, 1200))));
      frame.src = address.href;
      picture.append(frame);
      button.textContent = words.back;
      say(words.loading);
      timer = setTimeout(() => close(words.failed), PATIENCE);
    };
    window.addEventListener("message", (event) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== location.origin) return;
      if (event.data === "ar-ready") {
        clearTimeout(timer);
        frame.classList.remove("ar-waiting");
        picture.classList.add("ar-live");
        say(words.ready);
      } else if (event.data === "ar-failed") {
        close(words.failed);
      }
    });
    button.addEventListener("click", () => { if (frame) close(""); else open(); });
    const follow = new MutationObserver(() => {
      if (frame) frame.contentWindow.postMessage(dark() ? "ar-dark" : "ar-light", location.origin);
    });
    for (const element of [document.documentElement, document.body]) {
      follow.observe(element, { attributes: true, attributeFilter: ["class"] });
    }
    button.hidden = false;
  };

  const start = () => document.querySelectorAll(".ar-chart[data-chart]").forEach(attach);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
