// Edges and their labels as SVG, and the gradients that run back along them.

const drawnEdge = new Map();

function drawEdges(all) {
  drawnEdge.clear();
  const paths = [];
  const labels = [];
  for (const route of all) {
    const edge = asShown(edgeOf.get(route.id));
    const d = curve(route.points);
    const group = svg("g", { class: "edge", "data-id": route.id });
    const line = svg("path", { class: "flow", d, "marker-end": "url(#tip)" });
    const tooltip = svg("title");
    tooltip.textContent = `${edge.tensor}  ${edge.shape}${edge.port ? `  as ${edge.port}` : ""}`;
    group.append(
      tooltip,
      line,
      svg("path", { class: "gradient", d, "marker-start": "url(#back)" }),
      cutMark(line),
    );
    const label = labelElement(route);
    paths.push(group);
    labels.push(label);
    drawnEdge.set(route.id, { group, label });
  }
  byId("paths").replaceChildren(...paths);
  byId("labels").replaceChildren(...labels);
}

// Two strokes across a line, shortly before it enters what takes it.
function cutMark(line) {
  const length = line.getTotalLength();
  const [before, at] = [20, 14].map((rest) => line.getPointAtLength(Math.max(0, length - rest)));
  const angle = (Math.atan2(at.y - before.y, at.x - before.x) * 180) / Math.PI;
  const transform = `translate(${at.x.toFixed(1)} ${at.y.toFixed(1)}) rotate(${angle.toFixed(1)})`;
  return svg("path", { class: "bars", d: "M-5.5 -7l4 14m3 -14l4 14", transform });
}

function labelElement(route) {
  const { lines, x, y, width, height } = route.edge;
  const group = svg("g", { class: "label", "data-id": route.id });
  if (!lines.length) return group;
  group.append(svg("rect", { x: x - width / 2 + 2, y: y - height / 2, width: width - 4, height, rx: 3 }));
  lines.forEach((line, k) => {
    const text = svg("text", { x, y: y - height / 2 + (k + 0.75) * LINE + 2 });
    for (const [kind, words] of line.parts) {
      const span = svg("tspan", { class: kind });
      span.textContent = words;
      text.append(span);
    }
    group.append(text);
  });
  return group;
}

// What is shown of the flows: their edges, cuts, and the networks they move or pass.
function showFlows(flows) {
  const passed = new Set(flows.flatMap((flow) => flow.edges));
  const cut = new Set(flows.flatMap((flow) => flow.cuts.map((each) => each.edge)));
  const moves = new Set(flows.flatMap((flow) => flow.moves));
  const passes = new Set(flows.flatMap((flow) => flow.passes));
  for (const [id, { group, label }] of drawnEdge) {
    group.classList.toggle("passed", passed.has(id));
    for (const element of [group, label]) element.classList.toggle("stopped", cut.has(id));
  }
  const touched = touchedBy(flows, passed);
  for (const box of model.boxes) {
    const element = elementOf.get(box.id);
    const moved = box.kind === "network" && touched.has(box.id) && moves.has(box.network);
    const passing = box.kind === "network" && touched.has(box.id) && passes.has(box.network) && !moved;
    element.classList.toggle("moved", moved);
    element.classList.toggle("passing", passing);
    element.querySelector(":scope > .tag").textContent = moved ? "moved" : passing ? "passes gradient" : "";
  }
}

// The boxes that a gradient leaves or reaches.
function touchedBy(flows, passed) {
  const touched = new Set(flows.map((flow) => `loss:${flow.loss}`));
  for (const id of passed) touched.add(edgeOf.get(id).source);
  return touched;
}

function dim(boxes, edges) {
  for (const box of model.boxes) elementOf.get(box.id).classList.toggle("dim", !boxes.has(box.id));
  for (const [id, { group, label }] of drawnEdge) {
    for (const element of [group, label]) element.classList.toggle("dim", !edges.has(id));
  }
}
