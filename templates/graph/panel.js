// The side panel: what is selected, then players, losses, training and the legend. It heeds a pointer
// that moves, since what slides below a still one is not pointed at.

function fillPanel(selected, actions) {
  const panel = byId("panel");
  const kept = panel.scrollTop;
  const held = panel.contains(document.activeElement);
  panel.replaceChildren(
    ...[
      selected ? selectedPart(selected, actions) : null,
      playersPart(actions),
      lossesPart(actions),
      trainingPart(),
      legendPart(),
    ].filter(Boolean),
  );
  panel.scrollTop = selected ? 0 : kept;
  if (held) (panel.querySelector(".close") ?? byId("aside")).focus();
}

const part = (title, ...children) => el("section", { class: "part" }, el("h2", {}, title), ...children);

function facts(pairs) {
  const list = el("dl");
  for (const [key, value] of pairs) {
    if (value === "" || value === null || value === undefined) continue;
    list.append(el("dt", {}, key), el("dd", {}, value));
  }
  return list;
}

function selectedPart(id, actions) {
  const box = asShown(boxOf.get(id));
  const close = el(
    "button",
    { type: "button", class: "close", "aria-label": "Close", onclick: () => actions.pin(null) },
    "×",
  );
  const section = part(box.title, ...about[box.kind](box));
  section.classList.add("selected");
  section.querySelector("h2").append(close);
  return section;
}

const about = {
  source: (box) => [
    facts([
      ["is", roleText[box.role] ?? box.role],
      ["shape", box.shape],
      [box.role === "field" ? "range" : "drawn", box.note.replace(/^drawn: /, "")],
    ]),
  ],
  function: (box) => [
    facts([
      ["is", "function"],
      ["with", box.note],
      ["gives", box.shape],
    ]),
  ],
  network(box) {
    const network = networkOf(box.network);
    const ends = (named) =>
      Object.entries(named)
        .map(([name, shape]) => `${name} ${shape}`.trim())
        .join("\n");
    return [
      facts([
        ["moved by", network.player || (network.frozen ? "nobody: frozen" : "nobody: it has no weights")],
        ["takes", ends(network.inputs)],
        ["gives", ends(network.outputs)],
        ["weights", weightsText(network)],
        ["layers", thousands(network.layers)],
        ["class", network.like ? `that of ${network.like}` : ""],
        ["called as", box.calls.join("\n")],
      ]),
    ];
  },
  loss(box) {
    const loss = aboutLoss.get(box.title);
    const flows = model.flows.filter((flow) => flow.loss === loss.name);
    return [
      facts([
        ["kind", loss.kind],
        ["weight", written(loss.weight)],
        ["computed", loss.every > 1 ? `at every ${loss.every}th step` : ""],
        ["with", pairsText(loss.params)],
        [
          "of",
          Object.entries({ ...loss.tensors, ...loss.networks })
            .map(([name, text]) => `${name} = ${text}`)
            .join("\n"),
        ],
      ]),
      el("ul", { class: "flows" }, ...alikeOnce(flows).map(flowText)),
    ];
  },
};

// Flows that say the same, as in the levels of a stage, once.
const alikeOnce = (flows) => [...new Map(flows.map((flow) => [briefly(flow), flow])).values()];

function flowText(flow) {
  const item = el("li", {}, "In the ", flow.player, " step it moves ", ...names(flow.moves), ".");
  if (flow.passes.length) item.append(" Its gradient passes ", ...names(flow.passes), ".");
  for (const cut of flow.cuts) {
    const edge = edgeOf.get(cut.edge);
    item.append(
      el("span", { class: "why" }, ` Cut at ${edge.tensor} → ${boxOf.get(edge.target).title}: ${cut.why}.`),
    );
  }
  return item;
}

const names = (networks) =>
  networks.flatMap((name, k) => [k ? ", " : "", el("span", { class: `dot ${sideOf(name)}` }, name)]);

function playersPart(actions) {
  const items = (view.players.length ? view.players : model.players).map((player) => {
    const { kind, ...optimizer } = player.optimizer;
    const clips = ["clip_weights", "clip_gradients"]
      .filter((key) => player[key] !== null)
      .map((key) => `${key} ${player[key]}`);
    return el(
      "li",
      {
        tabindex: "0",
        onpointermove: () => actions.player(player.name),
        onpointerleave: () => actions.hover(null),
        onfocus: () => actions.player(player.name),
        onblur: () => actions.hover(null),
      },
      el("h3", {}, el("span", { class: `dot ${model.sides[player.name]}` }, player.name)),
      el("p", {}, "moves ", ...names(player.networks)),
      el(
        "p",
        {},
        `${player.steps === 1 ? "1 step" : `${written(player.steps)} steps`} a round, batch ${written(player.batch)}`,
      ),
      el("p", {}, `${kind}: ${pairsText(optimizer)}`),
      clips.length ? el("p", {}, clips.join(", ")) : null,
    );
  });
  const idle = Object.values(model.networks).filter((network) => !network.player);
  const rest = idle.length
    ? [el("p", { class: "quiet" }, "Moved by nobody: ", listed(idle.map((network) => network.name)))]
    : [];
  return part("Players", el("ul", { class: "cards" }, ...items), ...rest);
}

function lossesPart(actions) {
  const items = model.losses.map((loss) => {
    const moved = [...new Set(loss.terms.flatMap((term) => term.moves))];
    const id = `loss:${loss.name}`;
    return el(
      "li",
      {},
      el(
        "button",
        {
          type: "button",
          onclick: () => actions.pin(id),
          onpointermove: () => actions.hover(id),
          onpointerleave: () => actions.hover(null),
          onfocus: () => actions.hover(id),
          onblur: () => actions.hover(null),
        },
        el("span", { class: "lossname" }, loss.name),
        el("span", { class: "arrow" }, " → "),
        ...names(moved),
      ),
    );
  });
  return part("Losses", el("ul", { class: "links" }, ...items));
}

function trainingPart() {
  const { batch, update, reuse, ema, monitor, ...lengths } = view.training ?? model.training;
  const last = model.stages.length && view.kind === "whole" ? " in the last stage" : "";
  const networks = Object.keys(model.networks).map(networkOf);
  const total = networks.reduce((sum, network) => sum + network.weights, 0);
  const known = networks.every((network) => network.known);
  return part(
    "Training",
    facts([
      [
        "length",
        model.stages.join("\n") ||
          Object.entries(lengths)
            .map(([key, value]) => `${thousands(value)} ${key}`)
            .join(", "),
      ],
      ["batch", written(batch) + last],
      ["players", update + (reuse ? ", one draw for all" : "")],
      ["average", ema ? `EMA: ${pairsText(ema)}` : ""],
      ["weights", weightsText({ weights: total, known })],
      [
        "params",
        Object.entries(model.params)
          .map(([key, value]) => `${key} = ${written(value)}`)
          .join("\n"),
      ],
    ]),
    model.notes ? el("p", { class: "quiet" }, model.notes) : "",
  );
}

function legendPart() {
  const roles = new Set(
    model.boxes.map((box) =>
      box.kind === "source" ? box.role : box.kind === "network" ? sideOf(box.network) : box.kind,
    ),
  );
  const all = [
    ["field", "source field", "data"],
    ["latent", "source latent", "latent"],
    ["condition", "source condition", "condition"],
    ["random", "source random", "random numbers"],
    ["generator", "network generator", "network of the generator's side"],
    ["critic", "network critic", "network of the critic's side"],
    ["fixed", "network fixed", "network that no player moves"],
    ["function", "function", "function"],
    ["loss", "loss", "loss"],
  ].filter(([role]) => roles.has(role));
  const rows = all.map(([, kind, text]) =>
    el("li", {}, el("span", { class: `key box ${kind}`, "aria-hidden": "true" }), text),
  );
  const line = (kind, text) =>
    el("li", {}, el("span", { class: `key line ${kind}`, "aria-hidden": "true" }), text);
  return part(
    "Legend",
    el(
      "ul",
      { class: "legend" },
      ...rows,
      line("flow", "tensor, with its shape"),
      line("gradient", "gradient, from a loss back to what it moves"),
      line("cut", "no gradient passes"),
    ),
    el(
      "p",
      { class: "quiet" },
      "Click a network to open it, a loss to keep its gradient. Drag to move, Ctrl and wheel to zoom. Keys: Tab, Enter, / + − 0 o d, Esc.",
    ),
  );
}
