// Where boxes stand and edges run: dagre ranks them from left to right; edges end at ports of their own.

const FONT = `12px ${getComputedStyle(document.body).fontFamily}`;
const LINE = 15;
const measuring = document.createElement("canvas").getContext("2d");
const PORT = 15; // between two ports of one side

function textWidth(text, font = FONT) {
  measuring.font = font;
  return Math.ceil(measuring.measureText(text).width * 1.03) + 2;
}

const shortened = (text) => (text.length > 34 ? `${text.slice(0, 33)}…` : text);

const WIDE = 18; // letters, above which a loss's name of a tensor stands in a line of its own

// The lines of an edge's label, each in parts: the tensor, its shape, where its gradient is cut.
function labelOf(edge) {
  const from = boxOf.get(edge.source);
  const toLoss = boxOf.get(edge.target).kind === "loss";
  const port = edge.port.replace(/\.latent$/, "");
  const tensor = ["tensor", shortened(edge.tensor)];
  const lines = [];
  if (from.kind === "source") {
    if (port && port !== edge.tensor) lines.push([["port", shortened(toLoss ? port : `as ${port}`)]]);
  } else {
    if (!toLoss) lines.push([tensor]);
    else if (`${port} ${tensor[1]}`.length <= WIDE) lines.push([["port", `${port} `], tensor]);
    else lines.push([["port", port]], [tensor]);
    if (edge.shape) lines.push([["shape", edge.shape]]);
  }
  const players = new Set(
    model.flows.filter((flow) => flow.cuts.some((cut) => cut.edge === edge.id)).map((flow) => flow.player),
  );
  if (players.size) lines.push([["cut", `cut in ${listed([...players])} step`]]);
  return lines.map((parts) => ({ parts, width: textWidth(parts.map(([, text]) => text).join("")) }));
}

// A stage is laid out alone: what takes no part in it would leave it no room.
const takesPart = (id, all) => view.kind !== "stage" || all.includes(id);

function layOut() {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 26, edgesep: 16, ranksep: 76, marginx: 20, marginy: 24 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const box of model.boxes) {
    const element = elementOf.get(box.id);
    element.hidden = !takesPart(box.id, view.boxes);
    if (element.hidden) continue;
    graph.setNode(box.id, { width: element.offsetWidth, height: element.offsetHeight });
  }
  for (const edge of model.edges) {
    if (!takesPart(edge.id, view.edges)) continue;
    const lines = labelOf(asShown(edge));
    const width = Math.max(0, ...lines.map((line) => line.width)) + (lines.length ? 12 : 0);
    const height = lines.length * LINE + (lines.length ? 4 : 0);
    const weight = boxOf.get(edge.source).kind === "source" ? 1 : 2;
    graph.setEdge(edge.source, edge.target, { width, height, labelpos: "c", lines, weight }, edge.id);
  }
  dagre.layout(graph);
  return graph;
}

// The points of each edge, from the right side of one box to the left side of another. Within the
// column of a rank an edge runs straight, so that it passes no box that stands there.
function routes(graph) {
  const all = graph.edges().map((name) => {
    const edge = graph.edge(name);
    return { id: name.name, from: name.v, to: name.w, edge, inner: innerPoints(edge) };
  });
  for (const box of graph.nodes()) {
    const node = graph.node(box);
    spread(
      node,
      all.filter((route) => route.from === box),
      "start",
      (route) => route.inner[0] ?? graph.node(route.to),
    );
    spread(
      node,
      all.filter((route) => route.to === box),
      "end",
      (route) => route.inner.at(-1) ?? graph.node(route.from),
    );
  }
  const columns = columnsOf(graph);
  for (const route of all) route.points = straightened(route, graph, columns);
  return all;
}

// What dagre leads an edge through: nothing between neighbours if it has no label.
function innerPoints(edge) {
  if (edge.points.length <= 3 && !edge.lines.length) return [];
  return edge.points.slice(1, -1).map(({ x, y }) => ({ x, y }));
}

// The ranks from left to right: the middle of each, and how far its boxes or labels reach to either side.
function columnsOf(graph) {
  const reach = new Map();
  const labelled = graph
    .edges()
    .map((name) => graph.edge(name))
    .filter((edge) => edge.lines.length);
  for (const { x, width } of [...graph.nodes().map((box) => graph.node(box)), ...labelled]) {
    const key = Math.round(x);
    reach.set(key, Math.max(reach.get(key) ?? 0, width / 2));
  }
  return reach;
}

function straightened(route, graph, columns) {
  const clear = 3;
  const side = (box) => columns.get(Math.round(graph.node(box).x)) + clear;
  const points = [route.start, { x: graph.node(route.from).x + side(route.from), y: route.start.y }];
  for (const point of route.inner) {
    const half = (columns.get(Math.round(point.x)) ?? 0) + clear;
    points.push({ x: point.x - half, y: point.y }, { x: point.x + half, y: point.y });
  }
  points.push({ x: graph.node(route.to).x - side(route.to), y: route.end.y }, route.end);
  return points.filter(
    (point, k) => k === 0 || k === points.length - 1 || (point.x > points[k - 1].x && point.x < route.end.x),
  );
}

// Ports as near as can be to where their edges come from, one below the other.
function spread(node, taken, end, next) {
  const x = node.x + (end === "start" ? 1 : -1) * (node.width / 2);
  const top = node.y - node.height / 2 + 14;
  const bottom = node.y + node.height / 2 - 14;
  const wanted = taken.map((route) => ({ route, y: next(route)?.y ?? node.y }));
  wanted.sort((a, b) => a.y - b.y);
  const gap = Math.min(PORT, wanted.length > 1 ? (bottom - top) / (wanted.length - 1) : PORT);
  let least = top;
  for (const port of wanted) {
    port.y = Math.max(least, Math.min(port.y, bottom));
    least = port.y + gap;
  }
  let most = bottom;
  for (const port of wanted.reverse()) {
    port.y = Math.min(port.y, most);
    most = port.y - gap;
    port.route[end] = { x, y: port.y };
  }
}

// A curve that never turns back from left to right (Fritsch and Carlson's monotone cubic).
function curve(points) {
  const n = points.length;
  const slopes = points.slice(1).map((point, k) => (point.y - points[k].y) / (point.x - points[k].x || 1));
  const tangents = points.map((_, k) => {
    if (k === 0 || k === n - 1) return 0;
    const [a, b] = [slopes[k - 1], slopes[k]];
    return a * b <= 0 ? 0 : (2 * a * b) / (a + b);
  });
  let path = `M${points[0].x.toFixed(1)} ${points[0].y.toFixed(1)}`;
  for (let k = 1; k < n; k += 1) {
    const [a, b] = [points[k - 1], points[k]];
    const third = (b.x - a.x) / 3;
    const numbers = [
      a.x + third,
      a.y + tangents[k - 1] * third,
      b.x - third,
      b.y - tangents[k] * third,
      b.x,
      b.y,
    ];
    path += `C${numbers.map((number) => number.toFixed(1)).join(" ")}`;
  }
  return path;
}
