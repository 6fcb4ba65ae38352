import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapeDollars } from '../../src/plan/escape.ts'

test.each([
  ['plain', 'plain'],
  ['$(HOME)', '$$(HOME)'],
  ['$$', '$$$$'],
  ['a$b$', 'a$$b$$'],
])('%s is written %s', (text, expected) => {
  expect(escapeDollars(text)).toBe(expected)
})

test('what Kubernetes expands it to is the text as it was', () => {
  const texts = fc.array(fc.constantFrom('$', '(', ')', 'A', '$(A)', '$$', 'é'), { maxLength: 20 })
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join('')
      expect(expand(escapeDollars(text), { A: 'never' })).toBe(text)
    }),
  )
})

/** Kubernetes' own rules (third_party/forked/golang/expansion): `$$` is `$`, `$(NAME)` a value, any other `$` itself. */
function expand(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (match, name: string | undefined) =>
    name === undefined ? '$' : (values[name] ?? match),
  )
}
