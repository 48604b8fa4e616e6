// The lines of an opened network: layers, and loops as runs that open in turn.

const MANY = 16; // lines that a network shows before the turns of its loops are folded
const TOO_MANY = 40; // turns of a loop that is shown folded itself

const openRows = new Map(); // whether a line was opened or closed by hand, by box and place

function countLines(rows) {
  let count = 0;
  for (const row of rows) count += row.kind === "layer" ? 1 : countLines(row.rows) + (row.rows.length > 1);
  return count;
}

// The lines to show, each with its depth and what opens it.
function linesOf(box) {
  const rows = networkOf(box.network).rows;
  const lines = [];
  const roomy = countLines(rows) <= MANY;
  addLines(lines, rows, 0, box.id, roomy);
  return lines;
}

function addLines(lines, rows, depth, place, roomy) {
  rows.forEach((row, k) => addRow(lines, row, depth, `${place}/${k}`, roomy));
}

function addRow(lines, row, depth, key, roomy) {
  const alone = row.rows.length === 1 && row.rows[0].kind === "layer";
  if (row.kind === "layer") addLayer(lines, row, depth, key);
  else if (row.kind === "turn" && alone) addOnly(lines, row, row.text, depth, key);
  else if (row.kind === "turn")
    addOpening(lines, row, { label: row.text, text: gist(row) }, depth, key, roomy, roomy);
  else if (row.rows.length === 1) addRun(lines, row, depth, key, roomy);
  else {
    const said = { label: `× ${row.count}`, text: row.text, heading: true };
    addOpening(lines, row, said, depth, key, roomy, row.rows.length <= TOO_MANY);
  }
}

function addLayer(lines, row, depth, key) {
  const inner = row.block ? model.blocks[row.block] : null;
  const open = inner !== null && openRows.get(key) === true;
  lines.push({ ...row, depth, key: inner ? key : null, open });
  if (open) addLines(lines, inner, depth + 1, key, true);
}

// The only layer of a turn, in the turn's own line.
function addOnly(lines, turn, label, depth, key) {
  addLayer(lines, { ...turn.rows[0], label, weights: turn.weights }, depth, `${key}/0`);
}

// A loop whose turns are all alike.
function addRun(lines, row, depth, key, roomy) {
  const [turn] = row.rows;
  const label = `× ${row.count}`;
  if (turn.rows.length === 1 && turn.rows[0].kind === "layer") addOnly(lines, turn, label, depth, key);
  else addOpening(lines, { ...row, rows: turn.rows }, { label, text: gist(turn) }, depth, key, roomy, roomy);
}

// A line that opens into further ones; `said` is what stands in it.
function addOpening(lines, row, said, depth, key, roomy, usually) {
  const open = openRows.has(key) ? openRows.get(key) : usually;
  const bare = { then: [], takes: "", name: "", side: false, folded: !said.heading };
  const output = said.heading ? "" : row.output;
  lines.push({ ...bare, ...said, output, weights: row.weights, known: row.known, depth, key, open });
  if (open) addLines(lines, row.rows, depth + 1, key, roomy);
}

// What a folded turn is made of: the names of its blocks.
function gist(row) {
  const names = row.rows.flatMap((inner) =>
    inner.kind === "layer" ? [inner.text, ...inner.then].map(nameIn) : ["loop"],
  );
  const shown = names.slice(0, 4).join(" · ");
  return names.length > 4 ? `${shown} · ${names.length - 4} more` : shown;
}

// The block or function in the text of a layer; of a sum its sign.
function nameIn(text) {
  const called = /^[\w-]+(?=\()/.exec(text);
  if (called) return called[0].replaceAll("_", "-");
  return / ([+\-*/]) /.exec(text)?.[1] ?? text.split(" ")[0];
}

function lineElement(line, toggle) {
  const what = el("td", { class: "what" });
  const indent = el("span", { class: `indent d${Math.min(line.depth, 8)}` });
  const [block, ...rest] = line.text.split(" ");
  const isWiring = !line.folded && /[(\[+*/]/.test(line.text);
  const words = el("span", { class: "words" });
  if (line.label) words.append(el("span", { class: "turn" }, line.label), " ");
  words.append(
    el(
      "span",
      { class: line.heading ? "over" : isWiring ? "wiring" : "block" },
      isWiring || line.heading ? line.text : block,
    ),
  );
  if (!isWiring && !line.heading && rest.length)
    words.append(el("span", { class: "with" }, ` ${rest.join(" ")}`));
  for (const text of line.then) words.append(el("span", { class: "then" }, ` · ${text}`));
  if (line.takes) words.append(el("span", { class: "takes" }, ` ← ${line.takes}`));
  if (line.name) words.append(" ", el("span", { class: "id" }, line.name));
  if (line.side) words.append(" ", el("span", { class: "id" }, "side"));
  if (line.key) {
    const button = el(
      "button",
      {
        type: "button",
        class: "opener",
        "aria-expanded": String(line.open),
        onclick: () => toggle(line.key, !line.open),
      },
      words,
    );
    what.append(indent, button);
  } else what.append(indent, el("span", { class: "leaf" }, words));
  const weights = line.heading && line.open ? "" : line.weights || !line.known ? weightsText(line) : "–";
  return el(
    "tr",
    { class: line.heading ? "over-turns" : null },
    what,
    el("td", { class: "shape" }, line.output),
    el("td", { class: "count" }, weights),
  );
}
