import { type Due, ofKind } from './strikes.ts'

/** To be restarted whenever something was said. */
export function quietTimer(dues: readonly Due[], drop: () => void): () => void {
  const [idle] = ofKind(dues, 'dropIdle')
  if (!idle) return () => undefined
  let timer: NodeJS.Timeout | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (idle.take()) drop()
    }, idle.deed.quietMs)
    timer.unref()
  }
}
