import { readdir } from 'node:fs/promises'
import { type Input, listInputs } from './inputs.ts'
import { forSeveral } from './several.ts'
import { takeIn } from './take-in.ts'
import { noteFailed, type Taken, type WayIn } from './take-one.ts'

/** Takes in what was listed; what could not be looked at is noted as failed. @throws the store's errors. */
export async function* takeListed(input: Input, way: WayIn): AsyncGenerator<Taken> {
  if (input.failure) yield await noteFailed(input, input.failure, way)
  else yield* takeIn(input, way)
}

/** A folder is away: a share that is not mounted, a disk that was taken out. The message names no path. */
export class FolderAway extends Error {
  override readonly name = 'FolderAway'
  readonly code: string

  constructor(cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error'
    super(`a folder of a schedule cannot be reached (${code}): mount it, or take it out of the schedule`, { cause })
    this.code = code
  }
}

/**
 * Takes in all files below a folder, several at once, until the signal fires.
 * @throws {FolderAway} when it cannot be reached, before or after: it may hold what was not seen. The store's errors.
 */
export async function takeFolder(folder: string, way: WayIn, signal: AbortSignal): Promise<void> {
  const reach = () =>
    readdir(folder).catch((error) => {
      throw new FolderAway(error)
    })
  await reach()
  const { inputs } = await listInputs([folder], { archives: true })
  await forSeveral(inputs, signal, async (input) => {
    for await (const _ of takeListed(input, way));
  })
  if (!signal.aborted) await reach()
}
