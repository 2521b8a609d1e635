// What the dashboard shows, worked out from its figures and the reader's choices: lines, table,
// sentence, notes, citation. Nothing here touches the page, so that tests can ask it anything.
// The figures (data/dashboard.json) bring intervals, reasons and breaks with them; a rate itself is
// a sum of outcomes divided by a sum of outcomes. Which may be added was settled before.

const TOO_FEW = 1; // place of what is said below `shown_from` among the reasons; 0 is "there is a rate"
const OTHERS = ["third", "second", "fourth", "first", "muted", "ink"];
const SHAPES = { germany: "circle", france: "square", usa: "triangle" };
const OTHER_SHAPES = ["diamond", "down", "star", "circle", "square", "triangle"];
const DASHES = ["7 3", "2 3", "9 3 2 3", "4 2", "12 3", "1 2"];
const BY_DEFINITION = {
  protection: ["first", "circle", ""],
  refugee: ["third", "diamond", "2 3"],
  eu: ["fourth", "triangle", "9 3 2 3"],
  overall: ["second", "square", "7 3"],
};
export const SHOWS = ["rates", "counts", "definitions"];
export const COUNTS = {
  merits: ["refugee", "complementary", "rejected"],
  positive: ["refugee", "complementary"],
  refugee: ["refugee"],
  complementary: ["complementary"],
  rejected: ["rejected"],
  closed: ["closed"],
  all: ["refugee", "complementary", "rejected", "closed"],
};
export const MISSING = "not published";

// ---------------------------------------------------------------- figures

// The file holds columns of numbers, places in lists mostly; here they become rows by destination.
export function unpack(file) {
  const { rows, lists, rates } = file;
  const byKey = new Map(file.destinations.map(({ key }) => [key, []]));
  rows.key.forEach((place, i) => {
    const row = { key: file.destinations[place].key, year: rows.year[i], in: rows.in[i], breaks: rows.breaks[i] };
    for (const name of Object.keys(lists)) if (name !== "reason") row[name] = lists[name][rows[name][i]];
    for (const name of Object.keys(file.outcomes)) row[name] = rows[name][i];
    row.rates = {};
    for (const [name, of] of Object.entries(rates)) {
      row.rates[name] = { reason: of.reason[i], low: of.low[i], high: of.high[i] };
    }
    byKey.get(row.key).push(row);
  });
  for (const found of byKey.values()) found.sort((a, b) => a.year - b.year);
  return { ...file, byKey, names: new Map(file.destinations.map((one) => [one.key, one.name])) };
}

// The sum of some outcomes of a row; null where one of them was not published.
export function total(row, outcomes) {
  return outcomes.reduce((sum, name) => (sum === null || row[name] === null ? null : sum + row[name]), 0);
}

export function definition(data, name) {
  return data.definitions.find((one) => one.name === name);
}

// A rate with everything that has to stand beside it.
export function rate(data, row, name) {
  const found = row.rates[name];
  const reason = data.lists.reason[found.reason];
  if (found.reason > TOO_FEW) return { numerator: null, n: null, value: null, low: null, high: null, marked: false, reason };
  const { positive, closed } = definition(data, name);
  const numerator = total(row, positive);
  const n = total(row, COUNTS[closed ? "all" : "merits"]);
  const value = found.reason ? null : numerator / n;
  return { numerator, n, value, low: found.low, high: found.high, marked: n < data.marked_below, reason };
}

// The rows of a destination that belong to a choice of stage and to the years, oldest first.
export function chosen(data, state, key) {
  const bit = 1 << data.stages.findIndex((one) => one.name === state.stage);
  return data.byKey.get(key).filter((row) => row.in & bit && row.year >= state.from && row.year <= state.to);
}

// Whether a destination has a rate, counts only, or nothing: said in the list of destinations.
export function holds(data, state, key) {
  const rows = chosen(data, state, key);
  if (!rows.length) return "no figures";
  const rated = rows.some((row) => row.rates[state.def] && row.rates[state.def].reason === 0);
  return rated || state.show === "counts" ? "" : "counts only";
}

// ---------------------------------------------------------------- words

// As Python writes it: halves, of which only .25 and .75 exist exactly, go to the even digit.
export function oneDecimal(x) {
  return Number.isInteger(x * 4) && (x * 4) % 4 === 1 ? (x - 0.05).toFixed(1) : x.toFixed(1);
}
const bare = (share) => (share === null ? null : oneDecimal(100 * share));
const tenths = (t) => (t === null ? null : (t / 10).toFixed(1));
export const percent = (share) => `${bare(share)}%`;
export const count = (n) => (n === null ? MISSING : String(n).replace(/\B(?=(\d{3})+$)/g, ","));
const years = ({ from, to }) => (from === to ? String(from) : `${from}–${to}`);
const listed = (all) => (all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all[all.length - 1]}`);
const lower = (text) => text[0].toLowerCase() + text.slice(1);
const label = (name) => (name.startsWith("EU") ? name : lower(name));

// ---------------------------------------------------------------- lines

// Points of one line. `value` gives of a row {y, low, high, n}, shares and tenths of a per cent.
function line(data, state, rows, name, style, value) {
  const bit = 1 << data.stages.findIndex((one) => one.name === state.stage);
  const points = rows.map((row) => {
    const found = value(row);
    const partial = row.status === "partial";
    return { year: row.year, ...found, partial, hollow: partial || Boolean(found.marked), broken: Boolean(row.breaks & bit) };
  });
  const [colour, shape, dash] = style;
  return { name, colour, shape, dash, rows, points };
}

// Colour, shape and dash of each destination: its own, or the next that is free.
export function styles(data, keys) {
  const own = new Map(data.destinations.map((one) => [one.key, one.colour]));
  const shapes = keys.map((key) => SHAPES[own.get(key)]).filter(Boolean);
  const freeShapes = OTHER_SHAPES.filter((one) => !shapes.includes(one));
  let next = 0;
  return new Map(keys.map((key) => {
    const colour = own.get(key);
    if (colour) return [key, [colour, SHAPES[colour], ""]];
    const at = next++ % OTHERS.length;
    return [key, [OTHERS[at], freeShapes[at % freeShapes.length], DASHES[at]]];
  }));
}

const addable = (row) => ["first", "repeat", "first+repeat"].includes(row.stage);

// Lines of a destination: levels of appeal stand apart, because they may decide on the same people.
function linesOf(data, state, key, style, value) {
  const rows = chosen(data, state, key);
  const levels = [...new Set(rows.map((row) => (addable(row) ? "" : row.level)))].sort();
  return levels.map((level, k) => {
    const own = rows.filter((row) => (addable(row) ? "" : row.level) === level);
    const apart = levels.length > 1 && level ? ` (${level})` : "";
    const dagger = own.some((row) => row.stage === "first+appeal") ? " †" : "";
    const [colour, shape, dash] = style;
    return line(data, state, own, data.names.get(key) + apart + dagger, [colour, k ? "star" : shape, k ? "1 3" : dash], value);
  });
}

function ratePoint(data, name) {
  return (row) => {
    const { value, low, high, n, marked } = rate(data, row, name);
    return { y: value, low: low === null ? null : low / 1000, high: high === null ? null : high / 1000, n, marked };
  };
}

function allLines(data, state) {
  if (state.show === "definitions") {
    const rows = comparedRows(data, state);
    return compared(data, state).map((name) => {
      return line(data, state, rows, definition(data, name).label, BY_DEFINITION[name], ratePoint(data, name));
    });
  }
  const style = styles(data, state.keys);
  const value = state.show === "rates"
    ? ratePoint(data, state.def)
    : (row) => ({ y: total(row, COUNTS[state.count]), low: null, high: null, n: null });
  return state.keys.flatMap((key) => linesOf(data, state, key, style.get(key), value));
}

// The rows whose definitions are compared: of levels that stand apart, the one with most years.
function comparedRows(data, state) {
  const rows = chosen(data, state, state.one);
  const years = (level) => rows.filter((row) => row.level === level).length;
  const [level] = rows.filter((row) => !addable(row)).map((row) => row.level).sort((a, b) => years(b) - years(a));
  return rows.filter((row) => addable(row) || row.level === level);
}

// The definitions that are set side by side.
export function compared(data, state) {
  if (!state.one) return [];
  const had = data.definitions.filter((one) => !one.missing).map((one) => one.name);
  return state.against === "all" ? [state.def, ...had.filter((name) => name !== state.def)] : [state.def, state.against];
}

// ---------------------------------------------------------------- table

const few = (data) => `fewer than ${data.marked_below} decisions`;

const remarks = (data, row, found) => [
  found.reason || "",
  row.status === "partial" ? "part of the year" : row.status === "break" ? "counted in another way" : "",
  found.marked && found.value !== null ? few(data) : "",
  row.note,
].filter(Boolean).join("; ");

const stageCell = (row) => (row.stage === "first+appeal" ? "first+appeal †" : row.stage) + (addable(row) ? "" : ` (${row.level})`);

const interval = (found) => [tenths(found.low), tenths(found.high)];

// Why a year has no rate by any definition, whatever its counts; or nothing.
function doubt(data, row) {
  const [reason, ...others] = new Set(Object.values(row.rates).map((one) => one.reason));
  return !others.length && reason > TOO_FEW ? data.lists.reason[reason] : "";
}

function table(data, state, lines) {
  const outcomes = Object.entries(data.outcomes);
  const after = ["Stage", "Authority", "Unit", "Remark"];
  const end = (row, found) => [stageCell(row), row.authority, row.unit, remarks(data, row, found)];
  const rows = [];
  if (state.show === "definitions") {
    const names = compared(data, state);
    for (const row of lines.length ? lines[0].rows : []) {
      for (const name of names) {
        const found = rate(data, row, name);
        rows.push([data.names.get(row.key), String(row.year), definition(data, name).label, bare(found.value),
          ...interval(found), found.numerator, found.n, ...end(row, found)]);
      }
    }
    return { heads: ["Destination", "Year", "Definition", "Rate, %", "95% from, %", "95% to, %", "Positive", "Decisions (n)", ...after],
      numeric: [3, 4, 5, 6, 7], rows };
  }
  for (const { name, rows: own } of lines) {
    for (const row of own) {
      const found = state.show === "rates" ? rate(data, row, state.def) : { reason: doubt(data, row) };
      const parts = outcomes.map(([outcome]) => row[outcome]);
      rows.push(state.show === "rates"
        ? [name, String(row.year), bare(found.value), ...interval(found), found.n, ...parts, ...end(row, found)]
        : [name, String(row.year), ...parts, total(row, COUNTS.positive), total(row, COUNTS.merits), total(row, COUNTS.all), ...end(row, found)]);
    }
  }
  const names = outcomes.map(([, words]) => words);
  return state.show === "rates"
    ? { heads: ["Destination", "Year", `${definition(data, state.def).label}, %`, "95% from, %", "95% to, %", "Decisions (n)", ...names, ...after],
      numeric: [2, 3, 4, 5, 6, 7, 8, 9], rows }
    : { heads: ["Destination", "Year", ...names, "Positive", "On the merits", "All", ...after], numeric: [2, 3, 4, 5, 6, 7, 8], rows };
}

// A cell as the table shows it; as the file holds it, a number has no separators.
export function shown(cell) {
  return cell === null ? "–" : typeof cell === "number" ? count(cell) : cell;
}

// ---------------------------------------------------------------- sentence

function ends(data, state, one) {
  const doubted = new Set(one.rows.filter((row) => doubt(data, row)).map((row) => row.year));
  const said = one.points.filter((point) => point.y !== null && !point.partial && !doubted.has(point.year));
  if (!one.points.length) return null;
  if (!said.length && state.show === "counts") return `${one.name}: only years that are part of one or in doubt, see the notes`;
  if (!said.length) {
    return `${one.name}: no rate, ${one.rows.every((row) => row.rates[state.def].reason === TOO_FEW) ? `fewer than ${data.shown_from} decisions in every year` : "for the reasons in the table"}`;
  }
  const form = (point) => `${state.show === "counts" ? count(point.y) : percent(point.y)} in ${point.year}`;
  const [first, last] = [said[0], said[said.length - 1]];
  const broken = one.points.some((point) => point.broken && point.year > first.year && point.year <= last.year);
  const n = state.show === "counts" ? "" : ` (n\u00a0=\u00a0${count(last.n)}${last.marked ? ", few" : ""})`;
  return `${one.name} ${first === last ? "" : `${form(first)} and `}${form(last)}${n}${broken ? ", counted in another way in between" : ""}`;
}

// The year whose step from definition to definition is told: the one asked for, or the last that has all.
export function stepYear(data, state) {
  if (!state.one) return null;
  const names = compared(data, state);
  const rows = comparedRows(data, state).filter((row) => names.every((name) => row.rates[name].reason === 0));
  const asked = rows.find((row) => row.year === state.at);
  return asked || rows.filter((row) => row.status === "complete").pop() || rows[rows.length - 1] || null;
}

// Why one definition gives another number than another, with the counts that make the difference.
function because(data, row, from, to) {
  const [a, b] = [definition(data, from), definition(data, to)];
  const parts = [];
  for (const outcome of Object.keys(data.outcomes)) {
    if (row[outcome] === 0) continue;
    const n = count(row[outcome]);
    const what = lower(data.outcomes[outcome]);
    if (a.positive.includes(outcome) && !b.positive.includes(outcome)) parts.push(`the ${n} decisions that gave ${what} no longer count as positive`);
    if (!a.positive.includes(outcome) && b.positive.includes(outcome)) parts.push(`the ${n} decisions that gave ${what} count as positive too`);
  }
  if (row.closed === 0) return listed(parts);
  if (!a.closed && b.closed) parts.push(`the ${count(row.closed)} cases closed otherwise enter the denominator`);
  if (a.closed && !b.closed) parts.push(`the ${count(row.closed)} cases closed otherwise leave the denominator`);
  return listed(parts);
}

function sentence(data, state, lines) {
  if (state.show === "definitions") {
    if (!state.one) return "Choose a destination.";
    const row = stepYear(data, state);
    const name = data.names.get(state.one);
    if (!row) return `${name}, ${years(state)}: no year has a rate by each of these definitions.`;
    const [from, ...rest] = compared(data, state);
    const told = (one) => {
      const found = rate(data, row, one);
      return `${label(definition(data, one).label)} ${percent(found.value)} (${count(found.numerator)} of ${count(found.n)} decisions)`;
    };
    const steps = rest.map((one) => {
      const [a, b] = [percent(rate(data, row, from).value), percent(rate(data, row, one).value)];
      const why = because(data, row, from, one);
      if (!why) return `The ${label(definition(data, one).label)} is the same, because no decision is counted otherwise`;
      return a === b ? `${b} stays the same in print, although ${why}` : `${a} becomes ${b} because ${why}`;
    });
    return `${name}, ${row.year}${row.status === "partial" ? " (part of the year)" : ""}: ${[from, ...rest].map(told).join(", ")}. ${steps.join("; ")}.`;
  }
  const told = lines.map((one) => ends(data, state, one)).filter(Boolean);
  if (!state.keys.length) return "Choose a destination.";
  const what = state.show === "rates" ? definition(data, state.def).label : data.counts[state.count];
  if (!told.length) return `${what}: no figures for ${listed(state.keys.map((key) => data.names.get(key)))} at this stage in ${years(state)}.`;
  return `${what}, citizens of ${data.about.origin}: ${told.join("; ")}.`;
}

// The counts of one year, and what each definition makes of them.
export function steps(data, state) {
  const row = state.show === "definitions" ? stepYear(data, state) : null;
  if (!row) return null;
  const names = compared(data, state).map((name) => definition(data, name));
  const use = (one, outcome) =>
    one.positive.includes(outcome) ? "positive" : outcome !== "closed" || one.closed ? "not positive" : "left out";
  const rates = names.map((one) => rate(data, row, one.name));
  return {
    caption: `${data.names.get(row.key)}, ${row.year}: what each definition counts`,
    heads: ["Outcome", "Decisions", ...names.map((one) => one.label)],
    rows: Object.entries(data.outcomes).map(([outcome, words]) => [words, count(row[outcome]), ...names.map((one) => use(one, outcome))]),
    sums: [
      ["Positive", "", ...rates.map((one) => count(one.numerator))],
      ["Denominator (n)", "", ...rates.map((one) => count(one.n))],
      ["Rate", "", ...rates.map((one) => percent(one.value))],
    ],
    bars: names.map((one, k) => ({ name: one.label, rate: percent(rates[k].value),
      parts: Object.keys(data.outcomes).filter((o) => o !== "closed" || one.closed).map((o) => ({ outcome: o, n: row[o], positive: one.positive.includes(o) })) })),
  };
}

// ---------------------------------------------------------------- everything

function notes(data, state, lines) {
  const rows = lines.flatMap((one) => one.rows);
  const points = lines.flatMap((one) => one.points);
  const rated = state.show !== "counts";
  const found = [];
  const keys = state.show === "definitions" ? [state.one].filter(Boolean) : state.keys;
  for (const key of keys) {
    if (!lines.some((one) => one.rows.some((row) => row.key === key))) {
      found.push(`${data.names.get(key)}: UNHCR publishes no decisions at this stage for ${years(state)}.`);
    }
  }
  if (points.some((point) => point.hollow && point.y !== null)) {
    found.push(rated ? `Hollow: part of a year, or ${few(data)}.` : "Hollow: part of a year.");
  }
  if (points.some((point) => point.broken && point.year > state.from)) {
    found.push("A gap with a short stroke: counted in another way from there on.");
  }
  if (rows.some((row) => row.stage === "first+appeal")) found.push("† First instance and appeal, published undivided.");
  if (rows.some((row) => !addable(row) && row.stage === "appeal")) {
    found.push("Levels of appeal (AR administrative, JR judicial review) stand apart: they may decide on the same people.");
  }
  if (rated && points.some((point) => point.y === null && point.n !== null)) {
    found.push(`Below ${data.shown_from} decisions counts only are shown, in the table.`);
  }
  for (const { key, note } of data.destinations) {
    const own = rows.filter((row) => row.key === key && addable(row)).map((row) => row.year);
    if (note && own.some((year) => year >= note.first && year <= note.last)) found.push(note.words);
  }
  const said = new Map();
  for (const row of rows) {
    for (const words of [row.note, doubt(data, row)].filter(Boolean)) {
      const at = `${data.names.get(row.key)}: ${words}`;
      said.set(at, [...new Set([...(said.get(at) || []), row.year])]);
    }
  }
  for (const [at, when] of said) found.push(`${at} (${when.length > 2 ? `${when[0]}–${when[when.length - 1]}` : when.join(", ")}).`);
  const margin = Math.max(0, ...rows.flatMap((row) => row.margin));
  if (margin) found.push(`The publisher rounds: a count shown here may be off by up to ${margin}.`);
  if (rated) found.push(data.words.interval);
  return found;
}

export function citation(data, what, address) {
  const { publisher, title, vintage, authors, released, report, version } = data.about;
  return `${publisher}, ${title}, vintage ${vintage}; as shown by ${authors} (${released.slice(0, 4)}), ${report}, version ${version}: ${what}. ${address}`;
}

// What the page shows for a state: words, lines, table. `address` is that of the view.
export function view(data, state, address) {
  const lines = allLines(data, state);
  const stage = data.stages.find((one) => one.name === state.stage).words;
  const units = [...new Set(lines.flatMap((one) => one.rows.map((row) => row.unit)))].sort().reverse();
  const unit = units.length ? listed(units) : "persons";
  const heading = state.show === "definitions"
    ? `${state.one ? data.names.get(state.one) : "No destination"}: definitions compared, ${years(state)}`
    : `${state.show === "rates" ? definition(data, state.def).label : data.counts[state.count]}, ${years(state)}`;
  const measure = state.show === "definitions"
    ? compared(data, state).map((name) => `${definition(data, name).label}: ${definition(data, name).words}`).join(". ")
    : state.show === "rates" ? `${definition(data, state.def).words}` : "Decisions by outcome";
  const subtitle = `${measure[0].toUpperCase()}${measure.slice(1)}. Citizens of ${data.about.origin}; ${stage}; ${unit}; by year.`;
  return {
    heading, subtitle, lines, rated: state.show !== "counts", from: state.from, to: state.to,
    table: table(data, state, lines),
    sentence: sentence(data, state, lines),
    notes: notes(data, state, lines),
    steps: steps(data, state),
    source: `${data.about.publisher}, ${data.about.title}, vintage ${data.about.vintage}`,
    citation: citation(data, heading, address),
    definition: state.show === "counts" ? "" : measure,
    stage,
  };
}

// The table as a file: where it comes from in lines that begin with #, then exactly its rows.
export function csv(found, address) {
  const quoted = (cell) => (/[",\n#]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
  const written = (cell) => quoted(cell === null ? "" : String(cell));
  const about = [
    found.heading, found.subtitle, found.sentence, `Source: ${found.source}`, `Stage: ${found.stage}`,
    ...(found.definition ? [`Definition: ${found.definition}`] : []),
    ...found.notes, `Cite as: ${found.citation}`, `Address: ${address}`,
  ];
  return [...about.map((text) => `# ${text}`), ...[found.table.heads, ...found.table.rows].map((row) => row.map(written).join(","))].join("\r\n") + "\r\n";
}
