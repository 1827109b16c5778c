import { program } from '../../version.ts'
import type { DrawnImage, DrawRequest, MediaType } from '../messages.ts'
import type { Limits } from './limits.ts'
import { onReader } from './session.ts'

export type DrawPages = Pick<DrawRequest, 'pages' | 'sizes'> & {
  readonly path: string
  readonly mediaType: MediaType
  readonly limits: Limits
  readonly signal?: AbortSignal | undefined
  readonly onDrawn: (number: number, images: readonly DrawnImage[]) => void
}

/** Draws pages in a child process, within the limits under which documents are read. @throws {DocumentFailure} as reading does. */
export function drawPages(job: DrawPages): Promise<void> {
  const { path, mediaType, limits, pages, sizes, signal, onDrawn } = job
  const { maxPixels } = limits
  return onReader({
    limits,
    signal,
    engine: null,
    request: { kind: 'draw', program, path, mediaType, maxPixels, pages, sizes },
    onOpened: () => {},
    onPage: () => {},
    onDrawn,
  })
}
