import { type OcrEngine, OcrFailure, type OcrImage } from './ocr/engine.ts'

/** What the test page says. */
const WORDS = 'READY 4711'
/** The words above in 36 pixels, black on white, 1 bit, as PNG. */
const PAGE: OcrImage = {
  data: Buffer.from(
    `iVBORw0KGgoAAAANSUhEUgAAAaQAAABaAQMAAADNbbCrAAAABlBMVEX///8AAABVwtN+AAAACXBIWXMAAAsSAAALEgHS3X78AAABW0lEQVRYw+3UsW6DMBQF0GtZipcK
OnZA8AsdqYSUz+nKmCl1p/6Wpf6It6xsYYji3kcg7QQv6uq7wOAjrOeLgZycnJycnBxdPq5o0gUdmitqOA/EfQolMKyqFGaVQgEHGFENzIaKTRpxpBocCsCK2sOuqh5D
xccRFcZZwfozyn5dHUS9U3XW83VHZU6oN1Qr6kRV2dABRYQzX3jRqtqEFniK2BmHZ4Uy39xcgcilVcQ0S60qJ9VGfvYB5dBH4FWnZIb2M8jStwCRrUL1PN8/KqqUGdgN
56OohjUMkWBL3RrlsCijVFKIWbHq1kfEbXXlyHhCvSipITSqd6LKNMzKKZWf1CjduCkTttVU9OZXpYtGGZ4UN8mG1I8oTo8XQMU/RRR0O5SZsw1Uh0V5hRoWNc7KatSB
d1SPgm28K5PGJvn1P2VR4a5suvCiWlUd1YCSt6he5eTk5OTk/C8/kNatfIQAOwsAAAAASUVORK5CYII=`,
    'base64',
  ),
  width: 420,
  height: 90,
  dpi: 200,
}

/**
 * Proves that pages can be read here and now: there is room for a page's image, and a tiny page is read right, by each of the engine's models.
 * Takes a few tenths of a second.
 * @throws {OcrFailure} which says what to do, and what the engine complained of: of a page of ours it may be said.
 */
export async function selfTest(engine: OcrEngine): Promise<void> {
  try {
    engine.checkRoom()
    for (const model of engine.hasSecondModel ? [undefined, 'second' as const] : [undefined]) {
      const { words } = await engine.recognize(PAGE, { psm: 6, ...(model ? { model } : {}) })
      const read = words.map((w) => w.text).join(' ')
      if (read !== WORDS)
        throw new OcrFailure(
          `the OCR engine read a test page that says “${WORDS}” as “${read}”: its language data are damaged, or are not English; install them anew`,
        )
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null
    // A code of the system is in the message already.
    const said = cause && !('code' in cause) ? ` (${cause.message})` : ''
    throw new OcrFailure(`recognition does not work here: ${error instanceof Error ? error.message : error}${said}`, {
      cause: error,
    })
  }
}

/** How long the outcome of a test holds, in milliseconds: whoever asks every second does not keep the engine busy. */
const HOLDS_MS = 30_000

/** A self-test that may be asked for as often as one likes. `doubt` makes the next one a new one. */
export type Fitness = {
  /** @throws {OcrFailure} as {@link selfTest}. */
  readonly check: () => Promise<void>
  readonly doubt: () => void
}

export function fitnessOf(engine: OcrEngine): Fitness {
  let last: { readonly at: number; readonly test: Promise<void> } | null = null
  return {
    check: () => {
      if (!last || performance.now() - last.at > HOLDS_MS) {
        last = { at: performance.now(), test: selfTest(engine) }
        last.test.catch(() => undefined)
      }
      return last.test
    },
    doubt: () => {
      last = null
    },
  }
}
