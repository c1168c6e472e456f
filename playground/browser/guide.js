// Leads a keyboard and a screen reader through pages that Streamlit draws again and again: says what
// happened, moves the focus to where a person looks and never lets it fall away, skips to the
// message box, and keeps single keys from what nobody meant.
const BOX = '[data-testid="stChatInputTextArea"]'
const SHEET = '[data-testid="stPopoverBody"]'
const OPENER = '[data-testid="stPopoverButton"][aria-expanded="true"]'
const MESSAGE = '[data-testid="stChatMessage"], .sp-said'
const SKELETON = '[data-testid="stSkeleton"]'
const TYPED_IN = "input, textarea, select, [contenteditable]"
const MOVED_IN = '[role="radiogroup"], [role="slider"], table'
const USED = "input, textarea, button, a[href]"
const FIELD = ':is([data-testid="stSelectbox"], [data-testid="stMultiSelect"], [data-testid="stNumberInput"])'
const NAMELESS = ["Open", "Clear all", "Increment", "Decrement"].map((name) => `${FIELD} button[aria-label="${name}"]:not([aria-description])`).join()
const SCROLLED = ':is([data-testid="stCode"] pre, .st-key-sweep-scroll, [class*="st-key-answers-"]):not([tabindex])'
const DROP = '[data-testid="stFileUploaderDropzone"][role="presentation"]'
const SWITCH = ".sp-shortcuts input"
const STREAMLITS = ["r", "c"] // runs the page again, clears the cache
// Our own single keys: what each does, and the keys themselves
const KEYS = [
  ["/", "Go to the search box", ["/"]],
  ["?", "Show these keys", ["?"]],
  ["Esc", "Stop an answer, or a demo", ["Escape"]],
  ["Space, →, Page Down", "Pause a demo, or go a step on", [" ", "PageDown"]],
  ["1 to 4, ←, →", "Judge two answers: the left one, the right one, a tie, both bad", ["1", "2", "3", "4", "ArrowLeft", "ArrowRight"]],
]
const OURS = KEYS.flatMap(([, , keys]) => keys)
const SEARCH = '.st-key-search input'
const ALSO = { ArrowLeft: "vote-left", ArrowRight: "vote-right" } // a button takes one key of its own
const KEPT = "speko-shortcuts"
const KEPT_OFF = "speko-shortcuts-off" // the names of those that are switched off one by one
const GRACE_MS = 200 // what is drawn again is back by then

const one = (selector) => document.querySelector(selector)
const keyed = (key) => one(`.st-key-${CSS.escape(key)}`)
const isDrawn = () => one('[data-testid="stApp"][data-test-script-state="notRunning"]') && !one(SKELETON)
const isLost = () => !document.activeElement || document.activeElement === document.body

function focus(place) {
  if (!place.matches(USED)) place.tabIndex = -1
  place.focus({ preventScroll: !place.matches(USED) })
}

// What is said, once each
const said = new Set()
const regions = {}

function say({ words, once, urgent }) {
  if (!words || said.has(once)) return
  said.add(once)
  const role = urgent ? "alert" : "status"
  regions[role].textContent = words
}

function addRegion(role, live) {
  const region = document.createElement("div")
  region.className = "sp-announcer"
  region.setAttribute("role", role)
  region.setAttribute("aria-live", live)
  document.body.append((regions[role] = region))
}

// Where the focus is to go: the best of the keys that is there once the page is drawn. An answer that
// arrives is one before: the page is being drawn as long as it grows.
let asked = null
let wanted = []
let held = null

function ask({ focusId, keys }) {
  if (!keys?.length || asked === focusId) return
  asked = focusId
  wanted = keys
  held = document.activeElement
}

function placeOf(key) {
  const found = keyed(key)
  const answer = found && [...found.querySelectorAll(MESSAGE)].at(-1)
  return answer || !isDrawn() ? answer : (found?.querySelector(USED) ?? found)
}

function lead() {
  if (!isLost() && document.activeElement !== held) wanted = []
  const place = wanted.map(placeOf).find(Boolean)
  if (place && (place !== held || isLost())) focus((held = place))
}

// What had the focus, and what stood around it: where that is gone, the focus goes to what is left
let last = null

function remember(event) {
  const around = []
  for (let each = event.target; each; each = each.parentElement) {
    around.push(...[...each.classList].filter((name) => name.startsWith("st-key-")))
  }
  last = { target: event.target, around, opener: event.target.closest(SHEET) && one(OPENER) }
}

function catchUp() {
  if (isDrawn()) wanted = []
  if (!last || wanted.length || !isLost()) return
  const { target, around, opener } = last
  if (target.isConnected && !target.disabled) return
  if (opener?.isConnected) return focus(opener)
  const box = target.closest('[data-testid="stChatInput"]') && one(BOX)
  if (box) return focus(box)
  const name = around.find((each) => one(`.${each}`))
  const left = name ? one(`.${name}`) : one("main")
  if (left) focus(name === around[0] ? (left.querySelector(":enabled") ?? left) : left)
}

// An opened sheet gets the focus; Streamlit gives it back on Escape
let sheet = null

function enterSheet() {
  const found = one(SHEET)
  if (found && found !== sheet) {
    found.ariaLabel = found.ariaLabel.replace(/[\\*]/g, "") // it is named by its button, as Markdown
    if (!found.contains(document.activeElement)) focus(found)
  }
  sheet = found
}

// The way past everything that comes before the message box
function drawSkip() {
  const box = one(BOX)
  const skip = one(".sp-skip")
  if (!box) skip?.remove()
  if (!box) return
  box.id ||= "sp-message"
  if (skip) return
  const link = document.createElement("a")
  link.className = "sp-skip"
  link.href = `#${box.id}`
  link.textContent = "Skip to the message"
  link.onclick = (event) => {
    event.preventDefault()
    one(BOX)?.focus()
  }
  document.body.prepend(link)
}

// What Streamlit's own parts lack: words that say whose they are, a way in by keyboard, a role
function mend() {
  for (const button of document.querySelectorAll(NAMELESS)) {
    const field = button.closest(FIELD)?.querySelector("input")
    if (field) button.ariaDescription = field.ariaLabel
  }
  for (const place of document.querySelectorAll(SCROLLED)) {
    if (place.scrollWidth > place.clientWidth) place.tabIndex = 0
  }
  one(DROP)?.setAttribute("role", "group")
}

// Single keys: Streamlit's never, ours unless they are switched off
const areOff = () => localStorage.getItem(KEPT) === "off"
const offByName = () => new Set(JSON.parse(localStorage.getItem(KEPT_OFF) || "[]"))
const offKeys = () => (areOff() ? OURS : KEYS.filter(([name]) => offByName().has(name)).flatMap(([, , keys]) => keys))

function drawSwitch() {
  document.querySelectorAll(SWITCH).forEach((box) => (box.checked = !areOff()))
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const isTyped = event.target.closest?.(TYPED_IN)
  const off = offKeys()
  const stops = [...STREAMLITS, ...off]
  const isOne = stops.includes(event.key.length === 1 ? event.key.toLowerCase() : event.key)
  // Here, on the way out: what has the focus has had the key, and the page's shortcuts have not.
  if (isOne && (!isTyped || event.key === "Escape")) event.stopPropagation()
  if (isTyped || off.includes(event.key)) return
  if (event.key === "/" && one(SEARCH)) {
    event.preventDefault()
    one(SEARCH).focus()
  }
  if (event.key === "?") showKeys()
  const also = ALSO[event.key]
  if (!also || event.target.closest?.(MOVED_IN)) return
  keyed(also)?.querySelector("button")?.click()
}

// The keys in a dialog, each with its own switch
function showKeys() {
  const dialog = one(".sp-keys") ?? document.body.appendChild(document.createElement("dialog"))
  if (dialog.open) return
  dialog.className = "sp-keys"
  dialog.setAttribute("aria-labelledby", "sp-keys-title")
  const off = offByName()
  const rows = KEYS.map(([name, does]) => {
    const row = document.createElement("label")
    row.innerHTML = '<input type="checkbox"> <kbd></kbd> <span></span>'
    row.querySelector("kbd").textContent = name
    row.querySelector("span").textContent = does
    const box = row.querySelector("input")
    box.checked = !off.has(name)
    box.onchange = () => {
      box.checked ? off.delete(name) : off.add(name)
      localStorage.setItem(KEPT_OFF, JSON.stringify([...off]))
    }
    return row
  })
  const title = document.createElement("h2")
  title.id = "sp-keys-title"
  title.textContent = "Keyboard shortcuts"
  const note = document.createElement("p")
  note.textContent = "A key without its tick does nothing. Kept in this browser."
  const close = document.createElement("button")
  close.textContent = "Close"
  close.onclick = () => dialog.close()
  dialog.replaceChildren(title, ...rows, note, close)
  dialog.showModal()
}

// A way to another view of the page: as if its control had been used
function onClick(event) {
  const view = event.target.closest?.("[data-view]")?.dataset.view
  const ways = view ? [...document.querySelectorAll(".st-key-how [role=radio]")] : []
  ways.find((way) => way.textContent.trim().toLowerCase() === view)?.click()
}

function onSwitch(event) {
  if (event.target.matches?.(SWITCH)) localStorage.setItem(KEPT, event.target.checked ? "on" : "off")
}

function start() {
  addRegion("status", "polite")
  addRegion("alert", "assertive")
  document.addEventListener("focusin", remember)
  document.documentElement.addEventListener("keydown", onKey)
  document.addEventListener("change", onSwitch)
  document.addEventListener("click", onClick)
  let waiting = 0
  const look = () => {
    enterSheet()
    lead()
    drawSkip()
    drawSwitch()
    if (isDrawn()) mend()
    clearTimeout(waiting)
    if (isLost() || wanted.length) waiting = setTimeout(catchUp, GRACE_MS)
  }
  new MutationObserver(look).observe(document.body, {
    childList: true, subtree: true, attributeFilter: ["disabled", "data-test-script-state"],
  })
  window.addEventListener("resize", look)
  look()
}

let started = false

export default function ({ data }) {
  if (!started) start()
  started = true
  ask(data)
  lead()
  say(data)
}
