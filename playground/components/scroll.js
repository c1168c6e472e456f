// Brings the element with a Streamlit key into view, once per key. A page with a message box scrolls to
// its end by itself while it loads, so this holds on for a moment, unless the person moves.
const HOLD_MS = 1500
const EVERY_MS = 100
const MOVES = ["wheel", "keydown", "pointerdown", "touchstart"]

let shown = null

export default function ({ data }) {
  if (shown === data.key) return
  const target = document.querySelector(`.st-key-${CSS.escape(data.key)}`)
  if (!target) return
  shown = data.key
  target.classList.add("sp-focused")
  const show = () => target.scrollIntoView({ block: "start" })
  const letGo = () => {
    clearInterval(timer)
    MOVES.forEach((move) => window.removeEventListener(move, letGo))
  }
  const timer = setInterval(show, EVERY_MS)
  MOVES.forEach((move) => window.addEventListener(move, letGo))
  setTimeout(letGo, HOLD_MS)
  show()
}
