import { program } from '../../version.ts'
import type { DrawnImage, DrawRequest, FromReader, Recognize } from '../messages.ts'
import { programReplaced } from '../program-replaced.ts'
import type { OpenDocument } from './open-document.ts'
import { imageOf, onPage } from './page/drawing.ts'
import { turn } from './page/raster.ts'
import { PageDefect } from './trouble.ts'

/** Nothing is read while pages are drawn. */
const nothingRead: Recognize = Object.assign(async () => [], {
  expected: () => {},
  hasSecondModel: false,
  lastTry: true,
})

/** Draws pages of a document, one after the other; of one that cannot be made out there are no images. */
export async function drawAll(
  request: DrawRequest,
  open: (request: DrawRequest, recognize: Recognize) => Promise<OpenDocument>,
  send: (message: FromReader) => void,
): Promise<void> {
  if (request.program !== program) throw programReplaced(request.program, program)
  const document = await open(request, nothingRead)
  send({ kind: 'opened', program, pageCount: document.pageCount, issues: [] })
  for (const { number, turned } of request.pages)
    send({ kind: 'drawn', number, images: await drawn(document, number, turned, request) })
  await document.close()
  send({ kind: 'done' })
}

async function drawn(
  document: OpenDocument,
  number: number,
  turned: DrawRequest['pages'][number]['turned'],
  { sizes }: DrawRequest,
): Promise<readonly DrawnImage[]> {
  if (number > document.pageCount) return []
  try {
    const picture = await document.picture(number)
    if (picture === null) return []
    const upright = await turn(onPage(picture), turned)
    const images: DrawnImage[] = []
    for (const size of sizes) images.push(await imageOf(upright, size))
    return images
  } catch (error) {
    if (error instanceof PageDefect) return []
    throw error
  }
}
