// A click on a square of the grid (grid_html.py) is sent to the page, which opens its drawer.
export default function ({ setTriggerValue }) {
  document.spekoGrid?.abort()
  document.spekoGrid = new AbortController()
  const { signal } = document.spekoGrid
  const onClick = ({ target }) => {
    const square = target.closest?.("button[data-case]")
    if (!square) return
    const { case: caseId, arm } = square.dataset
    setTriggerValue("square", { case: caseId, arm, at: Date.now() })
  }
  document.addEventListener("click", onClick, { signal })
}
