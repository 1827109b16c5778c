import type { Logger } from '../queue/index.ts'
import { placeLetters } from '../review/index.ts'
import type { Store } from '../store/index.ts'

/**
 * Gives letters that an older version left without a place in the list of work their places, now: nobody who asks for work waits for it. Gives what
 * ends it.
 */
export function keepPlaced(store: Store, log: Logger): () => Promise<void> {
  let isOver = false
  const going = (async () => {
    try {
      let placed = 0
      for (let some = 1; some > 0 && !isOver; placed += some) some = await placeLetters(store)
      if (placed > 0) log.info({ letters: placed }, 'letters have their places in the list of work')
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.name : 'error' }, 'letters could not be given their places')
    }
  })()
  return () => {
    isOver = true
    return going
  }
}
