/** `*`: any characters but a slash; `**`: any characters at all. Everything else stands for itself. */
export function matches(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/\*\*|\*|[.+?^${}()|[\]\\]/g, (found) => {
    if (found === '**') return '.*'
    return found === '*' ? '[^/]*' : `\\${found}`
  })
  return new RegExp(`^${source}$`, 's').test(text)
}
