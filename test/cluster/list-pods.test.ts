import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ApiClient } from '../../src/cluster/api-client.ts'
import { listPods, type PodPage } from '../../src/cluster/list-pods.ts'

interface Reply {
  readonly body: object
  readonly date?: string
}

/** All pages that a server gives with these answers, and what it was asked. */
async function list(replies: readonly Reply[]): Promise<{ pages: PodPage[]; asked: string[] }> {
  const asked: string[] = []
  const server = http.createServer((request, response) => {
    const { body, date } = replies[asked.length] ?? { body: {} }
    asked.push(request.url ?? '')
    response.sendDate = false
    if (date) response.setHeader('date', date)
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}`)
  const api = new ApiClient({ server: url, source: 'a test', tls: {}, headers: () => Promise.resolve({}) })
  try {
    const pages: PodPage[] = []
    for await (const page of listPods(api, { namespace: 'ns', labelSelector: 'a=b,c' })) pages.push(page)
    return { pages, asked }
  } finally {
    api.close()
    server.close()
  }
}

const DATE = 'Fri, 02 Jan 2026 03:04:05 GMT'

test("pages, each with the server's own time", async () => {
  const pod = { metadata: { name: 'p' } }
  const { pages, asked } = await list([
    { body: { metadata: { continue: 'x/y' }, items: [pod] }, date: DATE },
    { body: { metadata: { continue: '' }, items: [] }, date: 'Fri, 02 Jan 2026 03:04:07 GMT' },
  ])
  expect(pages).toEqual([
    { pods: [pod], serverNow: Date.parse('2026-01-02T03:04:05Z') },
    { pods: [], serverNow: Date.parse('2026-01-02T03:04:07Z') },
  ])
  expect(asked).toEqual([
    '/api/v1/namespaces/ns/pods?labelSelector=a%3Db%2Cc&limit=250',
    '/api/v1/namespaces/ns/pods?labelSelector=a%3Db%2Cc&limit=250&continue=x%2Fy',
  ])
})

test.each([[undefined], ['soon']])('Date %s: no page at all', async (date) => {
  await expect(list([{ body: { items: [] }, ...(date && { date }) }])).rejects.toThrow('no Date')
})
