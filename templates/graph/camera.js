// Zoom and pan: the stage is one transform.

const camera = { x: 0, y: 0, scale: 1 };
const canvas = byId("canvas");
const stage = byId("stage");
let extent = { width: 1, height: 1 };

function applyCamera() {
  stage.style.transform = `translate(${camera.x}px, ${camera.y}px) scale(${camera.scale})`;
}

function fit(least = 0.08, most = 1.1) {
  const { width, height } = canvas.getBoundingClientRect();
  const room = 16;
  const scale = Math.min((width - 2 * room) / extent.width, (height - 2 * room - 24) / extent.height);
  camera.scale = Math.max(least, Math.min(most, scale));
  camera.x = Math.max(room, (width - extent.width * camera.scale) / 2);
  camera.y = Math.max(room, (height - 24 - extent.height * camera.scale) / 2);
  applyCamera();
}

function zoom(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const scale = Math.max(0.08, Math.min(3, camera.scale * factor));
  camera.x = x - (x - camera.x) * (scale / camera.scale);
  camera.y = y - (y - camera.y) * (scale / camera.scale);
  camera.scale = scale;
  applyCamera();
}

function pan(x, y) {
  camera.x += x;
  camera.y += y;
  applyCamera();
}

// Moves the picture just so far that a box is in sight.
function reveal(element) {
  const outer = canvas.getBoundingClientRect();
  const inner = element.getBoundingClientRect();
  const way = (low, high, least, most) => {
    if (high - low > most - least || low < least) return least + 16 - low;
    return high > most ? most - 16 - high : 0;
  };
  const x =
    inner.left < outer.left || inner.right > outer.right
      ? way(inner.left, inner.right, outer.left, outer.right)
      : 0;
  const y =
    inner.top < outer.top || inner.bottom > outer.bottom
      ? way(inner.top, inner.bottom, outer.top, outer.bottom)
      : 0;
  if (x || y) pan(x, y);
}

// An opened box at a size that can be read, its upper left corner where it was.
function approach(element) {
  const outer = canvas.getBoundingClientRect();
  const { left, top } = element.getBoundingClientRect();
  if (camera.scale < 0.95) zoom(0.95 / camera.scale, left - outer.left, top - outer.top);
  reveal(element);
}

function watchCamera() {
  // To show what the keyboard comes to, a browser scrolls: here that moves the picture.
  canvas.addEventListener("scroll", () => {
    const { scrollLeft, scrollTop } = canvas;
    if (!scrollLeft && !scrollTop) return;
    canvas.scrollTo(0, 0);
    pan(-scrollLeft, -scrollTop);
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const { left, top } = canvas.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey)
        zoom(Math.exp(-event.deltaY / 240), event.clientX - left, event.clientY - top);
      else if (event.shiftKey) pan(-event.deltaY, 0);
      else pan(-event.deltaX, -event.deltaY);
    },
    { passive: false },
  );
  const pointers = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0 || event.target.closest(".box")) return;
    pointers.set(event.pointerId, event);
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.add("dragged");
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const others = [...pointers.values()].filter((other) => other.pointerId !== event.pointerId);
    pan((event.clientX - before.clientX) / pointers.size, (event.clientY - before.clientY) / pointers.size);
    if (others.length === 1) pinch(others[0], before, event);
    pointers.set(event.pointerId, event);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => {
      pointers.delete(event.pointerId);
      canvas.classList.toggle("dragged", pointers.size > 0);
    });
  }
}

function pinch(still, before, after) {
  const distance = (event) => Math.hypot(event.clientX - still.clientX, event.clientY - still.clientY);
  const { left, top } = canvas.getBoundingClientRect();
  zoom(distance(after) / Math.max(1, distance(before)), still.clientX - left, still.clientY - top);
}
