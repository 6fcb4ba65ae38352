const CHUNK_BYTES = 64 * 1024
const HIGH_WATER_BYTES = 1024 * 1024
const STDIN = Buffer.of(0)
const CLOSE_STDIN = Buffer.of(255, 0)
const [STDOUT, STATUS] = [1, 3]

/** An attached container: its stdin is said, its stdout heard, until the end. */
export class Conversation {
  #socket
  #ended

  /** In the turn in which the socket opened: what comes first would be lost. */
  constructor(socket) {
    this.#socket = socket
    this.#ended = this.#listen()
  }

  async say(input) {
    void this.#feed(input)
    return this.#ended
  }

  async #feed(input) {
    for (let at = 0; at < input.length; at += CHUNK_BYTES) {
      const frame = Buffer.concat([STDIN, input.subarray(at, at + CHUNK_BYTES)])
      const sent = new Promise((resolve) => this.#socket.send(frame, resolve))
      if (this.#socket.bufferedAmount > HIGH_WATER_BYTES) await sent
    }
    this.#socket.send(CLOSE_STDIN)
  }

  /** Whole only when the connection has ended: the status may overtake what was printed. */
  #listen() {
    const chunks = []
    let status
    return new Promise((resolve, reject) => {
      this.#socket.on('message', (message) => {
        if (message[0] === STDOUT) chunks.push(message.subarray(1))
        if (message[0] === STATUS) status = JSON.parse(message.subarray(1))
      })
      this.#socket.on('close', () => {
        if (status?.status === 'Success') resolve(Buffer.concat(chunks))
        else reject(new Error(status ? JSON.stringify(status) : 'the stream ended without a status'))
      })
    })
  }
}
