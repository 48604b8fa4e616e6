// What happens on the page: tabs, hovering, opening, finding, keys, printing.

let view = model.views[0];
let pinned = null;
let hovered = null;

const actions = {
  hover(id) {
    if (hovered === id) return;
    hovered = id;
    show();
  },
  focus(id) {
    hovered = id;
    show();
    reveal(elementOf.get(id));
  },
  player(name) {
    if (hovered?.player === name) return;
    hovered = { player: name };
    show();
  },
  pin(id) {
    pinned = id === pinned ? null : id;
    hovered = null; // what was pointed at in the panel is made anew, and cannot be left
    for (const [key, element] of elementOf) {
      if (boxOf.get(key).kind !== "network") element.setAttribute("aria-pressed", String(key === pinned));
      element.classList.toggle("pinned", key === pinned);
    }
    fillPanel(pinned, actions);
    show();
    remember();
  },
  toggle(id) {
    if (openBoxes.has(id)) openBoxes.delete(id);
    else openBoxes.add(id);
    actions.refill(id);
    const open = openBoxes.has(id);
    if (open) approach(elementOf.get(id));
    if (open !== (pinned === id)) actions.pin(open ? id : null);
    else remember();
  },
  // Draws a box anew and keeps its upper left corner where it is on the screen.
  refill(id) {
    const before = elementOf.get(id).getBoundingClientRect();
    fillBox(boxOf.get(id), actions);
    draw();
    const after = elementOf.get(id).getBoundingClientRect();
    pan(before.left - after.left, before.top - after.top);
  },
};

function draw() {
  const graph = layOut();
  const { width, height } = graph.graph();
  extent = { width, height };
  for (const id of graph.nodes()) {
    const node = graph.node(id);
    elementOf.get(id).style.transform =
      `translate(${node.x - node.width / 2}px, ${node.y - node.height / 2}px)`;
  }
  byId("wires").setAttribute("width", width);
  byId("wires").setAttribute("height", height);
  drawEdges(routes(graph));
  show();
}

// The flows that hovering, or else pinning, or else the tab asks for.
function shownFlows() {
  const inView = model.flows.filter((flow) => view.kind === "whole" || flow.view === view.id);
  const target = hovered ?? pinned;
  const player = target?.player;
  if (player) return { flows: inView.filter((flow) => flow.player === player), chosen: true, near: null };
  const box = boxOf.get(target);
  if (box?.kind === "loss")
    return { flows: inView.filter((flow) => flow.loss === box.title), chosen: true, near: null };
  return { flows: view.kind === "step" ? inView : [], chosen: false, near: hovered };
}

function show() {
  const { flows, chosen, near } = shownFlows();
  showFlows(flows);
  canvas.classList.toggle("pointing", hovered !== null);
  let boxes = new Set(view.boxes);
  let edges = new Set(view.edges);
  if (chosen && flows.length) {
    edges = new Set(takingPart(flows).filter((id) => edges.has(id)));
    boxes = new Set([...edges].flatMap((id) => [edgeOf.get(id).source, edgeOf.get(id).target]));
  }
  dim(boxes, edges);
  for (const { id, source, target } of model.edges) {
    drawnEdge.get(id)?.group.classList.toggle("near", source === near || target === near);
  }
  byId("said").textContent =
    chosen && flows.length
      ? alikeOnce(flows).map(briefly).join(" · ")
      : `${view.note}. Point at a loss to see what it moves.`;
}

// The edges of flows: those of gradients, those where they are cut, and all into their losses.
function takingPart(flows) {
  const losses = new Set(flows.map((flow) => `loss:${flow.loss}`));
  const given = model.edges.filter((edge) => losses.has(edge.target)).map((edge) => edge.id);
  return flows.flatMap((flow) => [...flow.edges, ...flow.cuts.map((cut) => cut.edge)]).concat(given);
}

function briefly(flow) {
  const cuts = flow.cuts.map((cut) => `, cut at ${edgeOf.get(cut.edge).tensor}: ${cut.why}`);
  return `${flow.player} step: ${flow.loss} moves ${listed(flow.moves)}${cuts.join("")}`;
}

function choose(next) {
  const before = view;
  view = next;
  for (const tab of byId("tabs").children) {
    const selected = tab.dataset.id === next.id;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected) {
      canvas.setAttribute("aria-labelledby", tab.id);
      byId("tabs").scrollLeft = tab.offsetLeft - (byId("tabs").clientWidth - tab.offsetWidth) / 2;
    }
  }
  if (next !== before && (next.kind === "stage" || before.kind === "stage")) {
    fillPanel(pinned, actions);
    refillAll();
  }
  show();
  remember();
}

// Draws every box anew, as the chosen tab has it.
function refillAll() {
  for (const box of model.boxes) fillBox(box, actions);
  draw();
  fit(0.4);
}

function makeTabs() {
  model.views.forEach((each, k) => {
    byId("tabs").append(
      el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab${k}`,
          class: each.kind,
          "data-id": each.id,
          "aria-controls": "canvas",
          onclick: () => choose(each),
        },
        each.title,
      ),
    );
  });
  byId("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const k = (model.views.indexOf(view) + step + model.views.length) % model.views.length;
    choose(model.views[k]);
    byId("tabs").children[k].focus({ preventScroll: true });
    event.preventDefault();
  });
  byId("tabs").addEventListener("wheel", (event) => {
    if (!event.deltaX) byId("tabs").scrollLeft += event.deltaY;
  });
  byId("tabs").addEventListener("scroll", showMoreTabs);
  addEventListener("resize", showMoreTabs);
}

// Tabs fade at an end behind which there are more.
function showMoreTabs() {
  const tabs = byId("tabs");
  const hidden = tabs.scrollWidth - tabs.clientWidth;
  tabs.classList.toggle("before", tabs.scrollLeft > 1);
  tabs.classList.toggle("after", tabs.scrollLeft < hidden - 1);
}

// Finding: boxes with the text in them, or in their layers.
let matches = [];

function find(text) {
  const wanted = text.trim().toLowerCase();
  matches = wanted ? model.boxes.filter((box) => takesPart(box.id, view.boxes) && haystack(box).includes(wanted)) : [];
  for (const box of model.boxes) elementOf.get(box.id).classList.toggle("found", matches.includes(box));
  canvas.classList.toggle("finding", wanted !== "");
}

function haystack(box) {
  const rows = box.kind === "network" ? JSON.stringify(networkOf(box.network).rows) : "";
  const tensors = model.edges.filter((edge) => edge.source === box.id).map((edge) => edge.tensor);
  return [box.title, box.note, box.shape, ...box.calls, ...tensors, rows].join("\n").toLowerCase();
}

function nextMatch() {
  if (!matches.length) return;
  matches.push(matches.shift());
  reveal(elementOf.get(matches.at(-1).id));
}

function foldAll() {
  const networks = model.boxes.filter((box) => box.kind === "network");
  const open = networks.some((box) => !openBoxes.has(box.id));
  for (const box of networks) {
    if (open) openBoxes.add(box.id);
    else openBoxes.delete(box.id);
    fillBox(box, actions);
  }
  byId("fold").textContent = open ? "Close all" : "Open all";
  draw();
  fit();
  remember();
}

function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

function togglePanel() {
  const hidden = document.body.classList.toggle("wide");
  byId("aside").setAttribute("aria-expanded", String(!hidden));
  fit();
}

const keys = {
  "/": () => byId("find").focus(),
  "+": () => zoom(1.25),
  "=": () => zoom(1.25),
  "-": () => zoom(0.8),
  0: () => fit(),
  o: foldAll,
  d: togglePanel,
  Escape: () => {
    hovered = null;
    if (pinned) actions.pin(null);
    else show();
  },
};

// What is open and chosen stands in the address, so that a picture can be linked to.
function remember() {
  const state = new URLSearchParams();
  if (view.kind !== "whole") state.set("view", view.id);
  if (openBoxes.size) state.set("open", [...openBoxes].join(","));
  if (pinned && boxOf.get(pinned).kind !== "network") state.set("pin", pinned);
  try {
    history.replaceState(null, "", state.size ? `#${state}` : location.pathname + location.search);
  } catch {
    /* a page without an address of its own */
  }
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const id of (state.get("open") ?? "").split(","))
    if (boxOf.get(id)?.kind === "network") openBoxes.add(id);
  return {
    view: model.views.find((each) => each.id === state.get("view")),
    pin: boxOf.has(state.get("pin")) ? state.get("pin") : null,
  };
}

function forPrint(on) {
  if (!on) {
    canvas.style.height = "";
    applyCamera();
    return;
  }
  const scale = Math.min(1, 940 / extent.width, 600 / extent.height); // a sheet, lying
  stage.style.transform = `scale(${scale})`;
  canvas.style.height = `${extent.height * scale + 16}px`;
}

function start() {
  const recalled = recall();
  makeTabs();
  makeBoxes(actions);
  watchCamera();
  draw();
  fit(0.4);
  fillPanel(null, actions);
  choose(recalled.view ?? view);
  showMoreTabs();
  if (recalled.pin) actions.pin(recalled.pin);
  const clicks = {
    in: () => zoom(1.25),
    out: () => zoom(0.8),
    fit: () => fit(),
    fold: foldAll,
    theme: toggleTheme,
    aside: togglePanel,
  };
  for (const [id, action] of Object.entries(clicks)) byId(id).addEventListener("click", action);
  byId("find").addEventListener("input", (event) => find(event.target.value));
  byId("find").addEventListener("keydown", (event) => {
    if (event.key === "Enter") nextMatch();
    if (event.key === "Escape") {
      event.target.value = "";
      find("");
      event.target.blur();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input") || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key])
      return;
    event.preventDefault();
    keys[event.key]();
  });
  addEventListener("resize", () => fit(0.4));
  addEventListener("beforeprint", () => forPrint(true));
  addEventListener("afterprint", () => forPrint(false));
}

start();
