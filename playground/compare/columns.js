// On a narrow screen one column shows at a time: a tab brings its column into view in each message, and
// a swipe in one message takes the others along. On a wide screen there is nothing to do.
const TAB = ".compare-tabs button"
const ROW = '[class*="st-key-answers-"]'
const SETTLED_MS = 120

const tabs = () => [...document.querySelectorAll(TAB)]
const rows = () => [...document.querySelectorAll(ROW)].filter((row) => row.scrollWidth > row.clientWidth + 1)

function place(row) {
  return Math.round(row.scrollLeft / row.clientWidth)
}

function show(at, except) {
  for (const row of rows()) {
    if (row !== except && place(row) !== at) row.scrollTo({ left: at * row.clientWidth, behavior: "instant" })
  }
  mark(at)
}

function mark(at) {
  tabs().forEach((tab, place) => {
    const is = String(place === at)
    if (tab.getAttribute("aria-pressed") !== is) tab.setAttribute("aria-pressed", is)
  })
}

let shown = 0
let timer = 0

function onClick(event) {
  const at = tabs().indexOf(event.target.closest(TAB))
  if (at >= 0) show((shown = at))
}

function onScroll(event) {
  const row = event.target
  if (!row.matches?.(ROW) || !rows().includes(row)) return
  clearTimeout(timer)
  timer = setTimeout(() => show((shown = place(row)), row), SETTLED_MS)
}

export default function () {
  // What is drawn again begins at its first column.
  const watch = new MutationObserver(() => show(shown))
  watch.observe(document.body, { childList: true, subtree: true })
  document.addEventListener("click", onClick)
  document.addEventListener("scroll", onScroll, true)
  mark(shown)
  return () => {
    watch.disconnect()
    document.removeEventListener("click", onClick)
    document.removeEventListener("scroll", onScroll, true)
  }
}
