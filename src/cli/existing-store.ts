import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './usage.ts'

/** Refuses a folder that holds no store: to look at one must not make one. @throws {UsageError} */
export async function existingStore(data: string): Promise<void> {
  await stat(join(data, 'imr.sqlite')).catch(() => {
    throw new UsageError(
      `there is no store in ${data} yet: imr run PATH... makes one, --data or $IMR_DATA names another`,
    )
  })
}
