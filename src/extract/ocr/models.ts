import { createHash, randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { OcrFailure } from './engine.ts'
import { DIGEST_DIGITS, modelDigest } from './model-digest.ts'

const PACKAGE = '@tesseract.js-data/eng'
/**
 * The model of the two in the package that holds nothing but the recogniser in use: the other one reads alike, is four times as large and
 * takes longer to load. The `tesseract` command's own is another (`tessdata_fast`).
 */
const FOLDER = '4.0.0_best_int'
const FILE = 'eng.traineddata'
/** SHA-256 of that model, unpacked. A copy of it that has another one is damaged. */
export const MODEL_SHA256 = '5dc5d8d640a212c9d6184921ba103b186f50e0fed9ee716c53e6b312b400d747'

/** Where the model lies in the npm package, packed. */
const packedModel = join(home(PACKAGE), FOLDER, `${FILE}.gz`)
const NAME = `eng ${FOLDER}`

/** A model for tesseract.js: its bytes, packed or not, and its name with their digest. */
export type EmbeddedModel = { readonly data: Uint8Array; readonly name: string }

/**
 * The model that tesseract.js reads by: `eng.traineddata` in the folder that `TESSDATA_PREFIX` names, as for the `tesseract` command,
 * else the one of the npm package. The command's own (`tessdata_fast`) reads a third faster than that. It is read once, so that
 * whatever becomes of the file all pages are read by the same model.
 * @throws {OcrFailure} when there is none to be read.
 */
export function embeddedModel(env: NodeJS.ProcessEnv = process.env): EmbeddedModel {
  const folder = env.TESSDATA_PREFIX
  if (!folder) return named(NAME, packed())
  const data = bytesOf(join(folder, FILE))
  if (!data)
    throw new OcrFailure(`TESSDATA_PREFIX names ${folder}, where no ${FILE} lies: put it there, or unset the variable`)
  return named('eng', data)
}

const named = (name: string, data: Buffer): EmbeddedModel => ({
  data,
  name: `${name} ${digest(data).slice(0, DIGEST_DIGITS)}`,
})

/** The second model of the tesseract command by name and digest: that of its packed file. */
export const secondModelName = async (): Promise<string> => `${NAME} ${await modelDigest(packedModel)}`

/** A copy of the model that was found whole, and what its file looked like then. */
let whole: { readonly folder: string; readonly stamp: string } | null = null

/**
 * A folder with the model as the tesseract command wants it, as its second one: unpacked. It is made once for each user of the machine
 * and used by every process. Whenever its file is not the one that was last looked at, it is proved by its digest; a copy that is
 * damaged or gone is made anew.
 * @throws {OcrFailure} when it can be kept nowhere.
 */
export function unpackedModelFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (whole && stampOf(join(whole.folder, FILE)) === whole.stamp) return whole.folder
  let refused: unknown
  for (const place of places(env)) {
    const folder = join(place, `ocr-model-${MODEL_SHA256.slice(0, 12)}`)
    try {
      whole = { folder, stamp: unpackInto(folder) }
      return folder
    } catch (error) {
      refused ??= error
    }
  }
  if (refused instanceof OcrFailure) throw refused
  const [first = ''] = places(env)
  const why = refused instanceof Error && 'code' in refused ? `${refused.code}` : 'unknown error'
  throw new OcrFailure(
    `the second OCR model can be kept nowhere (${first}: ${why}): make room there, or name a folder that can be written in XDG_CACHE_HOME`,
    { cause: refused },
  )
}

/** Where it may lie, the best place first. The folder for temporary files is the last resort: it is cleaned under a running worker. */
function places({ XDG_CACHE_HOME: cache, IMR_DATA: data }: NodeJS.ProcessEnv): readonly string[] {
  return [
    ...(cache ? [join(cache, 'imr')] : []),
    ...(data ? [join(data, 'models')] : []),
    ...homeCache(),
    join(tmpdir(), `imr-${ownNumber()}`),
  ]
}

/** The number of our user, who in a container may have no name; -1 where users have no numbers. */
const ownNumber = (): number => process.getuid?.() ?? -1

function homeCache(): readonly string[] {
  try {
    return [join(homedir(), '.cache', 'imr')]
  } catch {
    // Neither HOME nor an entry among the machine's users.
    return []
  }
}

/** Sees to it that the model lies in `folder`. Gives what its file looks like. */
function unpackInto(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const uid = ownNumber()
  const found = lstatSync(folder)
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid))
    throw new OcrFailure(`${folder} belongs to someone else: remove it, or set XDG_CACHE_HOME to a folder of your own`)
  const path = join(folder, FILE)
  const before = stampOf(path)
  const there = bytesOf(path)
  if (before !== null && there && digest(there) === MODEL_SHA256) return before
  const fresh = `${path}.${randomUUID()}`
  try {
    writeFileSync(fresh, unpacked(), { mode: 0o600 })
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
  const after = stampOf(path)
  if (after === null) throw new OcrFailure(`${path} is gone as soon as it is written: what removes it?`)
  return after
}

function packed(): Buffer {
  const data = bytesOf(packedModel)
  if (!data) throw new OcrFailure(`the npm package ${PACKAGE} holds no model: install imr anew`)
  return data
}

function unpacked(): Buffer {
  let data: Buffer | null = null
  try {
    data = gunzipSync(packed())
  } catch (error) {
    if (error instanceof OcrFailure) throw error
  }
  if (!data || digest(data) !== MODEL_SHA256)
    throw new OcrFailure(`the model in the npm package ${PACKAGE} is damaged: install imr anew`)
  return data
}

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

function bytesOf(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}

/** Tells one state of a file from another without reading it; null when there is none. */
function stampOf(path: string): string | null {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path)
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`
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
