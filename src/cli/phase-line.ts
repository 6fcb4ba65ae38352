import { plain } from '../result/explain.ts'
import type { Phase } from '../session/trace.ts'

interface PhaseLine {
  readonly show: (phase: Phase, detail?: string) => void
  readonly clear: () => void
}

const ERASE_LINE = '\r\u001b[K'

/** What the run waits for, on one line of a terminal that is rewritten, and gone once the function runs. */
export function phaseLine(terminal: NodeJS.WriteStream): PhaseLine {
  if (!terminal.isTTY) return { show: () => undefined, clear: () => undefined }
  let shown = false
  const clear = (): void => {
    if (shown) terminal.write(ERASE_LINE)
    shown = false
  }
  return {
    clear,
    show: (phase, detail) => {
      clear()
      if (phase === 'running' || phase === 'cleaning up') return
      const text = detail === undefined ? `${phase} …` : `${phase}: ${plain(detail)}`
      terminal.write(text.slice(0, Math.max(20, terminal.columns - 1)))
      shown = true
    },
  }
}
