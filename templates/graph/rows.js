// The lines of an opened network: layers, and loops as runs that open in turn.

const MANY = 16; // lines that a network shows before the turns of its loops are folded

const openRows = new Map(); // whether a line was opened or closed by hand, by box and place

function countLines(rows) {
  let count = 0;
  for (const row of rows) count += row.kind === "layer" ? 1 : countLines(row.rows) + (row.rows.length > 1);
  return count;
}

// The lines to show, each with its depth and what opens it.
function linesOf(box) {
  const rows = model.networks[box.network].rows;
  const lines = [];
  const roomy = countLines(rows) <= MANY;
  addLines(lines, rows, 0, box.id, roomy);
  return lines;
}

function addLines(lines, rows, depth, place, roomy) {
  rows.forEach((row, k) => {
    const key = `${place}/${k}`;
    if (row.kind === "layer") addLayer(lines, row, depth, key);
    else if (row.kind === "loop" && row.rows.length === 1) addRun(lines, row, depth, key, roomy);
    else if (row.kind === "loop") addOpening(lines, row, depth, key, roomy, true, plural(row.count, "turn"));
    else if (row.rows.length === 1 && row.rows[0].kind === "layer") {
      addLayer(lines, row.rows[0], depth, `${key}/0`, { label: row.text, weights: row.weights, count: row.count });
    } else addOpening(lines, row, depth, key, roomy, roomy, gist(row));
  });
}

function addLayer(lines, row, depth, key, more = {}) {
  const inner = row.block ? model.blocks[row.block] : null;
  const open = inner !== null && openRows.get(key) === true;
  lines.push({ ...row, ...more, depth, key: inner ? key : null, open });
  if (open) addLines(lines, inner, depth + 1, key, true);
}

// A loop whose turns are all alike.
function addRun(lines, row, depth, key, roomy) {
  const [turn] = row.rows;
  const label = `× ${row.count}`;
  if (turn.rows.length === 1 && turn.rows[0].kind === "layer") {
    addLayer(lines, turn.rows[0], depth, `${key}/0`, { label, weights: row.weights, known: row.known });
  } else {
    const said = { ...row, text: gist(turn) };
    addOpening(lines, { ...said, rows: turn.rows }, depth, key, roomy, roomy, "", label);
  }
}

function addOpening(lines, row, depth, key, roomy, usually, note, label = "") {
  const open = openRows.has(key) ? openRows.get(key) : usually;
  const text = row.kind === "turn" ? note : row.text;
  const heading = row.kind === "loop" && !label;
  lines.push({
    text, label: row.kind === "turn" ? row.text : label, note: heading ? note : "",
    output: heading ? "" : row.output, weights: row.weights, known: row.known,
    depth, key, open, heading, then: [], takes: "", name: "", side: false,
  });
  if (open) addLines(lines, row.rows, depth + 1, key, roomy);
}

// What a folded turn is made of: the names of its blocks.
function gist(row) {
  const names = [];
  for (const inner of row.rows) {
    if (inner.kind !== "layer") names.push("loop");
    else names.push(inner.text.split(" ")[0], ...inner.then.map((text) => text.split(" ")[0]));
  }
  const shown = names.slice(0, 4).join(" · ");
  return names.length > 4 ? `${shown} · … ${names.length - 4} more` : shown;
}

function lineElement(line, toggle) {
  const what = el("td", { class: "what" });
  const indent = el("span", { class: `indent d${Math.min(line.depth, 8)}` });
  const [block, ...rest] = line.text.split(" ");
  const isWiring = /[(\[+*/]/.test(line.text);
  const words = el("span", { class: "words" });
  if (line.label) words.append(el("span", { class: "turn" }, line.label), " ");
  words.append(el("span", { class: line.heading ? "over" : isWiring ? "wiring" : "block" }, isWiring || line.heading ? line.text : block));
  if (!isWiring && !line.heading && rest.length) words.append(el("span", { class: "with" }, ` ${rest.join(" ")}`));
  for (const text of line.then) words.append(el("span", { class: "then" }, ` · ${text}`));
  if (line.note) words.append(el("span", { class: "with" }, ` ${line.note}`));
  if (line.takes) words.append(el("span", { class: "takes" }, ` ← ${line.takes}`));
  if (line.name) words.append(el("span", { class: "id" }, ` ${line.name}`));
  if (line.side) words.append(el("span", { class: "id" }, " side"));
  if (line.key) {
    const button = el("button", { type: "button", class: "opener", "aria-expanded": String(line.open), onclick: () => toggle(line.key, !line.open) }, words);
    what.append(indent, button);
  } else what.append(indent, el("span", { class: "leaf" }, words));
  const weights = line.heading && line.open ? "" : line.weights || !line.known ? weightsText(line) : "–";
  return el("tr", { class: line.heading ? "heading" : null },
    what, el("td", { class: "shape" }, line.output), el("td", { class: "count" }, weights));
}
