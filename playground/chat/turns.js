// What the buttons at a turn, in the session's header and in the tree do (turn_html.py, turn_menu.py). To copy, to link
// and to open a box is done here; all else is sent to the page as `act`. A box to edit in stands where the message is,
// and what is written there is kept in this tab until it is sent or cancelled: it outlives a reload, another page, and
// an answer that cannot be asked for.
const GAP_PX = 6
const LOCAL = { edit, rename, link, copy: copyText, "copy-markdown": copyMarkdown, "copy-message": copyMessage }
const key = (turn) => `speko-edit:${turn}`

let send = () => {} // to the page
let shown = {} // what the page says: the session, and the box whose message was sent

const turnOf = (element) => element.closest("[data-turn]")
const one = (turn, selector) => turn.querySelector(selector)

function copy(text, button) {
  const menu = button.closest("[popover]")
  const opener = menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : button
  const say = (words) => {
    const region = document.querySelector('.sp-announcer[role="status"]')
    if (region) region.textContent = words
    opener.dataset.said = words
  }
  toClipboard(text).then(() => say("Copied"), () => say("Not copied"))
}

function copyText(turn, button) {
  copy(one(turn, ".sp-answer").innerText, button)
}

function copyMarkdown(turn, button) {
  copy(one(turn, "[data-markdown]").dataset.markdown, button)
}

function copyMessage(turn, button) {
  copy(one(turn, ".sp-typed").textContent, button)
}

function link(turn, button) {
  const address = new URL(location.href)
  address.search = new URLSearchParams({ c: shown.session, t: turn.dataset.turn })
  copy(address.href, button)
}

// A box in place of a text: Enter sends, Escape cancels
function box(place, { name, text, label, send: words, hint = "", several }) {
  const form = document.createElement("form")
  form.className = "turn-box"
  form.dataset.box = name
  form.innerHTML = several ? "<textarea></textarea>" : "<input>"
  const field = form.firstChild
  field.value = text
  field.ariaLabel = label
  for (const [kind, said] of [["submit", words], ["button", "Cancel"]]) {
    const button = document.createElement("button")
    button.type = kind
    button.className = "sp-act"
    button.textContent = said
    form.append(button)
  }
  const told = document.createElement("small")
  told.textContent = hint
  form.append(told)
  place.before(form)
  place.hidden = true
  return form
}

function close(form, opener) {
  const place = form.nextElementSibling
  form.remove()
  if (place) place.hidden = false
  opener?.focus()
}

function fit(field) {
  field.style.height = "auto"
  field.style.height = `${field.scrollHeight + 2}px`
}

function edit(turn, _, text = null) {
  const said = one(turn, ".sp-user .sp-typed")
  if (!said || one(turn, ".turn-box")) return
  const { turn: id } = turn.dataset
  const kept = text ?? sessionStorage.getItem(key(id)) ?? said.textContent
  sessionStorage.setItem(key(id), kept)
  const name = crypto.randomUUID?.() ?? String(Math.random())
  const label = `Message of ${turn.ariaLabel.toLowerCase()}`
  const hint = "What is here now stays, as another branch."
  const form = box(said, { name, text: kept, label, send: "Send", hint, several: true })
  const field = form.firstChild
  field.addEventListener("input", () => {
    sessionStorage.setItem(key(id), field.value)
    fit(field)
  })
  const cancel = () => {
    sessionStorage.removeItem(key(id))
    close(form, one(turn, ".sp-user .turn-more"))
  }
  form.querySelector('[type="button"]').addEventListener("click", cancel)
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") cancel()
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      form.requestSubmit()
    }
    event.stopPropagation()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (field.value.trim()) send({ name: "resend", turn: id, text: field.value, box: name })
  })
  fit(field)
  if (text === null) field.focus()
}

function rename(_, button) {
  const title = document.querySelector(".session-title")
  if (!title || document.querySelector(".session-line-box .turn-box")) return
  const form = box(title, { name: "", text: title.textContent, label: "Title of this session", send: "Save" })
  form.querySelector("input").maxLength = 200
  form.firstChild.select()
  form.firstChild.focus()
  const cancel = () => close(form, button)
  form.querySelector('[type="button"]').addEventListener("click", cancel)
  form.firstChild.addEventListener("keydown", (event) => {
    if (event.key === "Escape") cancel()
    event.stopPropagation()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    send({ name: "rename", text: form.firstChild.value })
    title.textContent = form.firstChild.value.trim() || title.textContent
    cancel()
  })
}

function onClick(event) {
  document.querySelectorAll("[data-said]").forEach((said) => delete said.dataset.said)
  const button = event.target.closest?.("[data-act]")
  if (!button?.dataset.act) return
  const { act: name, to = "" } = button.dataset
  button.closest("[popover]")?.hidePopover()
  const turn = turnOf(button)
  if (LOCAL[name]) LOCAL[name](turn, button)
  else send({ name, turn: turn?.dataset.turn ?? "", to })
}

// A menu stands at its button: below it, or above where there is no room
function place(menu) {
  const at = document.querySelector(`[popovertarget="${menu.id}"]`).getBoundingClientRect()
  const { offsetHeight: height, offsetWidth: width } = menu
  const fits = at.bottom + GAP_PX + height <= innerHeight
  const top = fits ? at.bottom + GAP_PX : at.top - GAP_PX - height
  menu.style.top = `${Math.max(GAP_PX, Math.min(top, innerHeight - height - GAP_PX))}px`
  menu.style.left = `${Math.max(GAP_PX, Math.min(at.left, innerWidth - width - GAP_PX))}px`
}

function onToggle({ target, newState }) {
  const menu = target.closest?.(".turn-menu")
  if (!menu?.matches(":popover-open")) return
  place(menu)
  if (menu === target && newState === "open") menu.querySelector("button")?.focus({ preventScroll: true })
}

// Boxes that were open stand open again; the one whose message was sent is closed
function drawBoxes() {
  for (const form of document.querySelectorAll(".turn .turn-box")) {
    if (form.dataset.box !== shown.sent) continue
    sessionStorage.removeItem(key(turnOf(form).dataset.turn))
    close(form)
  }
  for (const turn of document.querySelectorAll(".turn")) {
    const kept = sessionStorage.getItem(key(turn.dataset.turn))
    if (kept !== null) edit(turn, null, kept)
  }
}

export default function ({ data, setTriggerValue }) {
  send = (act) => setTriggerValue("act", { ...act, at: Date.now() })
  shown = data
  document.spekoTurns?.abort()
  document.spekoTurns = new AbortController()
  const { signal } = document.spekoTurns
  document.addEventListener("click", onClick, { signal })
  document.addEventListener("toggle", onToggle, { capture: true, signal })
  const watch = new MutationObserver(drawBoxes)
  watch.observe(document.body, { childList: true, subtree: true })
  signal.addEventListener("abort", () => watch.disconnect())
  drawBoxes()
}
