/** One Pod's status, as the API server tells it. */
export class PodWatch {
  opened
  #status = {}
  #wake = () => undefined
  #response

  constructor(server, path) {
    this.opened = server.open('GET', path).then((response) => {
      this.#response = response
      void this.#read(response)
    })
  }

  /** Resolves when the condition is true. */
  async until(condition) {
    const isTrue = () =>
      this.#status.conditions?.some(({ type, status }) => type === condition && status === 'True')
    while (!isTrue()) await this.#change()
  }

  async exitCode() {
    for (;;) {
      const code = this.#status.containerStatuses?.[0]?.state.terminated?.exitCode
      if (code !== undefined) return code
      await this.#change()
    }
  }

  close() {
    this.#response.destroy()
  }

  #change() {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  async #read(response) {
    let rest = ''
    response.on('error', () => undefined)
    response.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      for (const line of lines) this.#status = JSON.parse(line).object.status
      this.#wake()
    })
  }
}
