// Keeps short texts across a reload, in this tab only. A page that is loaded anew, and has none of a name yet, is told
// of the one that is kept.
export default function ({ data, setStateValue }) {
  const found = {}
  for (const [name, { text, settled }] of Object.entries(data.kept)) {
    const key = `speko-${name}:${data.owner}`
    const kept = sessionStorage.getItem(key)
    if (text) sessionStorage.setItem(key, text)
    else if (settled) sessionStorage.removeItem(key)
    else if (kept) found[name] = kept
  }
  if (Object.keys(found).length) setStateValue("kept", found)
}
