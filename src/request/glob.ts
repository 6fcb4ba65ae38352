/** `*` stands for characters other than a slash, `**` for whatever there is; the rest stands for itself. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/\*\*|\*|[.+?^${}()|[\]\\]/g, (found) => {
    if (found === '**') return '.*'
    return found === '*' ? '[^/]*' : `\\${found}`
  })
  return new RegExp(`^${source}$`, 's').test(text)
}
