// The model, and elements made from it. Text enters the page by textContent alone.

const model = JSON.parse(document.getElementById("model").textContent);
const byId = (id) => document.getElementById(id);
const boxOf = new Map(model.boxes.map((box) => [box.id, box]));
const edgeOf = new Map(model.edges.map((edge) => [edge.id, edge]));
const aboutLoss = new Map(model.losses.map((loss) => [loss.name, loss]));

function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const thousands = (number) => String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const plural = (count, word) => `${thousands(count)} ${word}${count === 1 ? "" : "s"}`;

function weightsText(item) {
  if (item.known) return thousands(item.weights);
  return item.weights ? `≥ ${thousands(item.weights)}` : "?";
}

// What the chosen tab says of a network, a box or an edge: a level of growth has its own.
const networkOf = (name) => view.networks[name] ?? model.networks[name];
const asShown = (item) => ({ ...item, ...view.changed[item.id] });

const sideOf = (network) => model.networks[network].side;
const listed = (names) => names.join(", ");

// A value of the spec as text: numbers, words, tables.
function written(value) {
  if (value === null) return "none";
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value === "object") return pairsText(value);
  return String(value);
}

const pairsText = (table) =>
  Object.entries(table)
    .map(([key, value]) => `${key} ${written(value)}`)
    .join(", ");
