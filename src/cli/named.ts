import { relative } from 'node:path'
import { listInputs } from '../intake/index.ts'
import { sha256Of } from '../store/index.ts'
import { printable } from './terminal.ts'
import { UsageError } from './usage.ts'

/** A document that somebody named: `path` when by a file with the same bytes, and `name` as it is told of. */
export type Named = { readonly id: string; readonly path: string | null; readonly name: string }

/** sha256sum writes small letters, other tools capitals. */
const ID = /^[0-9a-f]{64}$/i

/**
 * The documents that arguments name: by their sha256, by a file with the same bytes, or by a folder of such files.
 * @throws {UsageError} for a path at which there is nothing to be read: whoever mistypes one hears of it before anything is done.
 */
export async function documentsOf(given: readonly string[]): Promise<readonly Named[]> {
  const named: Named[] = []
  for (const text of given)
    if (ID.test(text)) named.push({ id: text.toLowerCase(), path: null, name: text.toLowerCase() })
    else named.push(...(await filesOf(text)))
  return named
}

async function filesOf(given: string): Promise<readonly Named[]> {
  const { inputs } = await listInputs([given])
  if (inputs.length === 0)
    throw new UsageError(`${printable(given)}: there is no PDF, TIFF, PNG or JPEG file in this folder`)
  const named: Named[] = []
  for (const { path, failure } of inputs) {
    const name = printable(relative(process.cwd(), path))
    if (failure)
      throw new UsageError(`${name}: ${failure.message} (and it is no sha256, which has 64 digits and letters a to f)`)
    named.push({ id: await sha256Of(path), path, name })
  }
  return named
}
