import type { Verdict } from './compare.ts'

/** Figures of one call made many times. */
export interface Series {
  readonly exact: number
  readonly of: number
  /** The verdicts that were not "equal", each with how often it came. */
  readonly others: readonly { readonly times: number; readonly verdict: Verdict }[]
}

const AT_ONCE = 4

/** Makes a call `of` times, a few at once. */
export async function series(of: number, make: () => Promise<Verdict>): Promise<Series> {
  const verdicts: Verdict[] = []
  let begun = 0
  const worker = async (): Promise<void> => {
    while (begun < of) {
      begun += 1
      verdicts.push(await make())
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return { exact: verdicts.filter(({ kind }) => kind === 'equal').length, of, others: counted(verdicts) }
}

function counted(verdicts: readonly Verdict[]): Series['others'] {
  const found = new Map<string, { times: number; verdict: Verdict }>()
  for (const verdict of verdicts) {
    if (verdict.kind === 'equal') continue
    const key = JSON.stringify(verdict)
    found.set(key, { times: (found.get(key)?.times ?? 0) + 1, verdict })
  }
  return [...found.values()]
}
