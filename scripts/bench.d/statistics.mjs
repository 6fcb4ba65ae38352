import { quantile } from '../quantile.mjs'

/** `median('run', 'fresh', 'ms')`: NaN where nothing was measured. */
export function medianOf(results) {
  return (group, line, key = 'ms') =>
    quantile(results[group]?.[line]?.samples.map((sample) => sample[key]) ?? [], 0.5)
}

/** Of every phase that the samples of a line name, its median. */
export function phaseMedians(samples) {
  const names = new Set(samples.flatMap(({ phases }) => Object.keys(phases)))
  const median = (name) =>
    quantile(
      samples.map(({ phases }) => phases[name] ?? 0),
      0.5,
    )
  return new Map([...names].map((name) => [name, median(name)]))
}
