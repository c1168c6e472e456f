// The pages by name. Their links are real ones; a plain click goes on to Streamlit's own link to that page, so that
// the tab keeps what it remembers: followed as the browser does it, a link would begin a new browser session.
const isPlain = (event) => !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
const WAYS = ".st-key-ways"
const theBar = () => document.querySelector(".st-key-pages nav")

function show({ current, title, query }, signal) {
  const bar = theBar()
  if (!bar) {
    if (!signal.aborted) requestAnimationFrame(() => show({ current, title, query }, signal))
    return
  }
  bar.querySelector(".nav-here").textContent = title
  for (const link of bar.querySelectorAll("a")) {
    const here = link.dataset.page === current
    link.href = `./${link.dataset.page}${query}`
    if (here) link.setAttribute("aria-current", "page")
    else link.removeAttribute("aria-current")
  }
}

function onClick(event, { current, ways, unlisted }) {
  const link = event.target.closest?.("a")
  const bar = theBar()
  if (!link || link.closest(WAYS) || !isPlain(event)) return
  const inBar = bar?.contains(link)
  const page = inBar ? link.dataset.page : link.getAttribute("href")
  if (!inBar && !unlisted.includes(page)) return
  event.preventDefault()
  event.stopPropagation()
  if (inBar) bar.querySelector("[popover]").hidePopover()
  if (page !== current) document.querySelectorAll(`${WAYS} a`)[ways.indexOf(page)]?.click()
}

export default function ({ data }) {
  // One listener at a time, also where Streamlit has mounted this anew without an end to the one before
  document.spekoPages?.abort()
  document.spekoPages = new AbortController()
  const { signal } = document.spekoPages
  show(data, signal)
  document.addEventListener("click", (event) => onClick(event, data), { capture: true, signal })
}
