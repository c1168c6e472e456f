// Keeps what is typed in the message box across a reload, per conversation, in this tab only; adds it to the estimate
// of the next message (next_message.py); and leads who sends it to the end of the page, where the answer comes. There
// Streamlit follows it by itself, but for the second after it was led elsewhere; so the page is held at its end for
// that long, unless the person moves.
const SELECTOR = '[data-testid="stChatInputTextArea"]'
const SEND = '[data-testid="stChatInputSubmitButton"]'
const PAGE = '[data-testid="stAppScrollToBottomContainer"]'
const EVERY_MS = 250
const LETTERS_PER_TOKEN = 4
const FOLLOW_MS = 1500
const SENT = ["keydown", "click"]
const MOVES = ["wheel", "touchmove"]
const key = (scope) => `speko-draft:${scope}`

function put(box, text) {
  const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set
  setter.call(box, text)
  box.dispatchEvent(new Event("input", { bubbles: true }))
}

function remember(scope, text) {
  if (text) sessionStorage.setItem(key(scope), text)
  else sessionStorage.removeItem(key(scope))
}

// As words.dollars.
function dollars(value) {
  if (value > 0 && value < 0.000001) return "< $0.000001"
  return `≈ $${value.toFixed(value >= 0.1 ? 2 : value >= 0.001 ? 4 : 6)}`
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text
}

function estimate(typed) {
  const tokens = document.querySelector(".next-in")
  if (!tokens) return
  const { letters, times = 1 } = tokens.dataset // sent to so many seats
  const count = Math.ceil((Number(letters) + times * typed.length) / LETTERS_PER_TOKEN)
  say(tokens, count.toLocaleString("en-US"))
  const cost = document.querySelector(".next-cost")
  if (cost) say(cost, dollars(count * Number(cost.dataset.token) + Number(cost.dataset.answer)))
}

function isSending(event) {
  if (event.type === "click") return event.target.closest(SEND) !== null
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(SELECTOR)
}

let following = 0 // until when the page is held at its end

function down(page) {
  if (Date.now() > following) return
  page.scrollTop = page.scrollHeight
  requestAnimationFrame(() => down(page))
}

function follow(event) {
  const page = document.querySelector(PAGE)
  if (!page || !isSending(event)) return
  following = Date.now() + FOLLOW_MS
  down(page)
}

function leave() {
  following = 0
}

let restored = null // the last refused text that was put back, by its id

export default function ({ data }) {
  const { scope, follows, restore, restoreId } = data
  let box = null
  let last = null

  const look = () => {
    const found = document.querySelector(SELECTOR)
    if (!found) return
    if (found !== box) {
      box = found
      const draft = sessionStorage.getItem(key(scope))
      if (!box.value && draft) put(box, draft)
    }
    if (restore && restored !== restoreId) {
      restored = restoreId
      if (!box.value) put(box, restore)
    }
    estimate(box.value)
    if (box.value !== last) {
      last = box.value
      remember(scope, last)
    }
  }

  look()
  const timer = setInterval(look, EVERY_MS)
  window.addEventListener("pagehide", look)
  if (follows) SENT.forEach((sent) => window.addEventListener(sent, follow, true))
  MOVES.forEach((move) => window.addEventListener(move, leave))
  return () => {
    clearInterval(timer)
    window.removeEventListener("pagehide", look)
    SENT.forEach((sent) => window.removeEventListener(sent, follow, true))
    MOVES.forEach((move) => window.removeEventListener(move, leave))
  }
}
