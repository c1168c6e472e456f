// Brings the element with a Streamlit key into view, once per key.
let shown = null

export default function ({ data }) {
  if (shown === data.key) return
  const target = document.querySelector(`.st-key-${CSS.escape(data.key)}`)
  if (!target) return
  shown = data.key
  target.classList.add("sp-focused")
  target.scrollIntoView({ block: "start" })
}
