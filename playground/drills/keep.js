// Keeps the drill that is on across a reload, in this tab only. Once the page is loaded anew, and knows of none yet,
// it is told of the one that is kept. Counts down the time of a drill that has one.
const SECOND_MS = 1000

function countDown(secondsLeft, over) {
  const ends = performance.now() + secondsLeft * SECOND_MS
  const show = () => {
    const left = Math.ceil((ends - performance.now()) / SECOND_MS)
    if (left <= 0) return over()
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`
    const place = document.querySelector(".drill-left")
    if (place && place.textContent !== text) place.textContent = text
  }
  const ticks = setInterval(show, SECOND_MS / 4)
  return () => clearInterval(ticks)
}

export default function ({ data, setStateValue, setTriggerValue }) {
  const { owner, drill, settled, secondsLeft } = data
  const key = `speko-drill:${owner}`
  const kept = sessionStorage.getItem(key)
  if (drill) sessionStorage.setItem(key, drill)
  else if (settled) sessionStorage.removeItem(key)
  else if (kept) setStateValue("kept", { drill: kept })
  if (secondsLeft === null) return undefined
  const stop = countDown(secondsLeft, () => {
    stop()
    setTriggerValue("over", true)
  })
  return stop
}
