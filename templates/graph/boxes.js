// One element for each box, in the order in which tensors flow.

const openBoxes = new Set();
const elementOf = new Map();

function makeBoxes(actions) {
  for (const box of model.boxes) {
    const element = el("section", {
      class: `box ${box.kind}`,
      "data-id": box.id,
      tabindex: box.kind === "network" ? null : "0",
    });
    element.addEventListener("pointerenter", () => actions.hover(box.id));
    element.addEventListener("pointerleave", () => actions.hover(null));
    element.addEventListener("focusin", () => actions.focus(box.id));
    element.addEventListener("focusout", () => actions.hover(null));
    if (box.kind !== "network") {
      element.setAttribute("role", "button");
      element.addEventListener("click", () => actions.pin(box.id));
      element.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        actions.pin(box.id);
      });
    }
    elementOf.set(box.id, element);
    byId("boxes").append(element);
    fillBox(box, actions);
  }
}

function fillBox(box, actions) {
  const element = elementOf.get(box.id);
  const held = element.contains(document.activeElement);
  element.replaceChildren(
    ...contents[box.kind](asShown(box), actions),
    el("span", { class: "tag", "aria-hidden": "true" }),
  );
  if (held) element.querySelector("button")?.focus({ preventScroll: true });
}

const contents = {
  source(box, _actions) {
    const element = elementOf.get(box.id);
    element.classList.add(box.role);
    element.setAttribute("aria-label", `${roleText[box.role] ?? box.role} ${box.title}, ${box.shape}`);
    return [
      el("b", {}, box.title),
      el("span", { class: "shape" }, box.shape),
      box.note ? el("span", { class: "note" }, box.note) : "",
    ].filter(Boolean);
  },
  function(box, _actions) {
    elementOf.get(box.id).setAttribute("aria-label", `function ${box.title}, ${box.shape}`);
    return [
      el("b", { title: box.title }, shortened(box.title)),
      box.note ? el("span", { class: "note" }, box.note) : "",
    ].filter(Boolean);
  },
  loss(box, _actions) {
    const about = aboutLoss.get(box.title);
    const moved = [...new Set(about.terms.flatMap((term) => term.moves))];
    elementOf.get(box.id).setAttribute("aria-label", `loss ${box.title} moves ${listed(moved)}`);
    const weight = about.weight === 1 ? "" : ` × ${written(about.weight)}`;
    return [
      el("b", {}, box.title, weight ? el("span", { class: "weight" }, weight) : ""),
      el("span", { class: "note" }, box.note),
      el(
        "span",
        { class: "moves" },
        "moves ",
        ...moved.flatMap((name, k) => [k ? ", " : "", el("span", { class: `dot ${sideOf(name)}` }, name)]),
      ),
    ];
  },
  network(box, actions) {
    const about = networkOf(box.network);
    const element = elementOf.get(box.id);
    const open = openBoxes.has(box.id);
    element.classList.add(about.side);
    element.classList.toggle("open", open);
    const role = about.frozen ? "frozen" : about.player || "no weights";
    const header = el(
      "button",
      {
        type: "button",
        class: "title",
        "aria-expanded": String(open),
        "aria-label": `network ${box.network}, ${role}, ${weightsText(about)} weights`,
        onclick: () => actions.toggle(box.id),
      },
      el("b", {}, box.network),
      el("span", { class: "role" }, role),
    );
    const calls = el("ul", { class: "calls" }, ...box.calls.map((call) => el("li", {}, call)));
    const sizes = el(
      "p",
      { class: "sizes" },
      el("span", {}, `${weightsText(about)} weights${view.networks[box.network] ? " in use" : ""}`),
      el("span", {}, plural(about.layers, "layer")),
    );
    if (!open) return [header, sizes, calls];
    return [header, sizes, calls, layersTable(box, about, actions)];
  },
};

function layersTable(box, about, actions) {
  const ends = (named) => listed(Object.entries(named).map(([name, shape]) => `${name} ${shape}`.trim()));
  const toggle = (key, open) => {
    openRows.set(key, open);
    actions.refill(box.id);
  };
  return el(
    "table",
    { class: "layers" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, ends(about.inputs)),
        el("th", { scope: "col", class: "shape" }, "output"),
        el("th", { scope: "col", class: "count" }, "weights"),
      ),
    ),
    el("tbody", {}, ...linesOf(box).map((line) => lineElement(line, toggle))),
  );
}

const roleText = { field: "data", latent: "latent", condition: "condition", random: "random numbers" };
