// Brings the element with a Streamlit key into view, once per key.
export default function ({ data, parentElement }) {
  if (parentElement.dataset.key === data.key) return
  const target = document.querySelector(`.st-key-${CSS.escape(data.key)}`)
  if (!target) return
  parentElement.dataset.key = data.key
  target.classList.add("sp-focused")
  target.scrollIntoView({ block: "start" })
}
