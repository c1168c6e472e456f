// Keeps what is typed in the message box across a reload, per conversation, in this tab only.
const SELECTOR = '[data-testid="stChatInputTextArea"]'
const EVERY_MS = 250
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

let restored = null // the last refused text that was put back, by its id

export default function ({ data }) {
  const { scope, restore, restoreId } = data
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
    if (box.value !== last) {
      last = box.value
      remember(scope, last)
    }
  }

  look()
  const timer = setInterval(look, EVERY_MS)
  window.addEventListener("pagehide", look)
  return () => {
    clearInterval(timer)
    window.removeEventListener("pagehide", look)
  }
}
