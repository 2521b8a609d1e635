// The dashboard's chart as the text of an SVG: lines with intervals over years. The same drawing
// serves the page (colours by class, so that they follow light and dark) and the files that are
// taken away (colours as attributes, those of light paper, with heading and source inside).
import { count, oneDecimal } from "./dashboard-view.js";

const FILE_WIDTH = 760;
export const NARROW = 600; // columns below this many pixels get the narrow drawing
const SHAPES = {
  circle: (x, y, r) => `M${x - r},${y}a${r},${r} 0 1 0 ${2 * r},0a${r},${r} 0 1 0 ${-2 * r},0z`,
  square: (x, y, r) => polygon(x, y, r * 1.25, 4, 45),
  triangle: (x, y, r) => polygon(x, y + r / 5, r * 1.4, 3, -90),
  down: (x, y, r) => polygon(x, y - r / 5, r * 1.4, 3, 90),
  diamond: (x, y, r) => polygon(x, y, r * 1.4, 4, 0),
  star: (x, y, r) => polygon(x, y, r * 1.6, 10, -90, 0.5),
};

const px = (value) => String(Math.round(value * 10) / 10);

function polygon(x, y, r, corners, turn, waist = 1) {
  const at = [...Array(corners).keys()].map((k) => {
    const angle = ((turn + (360 * k) / corners) * Math.PI) / 180;
    const reach = k % 2 ? r * waist : r;
    return `${px(x + reach * Math.cos(angle))},${px(y + reach * Math.sin(angle))}`;
  });
  return `M${at.join("L")}z`;
}

export function escaped(text) {
  return String(text).replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
}

// A mark as it stands in the chart and beside the names of destinations.
export function mark(shape, x, y, r, colour, hollow, colours) {
  const paint = hollow
    ? `fill="${colours.paper}" stroke="${colours[colour]}" stroke-width="1.6" class="f-paper s-${colour}"`
    : `fill="${colours[colour]}" class="f-${colour}"`;
  return `<path d="${SHAPES[shape](x, y, r)}" ${paint}/>`;
}

// Lines of at most so many letters; a word longer than that, as an address is, is cut.
export function wrapped(text, letters) {
  const lines = [];
  const words = text.split(" ").flatMap((word) => word.match(new RegExp(`.{1,${letters}}`, "g")) || []);
  for (const word of words) {
    const last = lines[lines.length - 1];
    if (lines.length && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function scale(view) {
  const tops = view.lines.flatMap((one) => one.points.map((point) => point.high ?? point.y ?? 0));
  const most = Math.max(view.rated ? 0.05 : 4, ...tops);
  const raw = most / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw * 0.999 && (view.rated || Number.isInteger(one))) || power * 10;
  const top = Math.min(Math.ceil(most / step - 0.001) * step, view.rated ? Math.max(1, most) : Infinity);
  const ticks = [];
  for (let at = 0; at <= top + step / 1000; at += step) ticks.push(at);
  const whole = (tick) => Math.abs(100 * tick - Math.round(100 * tick)) < 1e-6;
  const every = ticks.every(whole);
  return { top, ticks, word: (tick) => (view.rated ? `${every ? Math.round(100 * tick) : oneDecimal(100 * tick)}%` : count(Math.round(tick))) };
}

// Points that a line joins: no gap, no break, nothing hollow between them.
function runs(points) {
  const found = [];
  let last = null;
  for (const point of points) {
    const joined = last && point.year === last.year + 1 && !point.broken && !point.hollow && !last.hollow;
    if (point.y === null) { last = null; continue; }
    if (joined) found[found.length - 1].push(point);
    else found.push([point]);
    last = point;
  }
  return found;
}

// Tops of labels, moved apart where they would overlap and kept within the plot.
export function apart(wanted, low, high) {
  const order = wanted.map((one, k) => ({ ...one, k })).sort((a, b) => a.y - b.y);
  let floor = low;
  for (const one of order) {
    one.at = Math.max(one.y - one.height / 2, floor);
    floor = one.at + one.height + 3;
  }
  let ceiling = high;
  for (const one of order.reverse()) {
    one.at = Math.min(one.at, ceiling - one.height);
    ceiling = one.at - 3;
  }
  const found = [];
  for (const one of order) found[one.k] = one.at;
  return found;
}

// The drawing. `options`: narrow, file (heading, notes and source inside), colours, font, address.
export function draw(view, options) {
  const { narrow = false, file = false, colours, font } = options;
  const width = narrow ? 360 : FILE_WIDTH;
  const size = narrow ? 12.5 : 13.5;
  const out = [];
  const text = (x, y, words, { colour = "ink", anchor = "start", weight = 400, at = size } = {}) =>
    out.push(`<text x="${px(x)}" y="${px(y)}" font-size="${at}" font-weight="${weight}" text-anchor="${anchor}" fill="${colours[colour]}" class="f-${colour}">${escaped(words)}</text>`);
  const rule = (x1, y1, x2, y2, colour, extra = "") =>
    out.push(`<path d="M${px(x1)},${px(y1)}L${px(x2)},${px(y2)}" fill="none" stroke="${colours[colour]}" class="s-${colour}" ${extra}/>`);
  const drawn = view.lines.slice(0, 6).filter((one) => one.points.some((point) => point.y !== null));
  const lastOf = (one) => one.points.filter((point) => point.y !== null).pop();
  const wordOf = (point) => (view.rated ? `${oneDecimal(100 * point.y)}%` : count(point.y));
  const { top, ticks, word } = scale(view);
  const left = Math.max(...ticks.map((tick) => word(tick).length)) * size * 0.56 + 12;
  const right = width - (narrow || !drawn.length ? 10 : 158);
  let y = 8;

  if (file) {
    for (const one of wrapped(view.heading, 66)) { y += 24; text(0, y, one, { weight: 600, at: 21 }); }
    y += 6;
    for (const one of wrapped(view.subtitle, 118)) { y += 19; text(0, y, one, { colour: "muted-ink" }); }
    y += 6;
    for (const one of wrapped(view.sentence, 112)) { y += 20; text(0, y, one, { at: 14.5 }); }
    y += 20;
  }
  if (narrow) {
    for (const one of drawn) {
      const last = lastOf(one);
      const lines = wrapped(`${one.name} ${last.partial ? "" : wordOf(last)}`.trim(), 48);
      out.push(mark(one.shape, 14, y + 7, 4.5, one.colour, false, colours));
      rule(2, y + 7, 26, y + 7, one.colour, `stroke-width="2" stroke-dasharray="${one.dash}"`);
      for (const words of lines) { text(34, y + 11.5, words, { colour: one.colour, weight: 600 }); y += 17; }
      y += 3;
    }
    y += 8;
  }

  const upper = y + 10;
  const base = upper + (narrow ? 250 : 348);
  const span = view.to - view.from + 1;
  const X = (year) => left + ((year - view.from + 0.5) * (right - left)) / span;
  const Y = (value) => base - ((base - upper) * value) / top;
  for (const tick of ticks) {
    rule(left, Y(tick), right, Y(tick), tick ? "line" : "muted-ink");
    text(left - 8, Y(tick) + 4.5, word(tick), { anchor: "end", colour: "muted-ink" });
  }
  const every = Math.ceil(span / Math.max(1, Math.floor((right - left) / (size * 3.1))));
  for (let year = view.to; year >= view.from; year -= every) {
    text(X(year), base + 20, String(year), { anchor: "middle", colour: "muted-ink" });
    rule(X(year), base, X(year), base + 5, "muted-ink");
  }
  if (!drawn.length) text((left + right) / 2, (upper + base) / 2, "No figures to draw here; see the words and the table.", { anchor: "middle", colour: "muted-ink" });

  const r = narrow ? 3.4 : span > 14 ? 3.6 : 4.2;
  const marks = [];
  for (const one of drawn) {
    const stroke = (extra) => `fill="none" stroke="${colours[one.colour]}" class="s-${one.colour}" ${extra}`;
    for (const run of runs(one.points)) {
      const ranged = run.filter((point) => point.low !== null);
      if (ranged.length > 1) {
        const there = ranged.map((point) => `${px(X(point.year))},${px(Y(point.high))}`);
        const back = ranged.map((point) => `${px(X(point.year))},${px(Y(point.low))}`).reverse();
        out.push(`<path d="M${[...there, ...back].join("L")}z" fill="${colours[one.colour]}" fill-opacity="0.13" class="f-${one.colour}"/>`);
      } else if (ranged.length) {
        rule(X(run[0].year), Y(run[0].low), X(run[0].year), Y(run[0].high), one.colour, 'stroke-width="1.5"');
      }
      const way = run.map((point) => `${px(X(point.year))},${px(Y(point.y))}`).join("L");
      if (run.length > 1) marks.push(`<path d="M${way}" ${stroke(`stroke-width="2.2" stroke-linejoin="round" stroke-dasharray="${one.dash}"`)}/>`);
    }
    one.points.forEach((point, k) => {
      if (point.y === null) return;
      const before = one.points[k - 1];
      if (point.broken && before && before.y !== null && point.year > view.from) {
        const x = (X(point.year) + X(before.year)) / 2;
        const middle = (Y(point.y) + Y(before.y)) / 2;
        marks.push(`<path d="M${px(x)},${px(middle + 7)}V${px(middle - 7)}" ${stroke('stroke-width="1.6"')}/>`);
      }
      const range = point.low === null ? "" : ` (95% ${oneDecimal(100 * point.low)} to ${oneDecimal(100 * point.high)}%), n = ${count(point.n)}`;
      const tip = `${one.name}, ${point.year}: ${wordOf(point)}${range}${point.partial ? ", part of the year" : ""}`;
      marks.push(`<g><title>${escaped(tip)}</title>${mark(one.shape, X(point.year), Y(point.y), r, one.colour, point.hollow, colours)}</g>`);
    });
  }
  out.push(...marks);

  if (!narrow) {
    const labels = drawn.map((one) => {
      const last = lastOf(one);
      const lines = wrapped(last.hollow ? one.name : `${one.name} ${wordOf(last)}`, 23).slice(0, 4);
      return { lines, y: Y(last.y), height: lines.length * 16 };
    });
    apart(labels, upper - 8, base + 14).forEach((at, k) => {
      const { colour, shape } = drawn[k];
      out.push(mark(shape, right + 12, at + 7.5, 4, colour, false, colours));
      labels[k].lines.forEach((words, row) => text(right + 22, at + 12.5 + 16 * row, words, { colour, weight: 600, at: 13.5 }));
    });
  }
  y = base + 30;
  if (file) {
    y += 8;
    for (const one of [...view.notes, `Source: ${view.source}.`, `Cite as: ${view.citation}`]) {
      for (const words of wrapped(one, 116)) { y += 17; text(0, y, words, { colour: "muted-ink", at: 12.5 }); }
      y += 3;
    }
    y += 8;
  }
  const label = escaped(`${view.heading}. ${view.sentence}`);
  const edge = file ? 20 : 0;
  const box = [-edge, -edge, width + 2 * edge, y + 2 * edge].map(px);
  const sheet = file ? `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${colours.paper}"/>` : "";
  const own = file ? ` width="${box[2]}" height="${box[3]}"` : "";
  const face = options.face ? `<style>${options.face}</style>` : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(" ")}"${own} class="ar-svg" role="img" aria-label="${label}" font-family="${escaped(font)}">${face}${file ? `<title>${escaped(view.heading)}</title>` : ""}${sheet}${out.join("")}</svg>`;
}

// The step from definition to definition as bars of decisions, one bar a definition.
export function bars(steps, options) {
  const { colours, font } = options;
  const width = options.narrow ? 360 : FILE_WIDTH;
  const most = Math.max(1, ...steps.bars.map((bar) => bar.parts.reduce((sum, part) => sum + part.n, 0)));
  const out = [];
  let y = 0;
  for (const bar of steps.bars) {
    out.push(`<text x="0" y="${y + 16}" font-size="13.5" font-weight="600" fill="${colours.ink}" class="f-ink">${escaped(`${bar.name}: ${bar.rate}`)}</text>`);
    let x = 0;
    for (const part of bar.parts) {
      const long = (part.n * width) / most;
      out.push(`<rect x="${px(x)}" y="${y + 24}" width="${px(Math.max(0, long - 1))}" height="22" fill="${colours[part.outcome]}" class="f-${part.outcome}"/>`);
      x += long;
    }
    y += 60;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" class="ar-svg" aria-hidden="true" font-family="${escaped(font)}">${out.join("")}</svg>`;
}
