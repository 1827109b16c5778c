import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import type { Entry, ZipFile } from 'yauzl'
import { standardLimits } from '../../extract/index.ts'
import { DocumentFailure } from '../../model/index.ts'
import { peek } from '../peek.ts'
import { type ArchiveLimits, type Arrival, noteFailed, type Taken, takeOne, tooLarge, type WayIn } from '../take-one.ts'
import { DamagedArchive, entriesOf, nameOf, opened, streamOf } from './entries.ts'
import { isZip, ZIP_START } from './kind.ts'

export const archiveLimits: ArchiveLimits = { entries: 10_000, bytes: 2e9, suspectBytes: 50e6, ratio: 200 }

/**
 * Takes the files of a zip archive in, one after the other, straight from the archive into the store: no name in it ever
 * becomes a path. A file that cannot be taken is noted as failed, the others are taken. Folders and hidden files are passed over.
 */
export async function* takeArchive({ path, fileName, at, upload }: Arrival, whole: WayIn): AsyncGenerator<Taken> {
  // Who is told of an archive as a whole may not look at each of its files: the ledger does.
  const way: WayIn = { ...whole, refused: 'noted' }
  const zip = await opened(at ?? path).catch(() => null)
  if (zip === null) {
    const failure = new DocumentFailure('damaged', 'the zip archive is damaged: make or request it again')
    yield await noteFailed({ path, fileName }, failure, whole)
    return
  }
  const limits = way.archives ?? archiveLimits
  let taken = 0
  let bytes = 0
  try {
    for await (const entry of entriesOf(zip)) {
      const name = nameOf(entry)
      if (isPassedOver(name)) continue
      // With its folders: the last part alone may be there many times.
      const file = { path: `${path}!/${name}`, fileName: name, ...(upload ? { upload } : {}) }
      taken++
      bytes += entry.uncompressedSize
      const refusal = refusalOf(entry, way, limits) ?? (taken > limits.entries ? tooMany(limits) : null)
      if (refusal) yield await noteFailed(file, refusal, way)
      else if (bytes > limits.bytes) {
        yield await noteFailed(file, tooMuch(limits), way)
        return
      } else yield await takeEntry(zip, entry, file, way)
      if (taken > limits.entries) return
    }
  } catch (error) {
    if (!(error instanceof DamagedArchive)) throw error
    const failure = new DocumentFailure(
      'damaged',
      'the zip archive is damaged: files that came before the damage were taken; make or request it again',
    )
    yield await noteFailed({ path, fileName }, failure, way)
  } finally {
    zip.close()
  }
}

async function takeEntry(zip: ZipFile, entry: Entry, file: Arrival, way: WayIn): Promise<Taken> {
  let damaged = false
  let source: Readable
  try {
    source = await streamOf(zip, entry)
  } catch {
    return noteFailed(file, damagedEntry(), way)
  }
  // An archive within the archive shows in its first bytes; errors of unpacking are the file's own.
  const checked = Readable.from(
    (async function* () {
      let bytes = 0
      let sum = 0
      try {
        const { head, whole } = await peek(source, ZIP_START.length)
        if (isZip(head)) {
          whole.destroy()
          throw nested()
        }
        for await (const part of whole as AsyncIterable<Buffer>) {
          bytes += part.length
          if (bytes > entry.uncompressedSize) break
          if (crc32) sum = crc32(part, sum)
          yield part
        }
        if (bytes !== entry.uncompressedSize || (crc32 && sum !== entry.crc32))
          throw new Error('not what the archive says')
      } catch (error) {
        if (!(error instanceof DocumentFailure)) damaged = true
        throw error
      }
    })(),
    { objectMode: false },
  )
  try {
    return await takeOne({ ...file, bytes: checked }, way)
  } catch (error) {
    if (damaged) return noteFailed(file, damagedEntry(), way)
    throw error
  }
}

/** Node has it since 20.15; before, the sizes alone tell damage. */
const crc32: typeof zlib.crc32 | undefined = zlib.crc32

function refusalOf(
  entry: Entry,
  { maxBytes = standardLimits.fileBytes }: WayIn,
  limits: ArchiveLimits,
): DocumentFailure | null {
  if (entry.isEncrypted())
    return new DocumentFailure(
      'encrypted',
      'the file is encrypted in its zip archive: pack it again without a password',
    )
  if (entry.uncompressedSize > maxBytes) return tooLarge(maxBytes)
  const { uncompressedSize: size, compressedSize: packed } = entry
  if (size > limits.suspectBytes && size > limits.ratio * Math.max(1, packed))
    return new DocumentFailure(
      'too-large',
      'it unpacks to hundreds of times its packed size, as a zip bomb does: hand it in unpacked',
    )
  return null
}

const nested = () =>
  new DocumentFailure(
    'unsupported-type',
    'it is an archive (or an office document) in an archive: hand it in by itself',
  )
const damagedEntry = () =>
  new DocumentFailure('damaged', 'it cannot be unpacked from its zip archive: make or request the archive again')
const tooMany = (limits: ArchiveLimits) =>
  new DocumentFailure('too-large', `the zip archive holds more than ${limits.entries} files: split it`)
const tooMuch = (limits: ArchiveLimits) =>
  new DocumentFailure('too-large', `the zip archive unpacks to more than ${limits.bytes / 1e9} GB: split it`)

/** Folders, hidden files, and what the Mac's finder leaves in archives. */
function isPassedOver(name: string): boolean {
  return name.endsWith('/') || name.split('/').some((part) => part === '__MACOSX' || /^\.[^.]/.test(part))
}
