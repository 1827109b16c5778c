import { lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { OcrFailure, type OcrModel } from './engine.ts'

const PACKAGE = '@tesseract.js-data/eng'
const folders = { fast: '4.0.0', best: '4.0.0_best_int' } as const satisfies Record<OcrModel, string>

/** Where a model lies in the npm package, packed. */
export function modelFolder(model: OcrModel): string {
  return join(home(PACKAGE), folders[model])
}

export const FAST_MODEL = `eng ${folders.fast} ${versionOf(PACKAGE)}`
export const BEST_MODEL = `eng ${folders.best} ${versionOf(PACKAGE)}`

let unpacked: string | null = null

/**
 * A folder with the `best` model as the tesseract command wants it: unpacked. It is made once for each user of the machine, in the
 * folder for temporary files, and used by every process.
 * @throws {OcrFailure} when someone else's folder lies there.
 */
export async function bestModelFolder(): Promise<string> {
  if (unpacked) return unpacked
  const { uid } = userInfo()
  const folder = join(tmpdir(), `imr-tessdata-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid))
    throw new OcrFailure(`${folder} belongs to someone else: remove it, or set TMPDIR to a folder of your own`)
  const path = join(folder, 'eng.traineddata')
  const packed = readFileSync(join(modelFolder('best'), 'eng.traineddata.gz'))
  // The last four bytes of a gzip file tell its length unpacked.
  if (sizeOf(path) !== packed.readUInt32LE(packed.length - 4)) {
    const fresh = `${path}.${process.pid}`
    writeFileSync(fresh, gunzipSync(packed))
    renameSync(fresh, path)
  }
  unpacked = folder
  return folder
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size
  } catch {
    return null
  }
}

/** The version of a package that is installed. */
export function versionOf(name: string): string {
  const parsed: unknown = JSON.parse(readFileSync(join(home(name), 'package.json'), 'utf8'))
  return parsed !== null && typeof parsed === 'object' && 'version' in parsed ? `${parsed.version}` : 'unknown'
}

function home(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
}
