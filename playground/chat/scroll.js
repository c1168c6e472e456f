// Brings the element with a Streamlit key into view and, where it is to be marked, gives it the focus, once per key. A page with a message box clings to
// its end, as a chat does, until it sees somebody scroll: a wheel ends the way to the end that is under
// way, a scroll meanwhile the clinging. So both are done here, a pixel up or down in each frame, until the
// page has stopped growing for a moment, unless the person moves; below what is not marked it may go on growing.
const HOLD_MS = 1500
const GAP_PX = 16
const HEADERS = ".st-key-session-header, .st-key-compare-tabs, .st-key-seats"
const MOVES = ["wheel", "keydown", "pointerdown", "touchstart"]

let shown = null

// What stays at the top when the page scrolls, and would cover the element.
function covered() {
  const headers = [...document.querySelectorAll(HEADERS)].map((each) => each.parentElement)
  const header = headers.find((each) => getComputedStyle(each).position === "sticky")
  if (!header) return null
  return parseFloat(getComputedStyle(header).top) + header.offsetHeight + GAP_PX
}

function mark(target) {
  target.classList.add("sp-focused")
  target.setAttribute("aria-current", "true")
  target.setAttribute("role", "group")
  target.tabIndex = -1
  target.focus({ preventScroll: true })
}

export default function ({ data }) {
  if (shown === data.key) return
  const target = document.querySelector(`.st-key-${CSS.escape(data.key)}`)
  const page = target?.closest('[data-testid="stAppScrollToBottomContainer"]')
  if (!target || !page) return
  shown = data.key
  if (data.mark) mark(target)
  let height = 0
  let until = Date.now() + HOLD_MS
  let frame = 0
  let pixel = 0
  const show = () => {
    if (data.mark && page.scrollHeight !== height) {
      height = page.scrollHeight
      until = Date.now() + HOLD_MS
    }
    frame = Date.now() < until ? requestAnimationFrame(show) : letGo()
    page.dispatchEvent(new WheelEvent("wheel"))
    const top = covered()
    target.style.scrollMarginTop = top === null ? "" : `${top}px`
    target.scrollIntoView({ block: "start" })
    page.scrollTop += pixel = 1 - pixel
  }
  const letGo = () => {
    cancelAnimationFrame(frame)
    MOVES.forEach((move) => window.removeEventListener(move, letGo))
  }
  MOVES.forEach((move) => window.addEventListener(move, letGo))
  show()
}
