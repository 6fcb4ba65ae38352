/** How a run ended. Success and the function's own failure share one shape; infrastructure failures are RunErrors. */
export interface RunResult {
  /** The function's own exit code, 0–255; 128 + n when signal n ended it. */
  readonly exitCode: number
  /** kubelet's word for the end: `Completed`, `Error`, `OOMKilled`. */
  readonly reason: string
  readonly stdoutBytes: number
  readonly stderrBytes: number
}
