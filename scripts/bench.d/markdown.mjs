/** A Markdown table. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** What was not measured is a dash. */
export function rounded(value, digits = 0) {
  return Number.isFinite(value) ? value.toFixed(digits) : '–'
}
