// The reader's choices and the address that holds them: dashboard.html?d=DEU,FRA&show=rates ...
// What an address names and there is not is left out, and said.
import { COUNTS, SHOWS } from "./dashboard-view.js";

// The view without an address. The page without JavaScript shows the same one.
export function defaults(data) {
  const { keys, years } = data.defaults;
  return {
    show: "rates", keys: [...keys], stage: "default", def: "protection", against: "overall",
    count: "merits", from: years[0], to: years[1], one: keys[0], at: null,
  };
}

// Choices that fit each other: a destination to compare that is chosen, years in order.
export function settled(data, state) {
  const found = { ...state };
  if (found.from > found.to) [found.from, found.to] = [found.to, found.from];
  if (!found.keys.includes(found.one)) found.one = found.keys[0] || null;
  if (found.against === found.def) {
    found.against = data.definitions.find((one) => !one.missing && one.name !== found.def).name;
  }
  if (found.at !== null && (found.at < found.from || found.at > found.to)) found.at = null;
  return found;
}

export function format(state) {
  const parts = [["show", state.show], ["d", state.keys.join(",")], ["stage", state.stage]];
  if (state.show === "counts") parts.push(["count", state.count]);
  else parts.push(["def", state.def]);
  if (state.show === "definitions") {
    parts.push(["against", state.against]);
    if (state.one !== state.keys[0]) parts.push(["one", state.one]);
    if (state.at !== null) parts.push(["at", state.at]);
  }
  parts.push(["from", state.from], ["to", state.to]);
  return `?${parts.map(([name, value]) => `${name}=${value}`).join("&")}`;
}

// Read an address: the choices, and a sentence for each thing in it that could not be followed.
export function parse(search, data) {
  const state = defaults(data);
  const ignored = [];
  const asked = new URLSearchParams(search);
  const refuse = (what, value) => ignored.push(`The address names ${what} “${value.slice(0, 40)}”, which is not to be had here; it was left out.`);
  const pick = (name, what, known) => {
    if (!asked.has(name)) return;
    const value = asked.get(name);
    if (known.includes(value)) state[name] = value;
    else refuse(what, value);
  };
  pick("show", "a view", SHOWS);
  pick("stage", "a stage", data.stages.map((one) => one.name));
  const had = data.definitions.filter((one) => !one.missing).map((one) => one.name);
  pick("def", "a definition", had);
  pick("against", "a definition", [...had, "all"]);
  pick("count", "a count", Object.keys(COUNTS));
  for (const name of ["from", "to", "at"]) {
    if (!asked.has(name)) continue;
    const value = asked.get(name);
    const year = /^\d{4}$/.test(value) ? Number(value) : 0;
    if (year >= data.years[0] && year <= data.years[1]) state[name] = year;
    else refuse("a year", value);
  }
  if (asked.has("d")) {
    state.keys = [];
    for (const value of asked.get("d").split(",").filter(Boolean)) {
      // A country in which several authorities decide stands for all of them.
      const found = data.byKey.has(value) ? [value] : [...data.byKey.keys()].filter((key) => key.startsWith(`${value}-`));
      if (!/^[A-Z]{3}(-\w+)?$/.test(value) || !found.length) refuse("a destination", value);
      else for (const key of found) if (!state.keys.includes(key)) state.keys.push(key);
    }
    if (state.keys.length > data.at_most) {
      ignored.push(`The address names ${state.keys.length} destinations; the first ${data.at_most} are shown.`);
      state.keys = state.keys.slice(0, data.at_most);
    }
    state.one = state.keys[0] || null;
  }
  if (asked.has("one")) {
    if (state.keys.includes(asked.get("one"))) state.one = asked.get("one");
    else refuse("a destination to compare", asked.get("one"));
  }
  for (const name of asked.keys()) {
    if (!["show", "d", "stage", "def", "against", "count", "from", "to", "at", "one"].includes(name)) refuse("a choice", name);
  }
  return { state: settled(data, state), ignored: [...new Set(ignored)] };
}
