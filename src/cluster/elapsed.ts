/** ms since this process began; performance.now() says the same, but Node loads what is behind it (2 ms) at its first use. */
export function elapsedMs(): number {
  return process.uptime() * 1000
}
