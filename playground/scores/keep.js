// Keeps the id of the chosen scores across a reload, in this tab only. A page that is loaded anew, and where nothing has
// been chosen yet, is told of the one that is kept.
export default function ({ data, setStateValue }) {
  const { owner, scores, settled } = data
  const key = `speko-scores:${owner}`
  const kept = sessionStorage.getItem(key)
  if (scores) sessionStorage.setItem(key, scores)
  else if (settled) sessionStorage.removeItem(key)
  else if (kept) setStateValue("kept", { scores: kept })
}
