// Three linked sliders: moving one rescales the other two in proportion. The value goes to the
// server while the hand moves, at most every EVERY_MS; under each slider, who wins along it.
const AXES = ["accuracy", "latency", "cost"]
const EVERY_MS = 70
// The other two never reach 0, so that their proportion is not lost on the way back.
const LEAST_REST = 0.001
const states = new WeakMap()

function moved(weights, axis, wanted) {
  const value = Math.min(Math.max(wanted, 0), 1 - LEAST_REST)
  const others = AXES.filter((each) => each !== axis)
  const sum = others.reduce((total, each) => total + weights[each], 0)
  const next = { [axis]: value }
  for (const each of others) {
    const share = sum > 0 ? weights[each] / sum : 1 / others.length
    next[each] = (1 - value) * share
  }
  return next
}

// In a box of its own: the component's styles stand beside it.
function boxOf(parent) {
  return parent.querySelector(":scope > .speko-box") ?? parent.appendChild(madeBox())
}

function madeBox() {
  const box = document.createElement("div")
  box.className = "speko-box"
  return box
}

function build(root, data) {
  root.innerHTML = `<div class="ww">${AXES.map(
    (axis) => `<div class="ww-axis" data-axis="${axis}">
      <div class="ww-head"><label for="ww-${axis}"><span class="sp-swatch"></span>${data.names[axis]}</label>
        <output for="ww-${axis}"></output></div>
      <input id="ww-${axis}" type="range" min="0" max="100" step="1">
      <div class="ww-line" role="img"></div></div>`,
  ).join("")}</div>`
}

function draw(root, weights) {
  for (const axis of AXES) {
    const box = root.querySelector(`[data-axis="${axis}"]`)
    const percent = Math.round(weights[axis] * 100)
    const input = box.querySelector("input")
    if (Number(input.value) !== percent) input.value = percent
    input.style.setProperty("--at", `${weights[axis] * 100}%`)
    input.setAttribute("aria-valuetext", `${percent} percent`)
    box.querySelector("output").textContent = `${percent} %`
    box.querySelector(".ww-line").style.setProperty("--at", `${weights[axis] * 100}%`)
  }
}

function lines(root, data) {
  for (const axis of AXES) {
    const box = root.querySelector(`[data-axis="${axis}"]`)
    const line = box.querySelector(".ww-line")
    box.querySelector(".sp-swatch").style.background = data.colours[axis]
    line.setAttribute("aria-label", data.descriptions[axis] ?? "")
    const html = data.lines[axis] ?? ""
    if (line.dataset.html !== html) {
      line.dataset.html = html
      line.innerHTML = html
    }
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = boxOf(parentElement)
  let state = states.get(root)
  if (!state) {
    build(root, data)
    state = { revision: null, weights: null, timer: null, sent: 0 }
    states.set(root, state)
  }
  if (state.revision !== data.revision) {
    clearTimeout(state.timer)
    state.timer = null
    state.revision = data.revision
    state.weights = { ...data.weights }
    draw(root, state.weights)
  }
  lines(root, data)

  const send = () => {
    state.timer = null
    state.sent = performance.now()
    const values = AXES.map((axis) => state.weights[axis])
    setStateValue("moved", { revision: state.revision, weights: values })
  }
  for (const input of root.querySelectorAll("input")) {
    const axis = input.closest("[data-axis]").dataset.axis
    input.oninput = () => {
      state.weights = moved(state.weights, axis, input.value / 100)
      draw(root, state.weights)
      if (state.timer !== null) return
      const wait = Math.max(0, EVERY_MS - (performance.now() - state.sent))
      state.timer = setTimeout(send, wait)
    }
  }
}
