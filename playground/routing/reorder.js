// Shows a piece of HTML and, when it changes, lets rows glide to their new places and bars to
// their new widths. Rows are told apart by data-candidate, parts of a bar by data-axis.
const GLIDE = { duration: 240, easing: "cubic-bezier(.2,.7,.3,1)" }

const rows = (root) => [...root.querySelectorAll("li[data-candidate]")]
const part = (row, axis) => row.querySelector(`[data-axis="${axis}"]`)

function measured(root) {
  const seen = new Map()
  for (const row of rows(root)) {
    const widths = {}
    for (const each of row.querySelectorAll("[data-axis]")) {
      widths[each.dataset.axis] = each.getBoundingClientRect().width
    }
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
    for (const [axis, width] of Object.entries(old.widths)) {
      const now = part(row, axis)
      const wide = now?.getBoundingClientRect().width
      if (now && Math.abs(wide - width) > 0.5) {
        now.animate([{ width: `${width}px` }, { width: `${wide}px` }], GLIDE)
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
