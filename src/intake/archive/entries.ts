import type { Readable } from 'node:stream'
import yauzl, { type Entry, type ZipFile } from 'yauzl'

/** The list of contents cannot be followed any further. */
export class DamagedArchive extends Error {
  override readonly name = 'DamagedArchive'
}

/** @throws yauzl's errors: it is no archive, or a damaged one. */
export function opened(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Names are read below: a strange one is no reason to refuse the others.
    const options = { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: false }
    yauzl.open(path, options, (error, zip) => (error ? reject(error) : resolve(zip)))
  })
}

/** What the archive lists, in its order. @throws {DamagedArchive} */
export async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | null>((resolve, reject) => {
      const done = (finish: () => void) => {
        zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error')
        finish()
      }
      zip.once('entry', (found: Entry) => done(() => resolve(found)))
      zip.once('end', () => done(() => resolve(null)))
      zip.once('error', (cause) => done(() => reject(new DamagedArchive('damaged', { cause }))))
      zip.readEntry()
    })
    if (entry === null) return
    yield entry
  }
}

export function streamOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
  })
}

/** The name as written in the archive, with `/` between folders. */
export function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry
  return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false).replaceAll('\\', '/')
}
