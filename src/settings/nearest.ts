/** The candidate that takes the fewest edits to reach; undefined when all are too far to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const distances = candidates.map((candidate) => ({ candidate, edits: editsBetween(word, candidate) }))
  const [best] = distances.sort((a, b) => a.edits - b.edits)
  return best && best.edits <= Math.max(2, word.length / 3) ? best.candidate : undefined
}

/** Levenshtein's distance, upper and lower case alike. */
function editsBetween(from: string, to: string): number {
  const target = Array.from(to.toLowerCase())
  let previous = Array.from({ length: target.length + 1 }, (_, index) => index)
  for (const [row, letter] of Array.from(from.toLowerCase()).entries()) {
    const current = [row + 1]
    for (const [column, other] of target.entries()) {
      const replaced = at(previous, column) + (letter === other ? 0 : 1)
      current.push(Math.min(replaced, at(previous, column + 1) + 1, at(current, column) + 1))
    }
    previous = current
  }
  return at(previous, target.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
