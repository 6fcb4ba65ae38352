/** An answer other than 2xx, with the metav1.Status that the API server gives as its body. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly code: number
  readonly reason: string
  readonly retryAfterSeconds: number | undefined

  constructor(code: number, reason: string, message: string) {
    super(message)
    this.code = code
    this.reason = reason
    // The API server sends it with each of its 429 (priority and fairness).
    this.retryAfterSeconds = code === 429 ? 1 : undefined
  }

  get body(): object {
    const { code, reason, message } = this
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
  }
}
