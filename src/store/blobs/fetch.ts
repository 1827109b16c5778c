import { DocumentFailure } from '../../model/index.ts'
import { StoreUnavailable } from '../trouble.ts'
import { type BlobStore, FilesUnavailable, type LocalFile } from './blobs.ts'

/** About the disk (or this process), not about one file on it. */
const ofAllFiles = /^(ENOSPC|EDQUOT|EROFS|EMFILE|ENFILE|ENOMEM|ESTALE|ENOTCONN|EHOSTDOWN|ETIMEDOUT)$/

/**
 * A document's bytes as a local file.
 * @throws {DocumentFailure} when they are not there, damaged or cannot be read, and the storage can be used all the same.
 * {StoreUnavailable} when it is the storage that cannot be used.
 */
export async function fetchDocument(blobs: BlobStore, sha256: string): Promise<LocalFile> {
  try {
    return await blobs.open(sha256)
  } catch (error) {
    if (!(error instanceof FilesUnavailable)) throw unreadable(error)
    if (['bucket', 'refused', 'unreachable'].includes(error.code))
      throw new StoreUnavailable('files', error.code, error.message, { cause: error })
    // Where a share is not mounted, nothing of it is there.
    await blobs.check().catch((cause) => {
      throw new StoreUnavailable(
        'files',
        error.code,
        'the received files cannot be used: check IMR_FILES and its disk',
        {
          cause,
        },
      )
    })
    throw new DocumentFailure('not-readable', `its bytes cannot be fetched: ${error.message}`, { cause: error })
  }
}

function unreadable(error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  if (ofAllFiles.test(code))
    return new StoreUnavailable(
      'files',
      code,
      `received files cannot be read (${code}): check IMR_FILES, its disk, and the room on it`,
      { cause: error },
    )
  return new DocumentFailure(
    'not-readable',
    `its bytes cannot be read from the received files (${code}): check permissions and disk there`,
    { cause: error },
  )
}
