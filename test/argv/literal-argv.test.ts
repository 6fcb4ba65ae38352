import { describe, expect, test } from 'vitest'
import { parseDocker } from '../../src/argv/commands.ts'
import { IMAGE, LITERAL_ARGV } from './literal-argv.ts'

describe('what callers of docker are known to say', () => {
  test.each(LITERAL_ARGV.filter(({ outcome }) => outcome === 'runs'))('$name runs', ({ argv }) => {
    expect(parseDocker(argv)).toMatchObject({ kind: 'run', argv: { image: IMAGE, ignored: [] } })
  })

  test('only kpt fn doc passes words to the function', () => {
    const withWords = LITERAL_ARGV.filter(({ argv }) => argv.at(-1) !== IMAGE)
    expect(withWords.map(({ name }) => name)).toEqual(['kpt fn doc', 'kpt fn doc, v1.0.0-beta.56'])
  })
})
