// A chart in a frame: light or dark as ?theme= says, and its height told to the page around it.
// Without this script the frame follows the system's light or dark and keeps the height it was given.
(() => {
  "use strict";
  const root = document.documentElement;
  const theme = new URLSearchParams(location.search).get("theme");
  if (theme === "dark" || theme === "light") root.classList.add("ar-" + theme);
  if (window.parent === window) return;

  // The page around may stand anywhere; a height is no secret.
  let told = 0;
  const tell = () => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    window.parent.postMessage({ type: "asylum-report-height", height }, "*");
  };
  addEventListener("load", () => {
    tell();
    new ResizeObserver(tell).observe(root);
  });
})();
