import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { OcrFailure } from './engine.ts'
import { modelDigest } from './model-digest.ts'

const PACKAGE = '@tesseract.js-data/eng'
/**
 * The model of the two in the package that holds nothing but the recogniser in use: the other one reads alike, is four times as large and
 * takes longer to load. The `tesseract` command's own is another (`tessdata_fast`).
 */
const FOLDER = '4.0.0_best_int'

/** Where the model lies in the npm package, packed. */
const modelFolder = join(home(PACKAGE), FOLDER)

/** A model for tesseract.js: its folder, whether it lies there packed, and what to call it. */
export type EmbeddedModel = { readonly folder: string; readonly packed: boolean; readonly name: string }

const ours: EmbeddedModel = { folder: modelFolder, packed: true, name: `eng ${FOLDER}` }

/**
 * The model that tesseract.js reads by: `eng.traineddata` in the folder that `TESSDATA_PREFIX` names, as for the `tesseract` command,
 * else the one of the npm package. The command's own (`tessdata_fast`) reads a third faster than that.
 * @throws {OcrFailure} when `TESSDATA_PREFIX` names a folder without `eng.traineddata`.
 */
export function embeddedModel(env: NodeJS.ProcessEnv = process.env): EmbeddedModel {
  const folder = env.TESSDATA_PREFIX
  if (!folder) return ours
  if (!existsSync(join(folder, 'eng.traineddata')))
    throw new OcrFailure(
      `TESSDATA_PREFIX names ${folder}, where no eng.traineddata lies: put it there, or unset the variable`,
    )
  return { folder, packed: false, name: 'eng' }
}

/** A model by name and digest. The one of the npm package goes by the digest of its packed file. */
export async function modelName({ folder, packed, name }: EmbeddedModel = ours): Promise<string> {
  return `${name} ${await modelDigest(join(folder, packed ? 'eng.traineddata.gz' : 'eng.traineddata'))}`
}

let unpacked: string | null = null

/**
 * A folder with the model as the tesseract command wants it, as its second one: unpacked. It is made once for each user of the machine, in the
 * folder for temporary files, and used by every process.
 * @throws {OcrFailure} when someone else's folder lies there.
 */
export function unpackedModelFolder(): string {
  if (unpacked) return unpacked
  const { uid } = userInfo()
  const folder = join(tmpdir(), `imr-tessdata-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid))
    throw new OcrFailure(`${folder} belongs to someone else: remove it, or set TMPDIR to a folder of your own`)
  const path = join(folder, 'eng.traineddata')
  const packed = readFileSync(join(modelFolder, 'eng.traineddata.gz'))
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
