// Menus, folds, tabs and the search's index in the built-in site, in place of Bootstrap's script
// and of an index program loaded on every page. Works on the attributes that both publishers write
// (data-bs-toggle), by pointer and by keyboard. Without it the footer has a link to every page.
(() => {
  "use strict";
  const script = document.currentScript;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const kind = (element) => element.dataset.bsToggle;
  const targetOf = (toggle) => {
    const name = toggle.dataset.bsTarget || toggle.getAttribute("href") || "";
    if (name.startsWith("#")) return document.getElementById(decodeURIComponent(name.slice(1)));
    return name.startsWith(".") ? document.querySelector(name) : null;
  };

  // ---- menus of the bar
  const menuOf = (toggle) => toggle.parentElement.querySelector(".dropdown-menu");
  const setMenu = (toggle, open) => {
    const menu = menuOf(toggle);
    if (!menu) return;
    if (open) closeMenus(toggle);
    menu.dataset.bsPopper = "static";
    menu.classList.toggle("show", open);
    toggle.classList.toggle("show", open);
    toggle.setAttribute("aria-expanded", String(open));
  };
  const closeMenus = (but) => {
    for (const toggle of all("[data-bs-toggle=dropdown].show")) if (toggle !== but) setMenu(toggle, false);
  };
  const itemsOf = (toggle) => all("a[href], button", menuOf(toggle)).filter((item) => item.offsetParent);

  // ---- folds: the narrow bar's menu and folded boxes
  const setFold = (toggle, open) => {
    const fold = targetOf(toggle);
    if (!fold) return;
    fold.classList.toggle("show", open);
    for (const other of all("[data-bs-toggle=collapse]")) {
      if (targetOf(other) !== fold) continue;
      other.classList.toggle("collapsed", !open);
      other.setAttribute("aria-expanded", String(open));
    }
  };

  // ---- tabs: one of a row is reached by Tab, the others by arrows
  const tabsOf = (tab) => all("[data-bs-toggle=tab]", tab.closest("[role=tablist], .nav"));
  const showTab = (tab) => {
    for (const other of tabsOf(tab)) {
      const shown = other === tab;
      other.classList.toggle("active", shown);
      other.setAttribute("aria-selected", String(shown));
      other.tabIndex = shown ? 0 : -1;
      const pane = targetOf(other);
      if (pane) for (const name of ["active", "show"]) pane.classList.toggle(name, shown);
    }
  };
  for (const tab of all("[data-bs-toggle=tab]")) tab.tabIndex = tab.classList.contains("active") ? 0 : -1;

  document.addEventListener("click", (event) => {
    const toggle = event.target.closest("[data-bs-toggle]");
    if (!toggle) {
      closeMenus(null);
      return;
    }
    if (kind(toggle) === "dropdown") setMenu(toggle, !toggle.classList.contains("show"));
    else if (kind(toggle) === "collapse") setFold(toggle, !targetOf(toggle)?.classList.contains("show"));
    else if (kind(toggle) === "tab") showTab(toggle);
    else return;
    event.preventDefault();
  });

  const STEPS = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };
  const next = (list, here, key) => {
    if (key === "Home") return list[0];
    if (key === "End") return list[list.length - 1];
    const at = list.indexOf(here);
    return list[(at < 0 && STEPS[key] < 0 ? list.length - 1 : at + STEPS[key] + list.length) % list.length];
  };
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Escape") {
      const menu = document.querySelector("[data-bs-toggle=dropdown].show");
      const bar = document.querySelector(".navbar-toggler[aria-expanded=true]");
      if (menu) {
        const inside = menu.parentElement.contains(target);
        setMenu(menu, false);
        if (inside) menu.focus();
      } else if (bar && bar.closest("nav").contains(target)) {
        setFold(bar, false);
        bar.focus();
      }
      return;
    }
    const tab = target.closest("[data-bs-toggle=tab]");
    const menu = target.closest(".dropdown")?.querySelector("[data-bs-toggle=dropdown]");
    const moves = key in STEPS || key === "Home" || key === "End";
    if (tab && moves && key !== "ArrowUp" && key !== "ArrowDown") {
      const other = next(tabsOf(tab), tab, key);
      showTab(other);
      other.focus();
    } else if (menu && target === menu && key === " ") {
      setMenu(menu, !menu.classList.contains("show"));
    } else if (menu && moves && key !== "ArrowLeft" && key !== "ArrowRight") {
      if (target === menu && !menu.classList.contains("show")) {
        if (key === "Home" || key === "End") return;
        setMenu(menu, true);
      }
      next(itemsOf(menu), target, key)?.focus();
    } else return;
    event.preventDefault();
  });
  // A menu that the keyboard has left closes, so that it covers nothing that has the keyboard.
  document.addEventListener("focusin", (event) => {
    for (const toggle of all("[data-bs-toggle=dropdown].show")) {
      if (!toggle.parentElement.contains(event.target)) setMenu(toggle, false);
    }
  });

  // ---- search: smalldocs makes its index of window.Fuse when the field is first used. This stands
  // in for it until the program is there, which is fetched only then, and finds plain words meanwhile.
  const address = script.dataset.search && new URL(script.dataset.search, document.baseURI);
  if (address) {
    const standIn = class {
      constructor(entries, options) {
        this.entries = entries;
        const program = document.createElement("script");
        program.src = address;
        program.addEventListener("load", () => {
          if (window.Fuse !== standIn) this.found = new window.Fuse(entries, options);
        });
        document.head.append(program);
      }

      search(words, options = {}) {
        if (this.found) return this.found.search(words, options);
        const wanted = words.toLowerCase().split(/\s+/);
        return this.entries
          .filter((entry) => {
            const text = `${entry.title} ${entry.section} ${entry.text}`.toLowerCase();
            return wanted.every((word) => text.includes(word));
          })
          .slice(0, options.limit)
          .map((item) => ({ item }));
      }
    };
    window.Fuse = standIn;
  }
  // How many pages were found is said, not only shown.
  for (const list of all(".smalldocs-search-results")) {
    const status = document.createElement("div");
    status.className = "ar-hidden";
    status.setAttribute("role", "status");
    list.after(status);
    new MutationObserver(() => {
      const found = list.querySelectorAll(".search-result").length;
      status.textContent = found === 1 ? "1 result" : `${found || "No"} results`;
    }).observe(list, { childList: true });
  }
})();
