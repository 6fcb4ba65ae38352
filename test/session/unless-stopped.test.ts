import { describe, expect, test } from 'vitest'
import { unlessStopped } from '../../src/session/unless-stopped.ts'

const reason = new Error('the deadline')
const never = new Promise<never>(() => undefined)

describe('unless it is stopped', () => {
  const { signal } = new AbortController()

  test('work comes to its own end', async () => {
    expect(await unlessStopped(Promise.resolve(1), signal)).toBe(1)
    await expect(unlessStopped(Promise.reject(new Error('its own')), signal)).rejects.toThrow('its own')
  })
})

describe('stopped', () => {
  test('before', async () => {
    await expect(unlessStopped(never, AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('meanwhile', async () => {
    const controller = new AbortController()
    const wait = unlessStopped(never, controller.signal)
    controller.abort(reason)
    await expect(wait).rejects.toBe(reason)
  })

  test('a failure that comes after is nobody’s business, and nobody’s unhandled rejection', async () => {
    const controller = new AbortController()
    const late = new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error('late')), 20))
    const wait = unlessStopped(late, controller.signal)
    controller.abort(reason)
    await expect(wait).rejects.toBe(reason)
    await new Promise((resolve) => setTimeout(resolve, 40))
  })
})
