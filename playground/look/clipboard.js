// Put before the scripts that copy (answer_view.py, actions_view.py)
function toClipboard(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  // Without HTTPS there is no clipboard but this one.
  const put = (event) => {
    event.clipboardData.setData("text/plain", text)
    event.preventDefault()
  }
  document.addEventListener("copy", put, { once: true })
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject()
}

