// The candidates: in the pool or not, and three figures each. A changed cell is marked and says
// what it was; an empty one takes today's figure. Sent when the typing pauses.
const PAUSE_MS = 220
const states = new WeakMap()

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "")
    else if (value !== false && value != null) made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

function mark(row) {
  const box = document.createElement("template")
  box.innerHTML = row.mark
  return box.content
}

function cell(row, figure) {
  const label = `${figure.heading} of ${row.name}`
  const input = element("input", {
    type: "text",
    inputmode: "decimal",
    "aria-label": label,
    "data-figure": figure.key,
    maxlength: "24",
    autocomplete: "off",
    disabled: row.fixed,
    placeholder: row.today[figure.key] || "–",
  })
  input.value = row.tried[figure.key]
  const was = element("span", { class: "wc-was" })
  return element("td", { "data-label": figure.heading }, element("div", {}, input, was))
}

function line(row, figures) {
  const toggle = element("input", {
    type: "checkbox",
    role: "switch",
    "aria-label": `${row.name} in the pool`,
  })
  toggle.checked = row.on
  const names = element(
    "span",
    { class: "wc-names" },
    element("b", {}, row.model),
    element("small", {}, row.note ? `${row.vendor} · ${row.note}` : row.vendor),
  )
  return element(
    "tr",
    { "data-entry": row.entry },
    element("th", { scope: "row" }, element("div", {}, mark(row), names)),
    element("td", { class: "wc-on" }, toggle),
    ...figures.map((figure) => cell(row, figure)),
  )
}

function build(root, data) {
  const heads = ["Candidate", "In the pool", ...data.figures.map((figure) => figure.heading)]
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))
  const body = element("tbody", {}, ...data.rows.map((row) => line(row, data.figures)))
  root.replaceChildren(element("table", { class: "wc" }, element("thead", {}, head), body))
}

function look(root, data) {
  for (const row of data.rows) {
    const shown = root.querySelector(`tr[data-entry="${CSS.escape(row.entry)}"]`)
    if (!shown) continue
    shown.classList.toggle("wc-off", !shown.querySelector("[role=switch]").checked)
    for (const figure of data.figures) {
      const input = shown.querySelector(`[data-figure="${figure.key}"]`)
      const text = input.value.trim()
      const today = row.today[figure.key]
      const changed = text !== "" && text !== today
      const number = Number(text.replace(",", "."))
      const usable = !changed || (number >= 0 && number <= figure.most)
      input.classList.toggle("wc-changed", changed)
      input.setAttribute("aria-invalid", String(!usable))
      input.nextElementSibling.textContent = changed && today ? `was ${today}` : ""
    }
  }
}

function values(root) {
  const sent = {}
  for (const row of root.querySelectorAll("tr[data-entry]")) {
    const cells = { on: row.querySelector("[role=switch]").checked }
    for (const input of row.querySelectorAll("[data-figure]")) {
      cells[input.dataset.figure] = input.value
    }
    sent[row.dataset.entry] = cells
  }
  return sent
}

export default function ({ data, parentElement, setStateValue }) {
  // In a box of its own: the component's styles stand beside it.
  const root =
    parentElement.querySelector(":scope > .speko-box") ??
    parentElement.appendChild(element("div", { class: "speko-box" }))
  let state = states.get(root)
  if (!state) {
    state = { identity: null, timer: null }
    states.set(root, state)
  }
  const identity = `${data.revision} ${data.rows.map((row) => row.entry).sort().join(" ")}`
  if (state.identity !== identity) {
    clearTimeout(state.timer)
    state.identity = identity
    build(root, data)
  }
  look(root, data)

  const send = () => {
    clearTimeout(state.timer)
    setStateValue("typed", { revision: data.revision, rows: values(root) })
  }
  root.querySelector(".wc").oninput = (event) => {
    look(root, data)
    clearTimeout(state.timer)
    if (event.target.type === "checkbox") send()
    else state.timer = setTimeout(send, PAUSE_MS)
  }
  root.querySelector(".wc").onkeydown = (event) => {
    if (event.key === "Enter" && event.target.type !== "checkbox") send()
  }
}
