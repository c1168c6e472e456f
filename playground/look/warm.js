// Loads and runs the charts' script while the person reads, so that the first chart does not wait for it. It is
// the module that the page itself would import later: a second import costs nothing.
const READING_MS = 1500
const whenIdle = window.requestIdleCallback ?? ((call) => setTimeout(call))

export default function ({ data }) {
  if (navigator.connection?.saveData) return undefined
  const page = document.querySelector('script[type="module"][src*="/static/js/"]')
  if (!page) return undefined
  const load = () => import(new URL(data.script, page.src).href).catch(() => undefined)
  const timer = setTimeout(() => whenIdle(load), READING_MS)
  return () => clearTimeout(timer)
}
