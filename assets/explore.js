// One live chart on a page of its own, usually in a frame: explore.html?chart=NAME&theme=dark.
(() => {
  "use strict";
  const here = new URL(document.currentScript.src);
  const query = new URLSearchParams(location.search);
  const name = query.get("chart") || "";
  const place = document.getElementById("chart");
  const list = document.getElementById("events");
  let figure = null;

  const tell = (words) => {
    if (window.parent !== window) window.parent.postMessage(words, location.origin);
  };
  const theme = (dark) => document.documentElement.classList.toggle("quarto-dark", dark);

  // The figure names its colours by those of light paper; each becomes what the token is now.
  const coloured = () => {
    const now = getComputedStyle(document.documentElement);
    const tokens = Object.entries(figure.layout.meta.tokens);
    const exchange = (value) => {
      if (typeof value === "string" && value.startsWith("#")) {
        const found = tokens.find(([colour]) => value.startsWith(colour));
        if (!found) return value;
        return now.getPropertyValue("--ar-" + found[1]).trim() + value.slice(found[0].length);
      }
      if (Array.isArray(value)) return value.map(exchange);
      if (value && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, exchange(v)]));
      }
      return value;
    };
    return { data: exchange(figure.data), layout: exchange(figure.layout) };
  };

  // Labels are written for Plotly, with entities; a list wants plain words.
  const plain = (markup) => new DOMParser().parseFromString(markup, "text/html").body.textContent;

  const draw = () => {
    const { data, layout } = coloured();
    const small = window.innerWidth < 520;
    const events = layout.annotations || [];
    list.replaceChildren(...(small ? events : []).map((event) => {
      const item = document.createElement("li");
      item.textContent = plain(event.text);
      return item;
    }));
    if (small) {
      // No room above the plot for the words of events: numbers there, and a list below.
      layout.annotations = events.map((event, k) => ({
        ...event, text: "<b>" + (k + 1) + "</b>", ay: -9 - 13 * (k % 2), xanchor: "center", borderpad: 1,
      }));
      layout.margin = { ...layout.margin, l: 48, r: 8, t: events.length ? 66 : 36 };
      layout.font = { ...layout.font, size: 12 };
      const across = layout.meta.narrow;
      if (across) {
        // Rows: names in shorter lines, and room for the last label of the axis.
        layout.margin = { ...layout.margin, r: 26 };
        layout.yaxis = { ...layout.yaxis, ticktext: across };
        layout.xaxis = { ...layout.xaxis, nticks: 4 };
      }
      const { tickvals, ticktext } = layout.xaxis;
      if (tickvals && layout.xaxis.type === "date") {
        const every = Math.ceil(tickvals.length / 6);
        const kept = (_, i) => (tickvals.length - 1 - i) % every === 0;
        layout.xaxis = { ...layout.xaxis, tickvals: tickvals.filter(kept), ticktext: ticktext.filter(kept) };
      }
    }
    return window.Plotly.react(place, data, layout, figure.config);
  };

  const fail = () => {
    document.getElementById("message").hidden = false;
    tell("ar-failed");
  };

  theme(query.get("theme") === "dark");
  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== window.parent) return;
    if (event.data !== "ar-dark" && event.data !== "ar-light") return;
    theme(event.data === "ar-dark");
    if (figure) draw().catch(fail);
  });

  if (!/^[a-z0-9-]+$/.test(name) || !window.Plotly) {
    fail();
  } else {
    fetch(new URL("../figures/" + name + ".json", here))
      .then((answer) => {
        if (!answer.ok) throw new Error("no figure " + name);
        return answer.json();
      })
      .then((found) => { figure = found; return draw(); })
      .then(() => tell("ar-ready"))
      .catch(fail);
  }
})();
