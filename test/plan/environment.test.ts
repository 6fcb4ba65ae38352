import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planEnv } from '../../src/plan/environment.ts'
import type { EnvVar } from '../../src/request/run-request.ts'
import { planned } from './planned.ts'

const given = (name: string, value: string): EnvVar => ({ name, value, secret: false })
const secret = (name: string, value: string): EnvVar => ({ name, value, secret: true })

describe('environment', () => {
  test('a value on the command line is in the Pod, as it was written', () => {
    const { env, secretValues } = planEnv([given('A', '$(B) $$'), given('EMPTY', '')], 'name')
    expect(env).toEqual([
      { name: 'A', value: '$$(B) $$$$' },
      { name: 'EMPTY', value: '' },
    ])
    expect(secretValues.size).toBe(0)
  })

  test("the caller's own values are in the Secret, not escaped, and only named in the Pod", () => {
    const { env, secretValues } = planEnv([secret('TOKEN', '$(B)')], 'krmpod-x')
    expect(env).toEqual([{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'krmpod-x', key: 'TOKEN' } } }])
    expect([...secretValues]).toEqual([['TOKEN', '$(B)']])
  })

  test.each(['with space', 'a/b', 'ü', '.', '..', '..data', 'x'.repeat(254)])(
    'a name that a Secret cannot have as key, %j, gets one it can',
    (name) => {
      const [[key] = []] = [...planEnv([secret(name, 'v')], 's').secretValues]
      expect(key).toBe('env-0')
    },
  )

  test('whatever the names, every value has a key of its own that a Secret takes', () => {
    const names = fc.uniqueArray(
      fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('env-0', 'env-1', 'env-2', 'a b', 'c d')),
    )
    fc.assert(
      fc.property(names, (all) => {
        const { env, secretValues } = planEnv(
          all.map((name) => secret(name, `value of ${name}`)),
          's',
        )
        for (const { name, valueFrom } of env) {
          const key = valueFrom?.secretKeyRef?.key ?? ''
          expect(key).toMatch(/^(?!\.\.)(?!\.$)[-._a-zA-Z0-9]{1,253}$/)
          expect(secretValues.get(key)).toBe(`value of ${name}`)
        }
      }),
    )
  })

  test('the Secret of a plan: named like the Pod, immutable, base64, and its values nowhere else', () => {
    const { pod, secret: made } = planned('-e HOME -e A=1 img')
    expect(made).toMatchObject({
      metadata: { name: pod.metadata.name, namespace: 'functions' },
      immutable: true,
      data: { HOME: Buffer.from('/home/me').toString('base64') },
    })
    expect(JSON.stringify(pod)).not.toContain('/home/me')
    expect(planned('-e A=1 img')).not.toHaveProperty('secret')
  })
})
