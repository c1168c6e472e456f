// What a mark of a chart says, beside the pointer. Without this script, the tables say the same.
const tip = document.createElement("div")
tip.id = "tip"
tip.hidden = true
document.body.append(tip)
document.addEventListener("pointermove", (event) => {
  const mark = event.target.closest("[data-t]")
  tip.hidden = !mark
  if (!mark) return
  tip.textContent = mark.dataset.t
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8
  tip.style.left = `${Math.max(8, Math.min(event.pageX + 12, room))}px`
  tip.style.top = `${event.pageY + 16}px`
})
