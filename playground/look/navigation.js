// The pages by name. Their links are real ones; a plain click asks the server for the page instead, as
// Streamlit's own links do, so that the tab keeps what it remembers.
const isPlain = (event) => !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)

function show(root, { current, title, query }) {
  root.querySelector(".nav-here").textContent = title
  for (const link of root.querySelectorAll("a")) {
    const here = link.dataset.page === current
    link.href = `./${link.dataset.page}${query}`
    if (here) link.setAttribute("aria-current", "page")
    else link.removeAttribute("aria-current")
  }
}

// Followed as the browser does it, a link in a page would begin a new browser session: its keys would be gone.
function followLabels(root, { unlisted }, go) {
  root.labels?.abort()
  root.labels = new AbortController()
  const onClick = (event) => {
    const page = event.target.closest?.("a")?.getAttribute("href")
    if (!unlisted.includes(page) || !isPlain(event)) return
    event.preventDefault()
    event.stopPropagation()
    go(page)
  }
  document.addEventListener("click", onClick, { capture: true, signal: root.labels.signal })
  return () => root.labels.abort()
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (!parentElement.querySelector("nav")) parentElement.insertAdjacentHTML("beforeend", data.html)
  const root = parentElement.querySelector("nav")
  show(root, data)
  root.onclick = (event) => {
    const link = event.target.closest("a")
    if (!link || !isPlain(event)) return
    event.preventDefault()
    root.querySelector("[popover]").hidePopover()
    if (link.dataset.page !== data.current) setTriggerValue("page", link.dataset.page)
  }
  return followLabels(root, data, (page) => setTriggerValue("page", page))
}
