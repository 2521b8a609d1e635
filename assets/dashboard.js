// The dashboard: takes over the default view that stands in the page, and follows the reader's
// choices with chart, table, sentence and address. What is shown is worked out in dashboard-view.js
// and drawn in dashboard-chart.js; the address is read and written in dashboard-address.js.
import { defaults, format, parse, settled } from "./dashboard-address.js";
import { NARROW, bars, draw, escaped, mark } from "./dashboard-chart.js";
import { csv, holds, shown, styles, unpack, view } from "./dashboard-view.js";

const place = document.getElementById("dashboard");
const one = (selector) => place.querySelector(selector);
const all = (selector) => [...place.querySelectorAll(selector)];
const form = one("form");
const picture = one(".ar-picture");
const FONT = "'Source Sans Pro', 'Source Sans 3', system-ui, 'Segoe UI', Arial, sans-serif";

const AT_ONCE = 24; // rows of the table: more than its box shows without scrolling
let rest = 0;
let later = 0;

let data = null; // the figures
let state = null; // the choices
let found = null; // what is shown for them
let chipsShown = ""; // the buttons of what is chosen, as they stand
let narrow = null; // whether the narrow drawing is shown

// ---------------------------------------------------------------- showing

const address = () => new URL(format(state), location.href.split(/[?#]/)[0]).href;

function put(selector, text) {
  const element = one(selector);
  if (element.textContent !== text) element.textContent = text;
}

function list(selector, texts) {
  const there = [...one(selector).children].map((item) => item.textContent);
  if (there.length === texts.length && there.every((text, k) => text === texts[k])) return;
  one(selector).replaceChildren(...texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
}

// Asked once and at each change of size: asking in the midst of drawing would lay out the page twice.
function measure() {
  narrow = picture.clientWidth < NARROW;
}

function showPicture() {
  const options = { narrow, colours: data.colours, font: FONT };
  picture.innerHTML = draw(found, options);
  const steps = one(".ar-dash-steps");
  steps.hidden = !found.steps;
  if (!found.steps) return;
  const { caption, heads, rows, sums } = found.steps;
  const line = (cells, css) => `<tr${css}><th scope="row">${escaped(cells[0])}</th>${cells.slice(1).map((cell, k) => `<td${k ? "" : ' class="ar-number"'}>${escaped(cell)}</td>`).join("")}</tr>`;
  steps.innerHTML = `<h3 class="ar-dash-head">${escaped(caption)}</h3>${bars(found.steps, options)}`
    + `<p class="ar-dash-key">${Object.entries(data.outcomes).map(([name, words]) => `<span><svg viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" class="f-${name}"/></svg> ${escaped(words)}</span>`).join(" ")}</p>`
    + `<div class="ar-scroll" tabindex="0" role="region" aria-label="${escaped(caption)}"><table class="ar-table"><caption class="ar-hidden">${escaped(caption)}</caption><thead><tr>${heads.map((head, k) => `<th scope="col"${k === 1 ? ' class="ar-number"' : ""}>${escaped(head)}</th>`).join("")}</tr></thead>`
    + `<tbody>${rows.map((row) => line(row, "")).join("")}${sums.map((row) => line(row, ' class="ar-dash-sum"')).join("")}</tbody></table></div>`;
}

// The rows that are in sight are there at once, the others (of up to six destinations and all years)
// as soon as the page has been painted.
function showTable() {
  const { heads, rows, numeric } = found.table;
  const css = heads.map((_, k) => (numeric.includes(k) ? ' class="ar-number"' : ""));
  const scroll = one(".ar-dash-table");
  scroll.querySelector("caption").textContent = `${found.heading}. ${found.subtitle}`;
  scroll.querySelector("thead").innerHTML = `<tr>${heads.map((head, k) => `<th scope="col"${css[k]}>${escaped(head)}</th>`).join("")}</tr>`;
  const body = scroll.querySelector("tbody");
  const markup = (some) => some.map((row) =>
    `<tr><th scope="row">${escaped(row[0])}</th>${row.slice(1).map((cell, k) => `<td${css[k + 1]}>${escaped(shown(cell))}</td>`).join("")}</tr>`).join("");
  body.innerHTML = markup(rows.slice(0, AT_ONCE));
  scroll.scrollTop = 0;
  cancelAnimationFrame(rest);
  clearTimeout(later);
  const more = rows.slice(AT_ONCE);
  scroll.setAttribute("aria-busy", String(more.length > 0));
  if (!more.length) return;
  rest = requestAnimationFrame(() => {
    later = setTimeout(() => {
      body.insertAdjacentHTML("beforeend", markup(more));
      scroll.setAttribute("aria-busy", "false");
    }, 50);
  });
}

function showChosen() {
  const style = styles(data, state.keys);
  const chips = state.keys.map((key) => {
    const [colour, shape] = style.get(key);
    const name = escaped(data.names.get(key));
    return `<li><button type="button" data-remove="${key}" aria-label="Remove ${name}"><svg class="ar-dash-mark" viewBox="0 0 14 14" aria-hidden="true">${mark(shape, 7, 7, 4.5, colour, false, data.colours)}</svg>${name}<span aria-hidden="true"> ×</span></button></li>`;
  }).join("");
  if (chips !== chipsShown) one(".ar-dash-chosen").innerHTML = chips;
  chipsShown = chips;
  for (const box of all('[name="d"]')) {
    box.checked = state.keys.includes(box.value);
    const has = holds(data, state, box.value);
    const word = box.closest("label").querySelector(".ar-dash-has");
    if (word.textContent !== has) word.textContent = has;
  }
}

// Every control as the choices are.
function showChoices() {
  for (const name of ["show", "def"]) {
    for (const radio of all(`[name="${name}"]`)) radio.checked = radio.value === state[name];
  }
  const compare = one('[name="one"]');
  if ([...compare.options].map((option) => option.value).join() !== state.keys.join()) {
    compare.replaceChildren(...state.keys.map((key) => new Option(data.names.get(key), key)));
  }
  for (const name of ["stage", "against", "count", "from", "to", "one"]) one(`[name="${name}"]`).value = state[name] ?? "";
  one('[name="at"]').value = state.at ?? "";
  for (const option of one('[name="against"]').options) option.disabled = option.value === state.def;
  for (const part of all("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(state.show);
}

function show() {
  found = view(data, state, address());
  put(".ar-title", found.heading);
  put(".ar-subtitle", found.subtitle);
  put(".ar-dash-sentence", found.sentence);
  put(".ar-dash-citation", found.citation);
  put(".ar-source span:last-child", found.source);
  list(".ar-note", found.notes);
  showChoices();
  showChosen();
  showPicture();
  showTable();
}

function say(messages) {
  list(".ar-dash-messages", messages);
}

// ---------------------------------------------------------------- choosing

function choose(change) {
  state = settled(data, { ...state, ...change });
  say([]);
  show();
  history.replaceState(null, "", format(state) + location.hash);
}

function add(key) {
  if (state.keys.length >= data.at_most) {
    say([`At most ${data.at_most} destinations are shown at once; remove one first.`]);
    one(`[name="d"][value="${key}"]`).checked = false;
    return;
  }
  choose({ keys: [...state.keys, key] });
}

function changed(event) {
  const { name, value, checked } = event.target;
  if (name === "d") {
    if (checked) add(value);
    else choose({ keys: state.keys.filter((key) => key !== value) });
  } else if (["from", "to"].includes(name)) choose({ [name]: Number(value) });
  else if (name === "at") choose({ at: value ? Number(value) : null });
  else if (name) choose({ [name]: value });
}

function clicked(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.remove) {
    const at = state.keys.indexOf(button.dataset.remove);
    choose({ keys: state.keys.filter((key) => key !== button.dataset.remove) });
    const rest = all("[data-remove]");
    (rest[Math.min(at, rest.length - 1)] || one(".ar-dash-places summary")).focus();
  }
  if (button.matches(".ar-dash-reset")) choose(defaults(data));
  if (button.dataset.take) take(button.dataset.take).catch(() => put(".ar-dash-done", "The file could not be made."));
  if (button.dataset.copy) copy(button.dataset.copy);
}

function find() {
  const wanted = one("#dashboard-find").value.trim().toLowerCase();
  const items = all(".ar-dash-list li");
  for (const item of items) item.hidden = !item.querySelector(".ar-dash-name").textContent.toLowerCase().includes(wanted);
  const left = items.filter((item) => !item.hidden).length;
  put(".ar-dash-found", wanted ? `${left} of ${items.length} destinations` : "");
}

// Arrows go through the list of destinations, Escape leaves it.
function moved(event) {
  const places = event.target.closest(".ar-dash-places details");
  if (!places) return;
  if (event.key === "Escape") {
    places.open = false;
    places.querySelector("summary").focus();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("summary")) return;
  const boxes = all(".ar-dash-list li:not([hidden]) input");
  const next = boxes[boxes.indexOf(event.target) + step];
  event.preventDefault();
  if (next) next.focus();
}

// ---------------------------------------------------------------- taking away

function save(blob, ending) {
  const link = document.createElement("a");
  const parts = [state.show, state.show === "counts" ? state.count : state.def, ...state.keys, state.from, state.to];
  link.download = `asylum-report-${parts.join("-").toLowerCase()}.${ending}`;
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// The letters of the page's font, so that the picture looks the same where the font is not installed.
async function face() {
  const rules = await Promise.all([400, 600].map(async (weight) => {
    const answer = await fetch(new URL(`fonts/source-sans-${weight}.woff2`, import.meta.url));
    if (!answer.ok) return "";
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return `@font-face{font-family:"Source Sans Pro";font-weight:${weight};src:url(data:font/woff2;base64,${text}) format("woff2")}`;
  }));
  return rules.join("");
}

async function svg() {
  const letters = await face().catch(() => "");
  return draw(found, { file: true, colours: data.colours, font: FONT, face: letters });
}

async function png() {
  const source = URL.createObjectURL(new Blob([await svg()], { type: "image/svg+xml" }));
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.naturalWidth;
  canvas.height = 2 * image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(source);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

async function take(kind) {
  if (kind === "csv") save(new Blob([csv(found, address())], { type: "text/csv;charset=utf-8" }), "csv");
  else if (kind === "svg") save(new Blob([await svg()], { type: "image/svg+xml" }), "svg");
  else save(await png(), "png");
}

async function copy(what) {
  const text = what === "citation" ? found.citation : address();
  // Without https there is no clipboard to write to.
  const done = await Promise.resolve(navigator.clipboard).then((board) => board.writeText(text)).then(() => true, () => false);
  put(".ar-dash-done", "");
  const words = what === "citation" ? "citation" : "address";
  put(".ar-dash-done", done ? `The ${words} is copied.` : `The browser did not allow copying; the ${words} is: ${text}`);
}

// ---------------------------------------------------------------- beginning

function read() {
  const asked = parse(location.search, data);
  state = asked.state;
  show();
  say(asked.ignored);
}

async function start() {
  const answer = await fetch(new URL("../data/dashboard.json", import.meta.url));
  if (!answer.ok) throw new Error(`no figures: ${answer.status}`);
  data = unpack(await answer.json());
  one(".ar-dash-more").open = window.innerWidth >= 992;
  form.hidden = false;
  one(".ar-dash-tools").hidden = false;
  one(".ar-dash-still").hidden = true;
  place.classList.add("ar-dash-live");
  measure();
  read();
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  place.addEventListener("click", clicked);
  place.addEventListener("keydown", moved);
  one("#dashboard-find").addEventListener("input", find);
  window.addEventListener("popstate", read);
  window.addEventListener("resize", () => {
    const before = narrow;
    measure();
    if (narrow !== before) showPicture();
  });
  // Views linked from this page open without loading it again, and Back returns.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = new URL(link.href);
    if (target.origin + target.pathname !== location.origin + location.pathname || !target.search) return;
    event.preventDefault();
    history.pushState(null, "", target.search);
    read();
    one(".ar-dash-result").scrollIntoView({ block: "start" });
  });
}

start().catch(() => {
  one(".ar-dash-still").textContent = "This is the default view. The figures for other views could not be loaded; reload the page to try again.";
});

