import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { parseDials } from '../../src/doctor/probe/outcome.ts'
import { dialling, MOMENTS_MS } from '../../src/doctor/probe/script.ts'

test('the script dials everything at every moment, by busybox alone', { timeout: 30_000 }, async () => {
  // One answers and closes; one takes the connection and says nothing; one is not there.
  const answers = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
  const silent = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await Promise.all(
    [answers, silent].map((server) => new Promise((resolve) => server.once('listening', resolve))),
  )
  const portOf = (server: typeof answers): number => (server.address() as AddressInfo).port
  const [, ...words] = dialling([
    { name: 'one that answers', host: '127.0.0.1', port: portOf(answers) },
    { name: 'a silent | one', host: '127.0.0.1', port: portOf(silent) },
    { name: 'nobody', host: '127.0.0.1', port: 1 },
    { name: 'the API service', host: '-', port: 0 },
  ])
  const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(portOf(answers)) }
  const { stdout } = await execa('/bin/busybox', ['sh', ...words], { env })
  answers.close()
  silent.close()
  const dials = parseDials(stdout)
  for (const [name, open] of [
    ['one that answers', true],
    ['a silent | one', true],
    ['nobody', false],
    ['the API service', true],
  ] as const) {
    const those = dials.filter(({ destination }) => destination === name)
    expect(those.map(({ momentMs }) => momentMs).toSorted((a, b) => a - b)).toEqual(MOMENTS_MS)
    expect(new Set(those.map((dial) => dial.open)), name).toEqual(new Set([open]))
  }
})
