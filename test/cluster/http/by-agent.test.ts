import { once } from 'node:events'
import { Agent, createServer, IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ByAgent } from '../../../src/cluster/http/by-agent.ts'
import { bytesOf } from '../../../src/cluster/http/read-body.ts'

test('a request goes over the connections of the agent, and its answer comes back', async () => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () =>
      response.writeHead(201, { 'x-method': request.method }).end(Buffer.concat(chunks)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxyAgent = new Agent({ keepAlive: true })
  const transport = new ByAgent(proxyAgent, { tls: {} })
  const url = new URL(`http://127.0.0.1:${port}/`)
  const answer = await transport.send({ method: 'POST', url, headers: {}, payload: 'grüß' })
  expect([answer.status, answer.headers['x-method']]).toEqual([201, 'POST'])
  expect((await bytesOf(answer.body)).toString()).toBe('grüß')
  await expect.poll(() => Object.keys(proxyAgent.freeSockets)).toHaveLength(1)
  proxyAgent.destroy()
  server.close()
})

test('what is stopped just as its answer ends does no harm', async () => {
  const server = createServer((_request, response) => {
    response.write('all ')
    setTimeout(() => response.end('of it'), 20)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  const transport = new ByAgent(agent, { tls: {} })
  const controller = new AbortController()
  const { signal } = controller
  const url = new URL(`http://127.0.0.1:${port}/`)
  const { body: answer } = await transport.send({ method: 'GET', url, headers: {}, signal })
  if (!(answer instanceof IncomingMessage)) throw new Error('it is not of Node')
  const { socket } = answer
  const closed = new Promise((resolve) => socket.once('close', resolve))
  // Node has read the answer's end by now, and has not told of it yet.
  socket.on('data', () => controller.abort())
  answer.on('error', () => undefined).resume()
  await closed
  // Without a listener of ours, this error is thrown where nobody can catch it.
  expect(socket.errored?.name).toBe('AbortError')
  expect(socket.listenerCount('error')).toBe(1)
  agent.destroy()
  server.close()
})
