import { useEffect, useRef } from 'preact/hooks'
import { isCovered } from './state.tsx'

/** Does something again and again while the page is looked at, each time so many milliseconds after it was done; null: not now. */
export function useWatching(look: () => Promise<unknown>, everyMs: number | null): void {
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    if (everyMs === null) return
    let timer = 0
    let isOver = false
    const round = async () => {
      // What cannot be looked at now is looked at the next time.
      if (!document.hidden && !isCovered.value) await latest.current().catch(() => {})
      if (!isOver) timer = window.setTimeout(round, everyMs)
    }
    timer = window.setTimeout(round, everyMs)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [everyMs])
}
