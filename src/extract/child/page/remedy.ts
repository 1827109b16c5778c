import { EngineTrouble, PageDefect } from '../trouble.ts'

/** A pass that was given up because the engine failed over it. */
export type GivenUp = { readonly name: string; readonly trouble: EngineTrouble }

/** Passes over a page of which a reading is at hand: they may better it, and cannot spoil it. */
export type Remedies = {
  /** What `pass` gives; null when it could not be done, and the reading at hand stands. */
  readonly attempt: <T>(name: string, pass: () => Promise<T>) => Promise<T | null>
  readonly givenUp: () => GivenUp | null
}

/**
 * When the engine fails over a remedy, what is read would depend on the machine's mood: with `lastTry` false the trouble is thrown, for the document
 * is read again later, and then as on a quiet machine. On the last try the reading at hand stands, no further remedy is tried, and
 * whoever asks is told. A remedy that makes an image which nobody can read is of no use, every time alike.
 */
export function remedies(lastTry: boolean): Remedies {
  let givenUp: GivenUp | null = null
  return {
    givenUp: () => givenUp,
    attempt: async (name, pass) => {
      if (givenUp) return null
      try {
        return await pass()
      } catch (error) {
        if (error instanceof PageDefect) return null
        if (!(error instanceof EngineTrouble) || !lastTry) throw error
        givenUp = { name, trouble: error }
        return null
      }
    },
  }
}
