// Shows a piece of HTML and, when it changes, lets rows glide to their new places and bars to
// their new widths. Rows are known by data-candidate, a bar's parts by their place in it.
const GLIDE = { duration: 240, easing: "cubic-bezier(.2,.7,.3,1)" }

const rows = (root) => [...root.querySelectorAll("li[data-candidate]")]
const parts = (row) => [...row.querySelectorAll(".sp-bar > span")]
const width = (part) => part.getBoundingClientRect().width

function measured(root) {
  const seen = new Map()
  for (const row of rows(root)) {
    const widths = parts(row).map(width)
    seen.set(row.dataset.candidate, { top: row.getBoundingClientRect().top, widths })
  }
  return seen
}

function glide(root, before) {
  for (const row of rows(root)) {
    const old = before.get(row.dataset.candidate)
    if (!old) continue
    const by = old.top - row.getBoundingClientRect().top
    if (by) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], GLIDE)
    for (const [place, part] of parts(row).entries()) {
      const [from, to] = [old.widths[place], width(part)]
      if (Math.abs(to - from) > 0.5) {
        part.animate([{ width: `${from}px` }, { width: `${to}px` }], GLIDE)
      }
    }
  }
}

const drawn = new WeakMap()

export default function ({ data, parentElement }) {
  if (drawn.get(parentElement) === data.html) return
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches
  const before = still ? new Map() : measured(parentElement)
  drawn.set(parentElement, data.html)
  parentElement.innerHTML = data.html
  glide(parentElement, before)
}
