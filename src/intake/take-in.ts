import { fileFailure } from '../model/index.ts'
import { takeArchive } from './archive/index.ts'
import { isArchive } from './archive/kind.ts'
import { isAbout } from './inputs.ts'
import { type Arrival, noteFailed, type Taken, takeOne, type WayIn } from './take-one.ts'

/**
 * Takes a file in: its bytes are safe and its document is in the ledger before this resolves. A zip archive is taken apart. A
 * file that cannot be taken in is noted with its cause, never dropped.
 * @throws the store's errors: a full disk, a database that stays away. Nothing is promised about this file then.
 */
export async function* takeIn(file: Arrival, way: WayIn): AsyncGenerator<Taken> {
  try {
    if (file.bytes === undefined && (await isArchive(file.at ?? file.path))) {
      yield* takeArchive(file, way)
      return
    }
  } catch (error) {
    // Only the file's own trouble is its own: a full disk or a database that is away is the store's.
    if (!isAbout(error, file.at ?? file.path)) throw error
    yield await noteFailed(file, fileFailure(error), way)
    return
  }
  yield await takeOne(file, way)
}
