import type { FailureCode } from '../../../src/model/index.ts'
import { rawPdf, stream } from '../files.ts'

/** How a file's reading may end: a named cause, or pages that are all read (`ok`), or pages that could not be (`unreadable`). */
export type Ending = FailureCode | 'ok' | 'blank' | 'unreadable'

/** A file made to do harm, or so broken that it does. */
export type HostileFile = {
  readonly name: string
  /** What is the matter with it. */
  readonly what: string
  readonly bytes: () => Buffer | Promise<Buffer>
  /** Where time and memory both run out, either may be first. */
  readonly ends: readonly Ending[]
}

export const CATALOG = '<</Type/Catalog/Pages 2 0 R>>'
export const ONE_PAGE = '<</Type/Pages/Kids[3 0 R]/Count 1>>'
/** What a page shows when its picture fills it. */
export const PICTURE = stream('', Buffer.from('q 612 0 0 792 0 0 cm /I Do Q'))

/** A page of letter paper whose content is object 4; `more` goes into its dictionary. */
export const page = (more = '', box = '0 0 612 792') =>
  `<</Type/Page/Parent 2 0 R/MediaBox[${box}]/Contents 4 0 R${more}>>`

/** A PDF of one page with the content given; further objects count from 5. */
export const onePage = (content: Buffer, resources = '', further: readonly (string | Buffer)[] = []) =>
  rawPdf([CATALOG, ONE_PAGE, page(`/Resources<<${resources}>>`), content, ...further])

/** A PDF of one page that is one picture. */
export const picturePage = (dictionary: string, bytes: Buffer, further: readonly (string | Buffer)[] = []) =>
  onePage(PICTURE, '/XObject<</I 5 0 R>>', [stream(`/Type/XObject/Subtype/Image${dictionary}`, bytes), ...further])

export const HELVETICA = '/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>'

/** Rows of text as a content stream in Helvetica (font /F). */
export const textContent = (rows: readonly string[]) =>
  stream('', Buffer.from(`BT /F 11 Tf 14 TL 72 720 Td ${rows.map((row) => `(${row}) Tj T*`).join(' ')} ET`))

/** A page of text that anyone may read. */
export const harmless = [
  'The worker is a 52 year old carpenter who fell from a low ladder.',
  'He has pain in the lower back and in the left knee since the fall.',
  'The doctor asked for twelve visits of physical therapy in six weeks.',
  'The request was refused because no change in function was shown.',
] as const
