/** Who answers an attach, and what goes wrong with it (k8s-streaming: WebSocket remotecommand, by version). */
export interface AttachFaults {
  /**
   * `direct`: 1.36, the node itself is asked before the upgrade. `translated`: 1.30–1.35, the API server says 101 and
   * asks the node then. `v4`: up to 1.29, where v5 is not known. By default `direct`.
   */
  readonly version?: 'direct' | 'translated' | 'v4'
  /** Over SPDY: a gateway on the way refuses it with this code, or takes it and says nothing more. By default it is taken. */
  readonly spdy?: 400 | 403 | 502 | 'silent'
  /** `translated`: how long after its 101 the API server knows what the node says. */
  readonly answerMs?: number
  /** Only attaches to this container go wrong; by default all. */
  readonly container?: 'function' | 'mounts'
  /** So many attaches get through before. By default none. */
  readonly after?: number
  /** Only the first so many attaches that get through go wrong as follows; by default all. */
  readonly times?: number
  /** The node attaches, but its 101 gets lost: the connection breaks, or a gateway on the way says 502. */
  readonly answerLost?: 'reset' | 'gateway'
  /** The connection breaks once the client has been sent so many bytes of output. */
  readonly cutAfterBytes?: number
  /** All output arrives, and then no status. */
  readonly cutBeforeStatus?: boolean
  /** The connection breaks once so many bytes of stdin came in: the function reads those, and an end. */
  readonly cutAfterStdinBytes?: number
  /** The API server loses the node after so many bytes of output, and says `Success`; the function goes on. */
  readonly upstreamCutAfterBytes?: number
  /** The same after so many bytes of stdin, of which the API server takes all. */
  readonly upstreamCutAfterStdinBytes?: number
  /** This byte of stdin is another one when it arrives. */
  readonly changesStdinAt?: number
  /** Nothing is taken any more after so many bytes of stdin, and nothing ends. */
  readonly stallsAfterStdinBytes?: number
  /** So long does each message of stdin take. */
  readonly msForEachMessage?: number
  /** The end of the connection overtakes the last message of stdin, unless another one came after it. */
  readonly closeOvertakesStdin?: boolean
  /** The status comes ahead of the last output. */
  readonly statusFirst?: boolean
  /** When the container ends, the client is not told. */
  readonly says?: 'nothing'
  /** The connection stays open after its status. */
  readonly staysOpen?: boolean
  /** Nothing comes any more after so many bytes of output, and nothing ends: a lost node, a dead load balancer. */
  readonly silentAfterBytes?: number
  /** Told when the API server has lost the node. */
  readonly onNodeLost?: () => void
}
