// The buttons in answers: what a page is given as HTML has no script of its own.
const SAID_MS = 2000

function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  // Without HTTPS there is no clipboard but this one.
  const put = (event) => {
    event.clipboardData.setData("text/plain", text)
    event.preventDefault()
  }
  document.addEventListener("copy", put, { once: true })
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject()
}

function say(button, word) {
  button.textContent = word
  setTimeout(() => { button.textContent = "Copy" }, SAID_MS)
}

function onClick(event) {
  const button = event.target.closest(".sp-copy")
  if (!button) return
  const code = button.closest(".sp-code").querySelector("code").textContent
  copy(code).then(() => say(button, "Copied"), () => say(button, "Not copied"))
}

export default function () {
  document.addEventListener("click", onClick)
  return () => document.removeEventListener("click", onClick)
}
