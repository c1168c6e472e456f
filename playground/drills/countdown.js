// Counts down the time of a drill that has one.
const SECOND_MS = 1000

export default function ({ data, setTriggerValue }) {
  const ends = performance.now() + data.secondsLeft * SECOND_MS
  const show = () => {
    const left = Math.ceil((ends - performance.now()) / SECOND_MS)
    if (left <= 0) {
      clearInterval(ticks)
      setTriggerValue("over", true)
      return
    }
    const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`
    const place = document.querySelector(".drill-left")
    if (place && place.textContent !== text) place.textContent = text
  }
  const ticks = setInterval(show, SECOND_MS / 4)
  return () => clearInterval(ticks)
}
