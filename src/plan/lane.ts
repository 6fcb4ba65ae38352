/**
 * How the function is spoken to, and so what its Pod looks like. `attach`: the function is the Pod's main process.
 * `exec`: the main process only waits, and the function is started in its container by exec.
 */
export type Lane = { readonly kind: 'attach' } | ExecLane

interface ExecLane {
  readonly kind: 'exec'
  readonly helper: Helper
}

/** Where the process that waits, and the shell that reports the function's end, come from. */
export interface Helper {
  /** Has a static busybox at /bin/busybox. */
  readonly image: string
  /** An image volume is one mount; a copy takes an init container, and works on every cluster. */
  readonly by: 'imageVolume' | 'copy'
}

export const ATTACH_LANE: Lane = { kind: 'attach' }
