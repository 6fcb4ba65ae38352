const MAX_NAME = 63

/** `krmpod-set-labels-x7k2m9qw`: the image (or --name) for people, the run for uniqueness; an RFC 1123 label. */
export function podName(wish: string, runId: string): string {
  const base =
    (wish.split('@')[0] ?? '')
      .replace(/:[^/:]*$/, '')
      .split('/')
      .at(-1) ?? ''
  const label = base.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const room = MAX_NAME - 'krmpod-'.length - 1 - runId.length
  const middle = label.slice(0, room).replace(/^-+|-+$/g, '')
  return ['krmpod', middle, runId].filter(Boolean).join('-')
}
