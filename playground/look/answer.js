// The buttons and the formulas in answers. What a page is given as HTML has no script of its own, and
// loses its MathML: a formula's element carries it, and shows its source until it is drawn.
const SAID_MS = 2000

function say(button, word) {
  button.textContent = word
  setTimeout(() => { button.textContent = "Copy" }, SAID_MS)
}

function onClick(event) {
  const button = event.target.closest(".sp-copy")
  if (!button) return
  const text = button.dataset.text ?? button.closest(".sp-code").querySelector("code").textContent
  toClipboard(text).then(() => say(button, "Copied"), () => say(button, "Not copied"))
}

function drawFormulas() {
  for (const formula of document.querySelectorAll(".sp-formula[data-math]")) {
    formula.innerHTML = formula.dataset.math
    delete formula.dataset.math
  }
}

export default function () {
  const watch = new MutationObserver(drawFormulas)
  watch.observe(document.body, { childList: true, subtree: true })
  document.addEventListener("click", onClick)
  drawFormulas()
  return () => {
    watch.disconnect()
    document.removeEventListener("click", onClick)
  }
}
