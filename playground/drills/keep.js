// Keeps the drill that is on across a reload, in this tab only. Once the page is loaded anew, and knows of none yet,
// it is told of the one that is kept.
export default function ({ data, setStateValue }) {
  const { owner, drill, settled } = data
  const key = `speko-drill:${owner}`
  const kept = sessionStorage.getItem(key)
  if (drill) sessionStorage.setItem(key, drill)
  else if (settled) sessionStorage.removeItem(key)
  else if (kept) setStateValue("kept", { drill: kept })
}
