import { quantile } from '../quantile.mjs'

const WIDTH = 760
const LABEL_WIDTH = 220
const BAR = { height: 20, step: 30 }
const ROOM = { top: 40, right: 70, bottom: 30 }

/** Bars of the medians of one run, each with a mark at its p90. */
export function plot({ run }) {
  const bars = Object.values(run)
    .filter(({ samples }) => samples.length > 0)
    .map(({ label, samples }) => {
      const values = samples.map(({ ms }) => ms)
      return { label: label.replaceAll('`', ''), median: quantile(values, 0.5), p90: quantile(values, 0.9) }
    })
    .sort((a, b) => a.median - b.median)
  const most = Math.max(...bars.map(({ p90 }) => p90))
  const scale = (ms) => (ms / most) * (WIDTH - LABEL_WIDTH - ROOM.right)
  const height = ROOM.top + bars.length * BAR.step + ROOM.bottom
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="${LABEL_WIDTH}" y="24" font-weight="bold">One run of cat: median, and p90 as a mark, in ms</text>
${bars.map((bar, i) => drawn(bar, { y: ROOM.top + i * BAR.step, scale })).join('\n')}
</svg>
`
}

function drawn({ label, median, p90 }, { y, scale }) {
  const middle = y + BAR.height / 2
  const [end, mark] = [median, p90].map((ms) => (LABEL_WIDTH + scale(ms)).toFixed(1))
  const colour = label.startsWith('krmpod, ') ? '#2f6fb0' : '#9aa5b1'
  return `<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>
<rect x="${LABEL_WIDTH}" y="${y}" width="${scale(median).toFixed(1)}" height="${BAR.height}" fill="${colour}"/>
<path d="M${end} ${middle}H${mark}M${mark} ${y + 5}v10" stroke="#333" fill="none"/>
<text x="${Number(mark) + 8}" y="${middle + 4}">${Math.round(median)}</text>`
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
