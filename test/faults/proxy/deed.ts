/**
 * How a connection ends in the middle. `close`: both directions, in order. `reset`: by a TCP reset, and what was on its
 * way is lost. `halfClose`: the server's direction only. `stall`: not at all, but nothing comes any more.
 */
export type CutBy = 'close' | 'reset' | 'halfClose' | 'stall'

/** What the proxy can do to one request, or to the stream that came of it. */
export type Deed =
  | RequestDeed
  | StreamDeed
  /** The connection is dropped once nothing was said on it for so long. */
  | { readonly kind: 'dropIdle'; readonly quietMs: number }
  /** After byte `at` of the answer (of a plain one: counted round its end), or of what the client sends. */
  | { readonly kind: 'cut'; readonly by: CutBy; readonly side: 'answer' | 'sent'; readonly at: number }
  /** A byte of stdin is another one behind the proxy. */
  | { readonly kind: 'change'; readonly at: number }
  /** It is done, and nobody hears of it. */
  | { readonly kind: 'loseAnswer'; readonly by: 'reset' | 'gateway' | 'stall' }

type RequestDeed =
  | { readonly kind: 'refuse'; readonly code: 429 | 500 | 503 }
  /** Passed on so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Never passed on. */
  | { readonly kind: 'cutRequest'; readonly by: CutBy }
  /** An API server up to 1.29: v5 is not offered to the real one. */
  | { readonly kind: 'v4Only' }

export type StreamDeed =
  | { readonly kind: 'swallow'; readonly what: 'status' | 'close' | 'pong' }
  | { readonly kind: 'closeCode'; readonly code: 1006 | 1011 }
  /** The status comes ahead of the last output. */
  | { readonly kind: 'statusFirst' }
  /** Messages split, joined and fragmented, and their bytes in pieces of any size. */
  | { readonly kind: 'reframe'; readonly seed: number }
  /**
   * `Success` after so many bytes of output, and nothing of what follows: as if the node had been lost upstream. Only once
   * the function has been sent its whole stdin, for where the node is asked directly its status is its own word.
   */
  | { readonly kind: 'earlySuccess'; readonly bytes: number }
  /** Done by the server: here it is only seen. */
  | { readonly kind: 'seeFalseOpen' }
