// What the pages of both publishers need of a script: the switch between light and dark, and
// small mends of what they put out. Nothing here is needed to read the report.
(() => {
  "use strict";
  const root = document.documentElement;

  // The switch. Both publishers keep the choice; smalldocs tells of it on html[data-scheme] and
  // finds out by the background's colour whether that is dark, so that html.quarto-dark, on which
  // our colours hang, has to change with it.
  const follow = () => {
    if (window.smalldocsToggleScheme) {
      root.classList.toggle("quarto-dark", root.dataset.scheme === "alternate");
    }
    const dark = root.classList.contains("quarto-dark") || document.body.classList.contains("quarto-dark");
    for (const button of document.querySelectorAll(".quarto-color-scheme-toggle")) {
      button.setAttribute("aria-pressed", String(dark));
    }
  };
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["data-scheme"] });
  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  for (const button of document.querySelectorAll(".quarto-color-scheme-toggle")) {
    button.addEventListener("click", () => {
      (window.smalldocsToggleScheme || window.quartoToggleColorScheme || (() => {}))();
      follow();
    });
  }
  follow();

  // The button of the narrow menu in Quarto, whose inline handler the policy does not let run.
  for (const button of document.querySelectorAll(".navbar-toggler")) {
    button.addEventListener("click", () => window.quartoToggleHeadroom && window.quartoToggleHeadroom());
  }

  // A wide table or line of code scrolls in its own box; the keyboard has to reach that box.
  const words = {
    de: ["Breite Tabelle, seitwärts schieben", "Code, seitwärts schieben"],
    fr: ["Tableau large, à faire défiler", "Code, à faire défiler"],
    ru: ["Широкая таблица, прокручивается вбок", "Код, прокручивается вбок"],
  }[root.lang.slice(0, 2)] || ["Wide table, scroll sideways", "Code, scroll sideways"];
  const reachable = () => {
    // Those of charts have it already, and measuring a folded one would lay out what nobody sees.
    const boxes = ".sd-table, .cell-output-display, .ar-scroll, pre";
    for (const box of document.querySelectorAll(boxes)) {
      if (box.hasAttribute("tabindex") || box.closest("details:not([open])")) continue;
      if (box.scrollWidth > box.clientWidth + 1) {
        box.tabIndex = 0;
        box.setAttribute("role", "group"); // no landmark: several share a name
        box.setAttribute("aria-label", words[Number(box.matches("pre"))]);
      }
    }
  };
  reachable();
  window.addEventListener("resize", reachable);
  document.addEventListener("toggle", reachable, true);

  // The head of a folded callout opens by keyboard too.
  for (const head of document.querySelectorAll(".callout-header[data-bs-toggle]")) {
    head.tabIndex = 0;
    head.setAttribute("role", "button");
    head.removeAttribute("aria-label");
    head.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        head.click();
      }
    });
  }

  // Quarto's search comes without names: its field, the box around it, its buttons, its list.
  const nameless = [".aa-Input", ".aa-Autocomplete", ".aa-DetachedSearchButton", ".aa-SubmitButton", ".aa-Panel [role=listbox]"]
    .map((one) => `${one}:not([aria-label])`).join();
  const mend = () => {
    for (const part of document.querySelectorAll(nameless)) part.setAttribute("aria-label", "Search");
  };
  // Parts of it are made only when it is opened.
  document.addEventListener("focusin", mend);
  window.addEventListener("load", mend);
})();
