import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { connect } from 'node:tls'
import WebSocket from 'ws'

/** The API server of the kubeconfig, over connections that are open before they are needed. */
export class ApiServer {
  #server
  #tls
  #headers
  #agent
  #forStreams = []

  constructor() {
    const config = JSON.parse(
      execFileSync('kubectl', ['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']),
    )
    const [{ cluster }, { user }] = [config.clusters[0], config.users[0]]
    const decoded = (data) => data && Buffer.from(data, 'base64')
    this.#server = new URL(cluster.server)
    this.#tls = {
      ca: decoded(cluster['certificate-authority-data']),
      cert: decoded(user['client-certificate-data']),
      key: decoded(user['client-key-data']),
      servername: cluster['tls-server-name'],
      ALPNProtocols: ['http/1.1'],
    }
    this.#headers = user.token ? { authorization: `Bearer ${user.token}` } : {}
    this.#agent = this.#newAgent()
  }

  /** So many connections for requests, and so many to be dialled over. All new: the server drops those that stay unused. */
  async warm({ requests, streams }) {
    this.close()
    this.#agent = this.#newAgent()
    const opened = Array.from({ length: streams }, () => this.#connect())
    await Promise.all([
      ...Array.from({ length: requests }, () => this.call('GET', '/readyz')),
      ...opened.map((socket) => once(socket, 'secureConnect')),
    ])
    this.#forStreams = opened
  }

  async call(method, path, { body, type = 'application/json' } = {}) {
    const response = await this.open(method, path, { body, type })
    const chunks = []
    for await (const chunk of response) chunks.push(chunk)
    const answer = Buffer.concat(chunks)
    if (response.statusCode >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${answer}`)
    return answer
  }

  /** The answer with its body still to come. */
  async open(method, path, { body, type } = {}) {
    const payload = body === undefined ? '' : JSON.stringify(body)
    const headers = {
      ...this.#headers,
      accept: 'application/json',
      ...(payload && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
    }
    const outgoing = request(new URL(path, this.#server), {
      ...this.#tls,
      method,
      headers,
      agent: this.#agent,
    })
    // Whoever waits is told; what comes once nobody does must not end the bench.
    outgoing.on('error', () => undefined)
    outgoing.end(payload)
    const [response] = await once(outgoing, 'response')
    return response
  }

  /** Undefined when the server does not upgrade the connection: the container does not run yet. */
  dial(path) {
    const url = new URL(path, this.#server)
    url.protocol = 'wss:'
    const socket = new WebSocket(url, ['v5.channel.k8s.io'], {
      headers: this.#headers,
      perMessageDeflate: false,
      createConnection: () => this.#forStreams.shift() ?? this.#connect(),
      generateMask: (mask) => mask.fill(0),
    })
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(socket))
      socket.once('unexpected-response', () => {
        socket.terminate()
        resolve(undefined)
      })
      socket.on('error', reject)
    })
  }

  close() {
    this.#agent.destroy()
    for (const socket of this.#forStreams.splice(0)) socket.destroy()
  }

  #newAgent() {
    return new Agent({ ...this.#tls, keepAlive: true, maxFreeSockets: 1000 })
  }

  #connect() {
    return connect({
      ...this.#tls,
      host: this.#server.hostname,
      port: Number(this.#server.port || 443),
    }).on('error', () => undefined)
  }
}
