import { readFile } from 'node:fs/promises'
import { program } from '../../version.ts'
import type { CopyRequest, FromReader } from '../messages.ts'
import { programReplaced } from '../program-replaced.ts'
import { NotSearchable, searchablePdf, WordsLost } from '../searchable/index.ts'

/** Makes a searchable copy of a document and tells what it has more than the file. */
export async function copySearchable(request: CopyRequest, send: (message: FromReader) => void): Promise<void> {
  if (request.program !== program) throw programReplaced(request.program, program)
  const { path, mediaType, pages } = request
  send({ kind: 'opened', program, pageCount: 0, issues: [] })
  const bytes = await readFile(path)
  try {
    const copy = await searchablePdf({ bytes, mediaType }, pages)
    const keeps = copy.how === 'appended' || copy.how === 'as-it-came'
    send({
      kind: 'copied',
      how: copy.how,
      words: copy.words,
      bytes: keeps ? copy.bytes.subarray(bytes.length) : copy.bytes,
    })
  } catch (error) {
    if (!(error instanceof WordsLost || error instanceof NotSearchable)) throw error
    send({ kind: 'not-copied', why: error.message })
  }
  send({ kind: 'done' })
}
