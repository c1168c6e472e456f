// The buttons "PNG" and "SVG" below a chart: Plotly draws it once more, with its title and caption, and
// the browser saves that. Nothing is fetched.
// The font of the file may be wider than the page's: what fits there must fit here.
const WIDER = 1.2
const LEAST = 900
const LETTER = 7
const LINE = 17

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

function lines(text, width) {
  const most = Math.floor((width - 40) / LETTER)
  return text.split(" ").reduce((made, word) => {
    const last = made[made.length - 1]
    if (last && last.length + word.length < most) made[made.length - 1] = `${last} ${word}`
    else made.push(word)
    return made
  }, [])
}

function figure(chart, title, caption) {
  const width = Math.max(LEAST, Math.round(chart.clientWidth * WIDER))
  const { data, layout } = JSON.parse(JSON.stringify({ data: chart.data, layout: chart.layout }))
  const page = getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor
  const said = lines(caption, width)
  const room = 34 + LINE * said.length
  // As high as it came out on the page: labels above a chart may have taken more than was asked for.
  const top = chart._fullLayout?._size?.t ?? layout.margin?.t ?? 10
  const margin = { ...layout.margin, t: top + room, l: Math.max(layout.margin?.l ?? 0, 70), r: 20 }
  const text = `<b>${escaped(title)}</b><br><span style="font-size:13px">${said.map(escaped).join("<br>")}</span>`
  const head = { text, x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top",
    pad: { t: 20, l: 16 }, font: { size: 17 } }
  return {
    data, width, height: (layout.height ?? 320) + room,
    // The page's own font is not in the file: what is measured is what will be drawn.
    layout: {
      ...layout, font: { ...layout.font, family: "sans-serif" }, title: head, margin,
      paper_bgcolor: page, plot_bgcolor: page, selections: [],
    },
  }
}

async function onClick(event) {
  const button = event.target.closest(".sp-picture")
  const chart = button && document.querySelector(`.st-key-${button.dataset.chart} .js-plotly-plot`)
  if (!chart || !window.Plotly) return
  const { format, title, caption, file } = button.dataset
  const { data, layout, width, height } = figure(chart, title, caption)
  const wanted = { format, width, height, scale: format === "png" ? 2 : 1 }
  const link = document.createElement("a")
  link.href = await window.Plotly.toImage({ data, layout }, wanted)
  link.download = `${file}.${format}`
  link.click()
}

export default function () {
  document.addEventListener("click", onClick)
  return () => document.removeEventListener("click", onClick)
}
