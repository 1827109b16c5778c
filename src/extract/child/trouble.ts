import { DocumentFailure, fileFailure } from '../../model/index.ts'

/**
 * Something is wrong with a page's own bytes: it is unreadable, however often it is read. Nothing else makes a page unreadable for good; whatever
 * else goes wrong is trouble of engine, machine or program, and the document is read again later. `message` completes "the page could not be
 * read: …", in our words.
 */
export class PageDefect extends Error {
  override readonly name = 'PageDefect'
}

/** The OCR engine failed over an image, for whatever reason. The parent, who asked it, knows more by the number of the request. */
export class EngineTrouble extends Error {
  override readonly name = 'EngineTrouble'
  readonly request: number

  constructor(request: number) {
    super('the OCR engine failed')
    this.request = request
  }
}

/** Words by which libraries tell that memory ran out: libvips, V8, pdfjs's decoders, the C library. */
const MEMORY = /out of memory|allocation failed|cannot allocate|\bENOMEM\b|Z_MEM_ERROR|bad_alloc/i
/** Codes by which the system refuses what has nothing to do with the bytes: no room, no files, no processes, a disk that fails. */
const MACHINE =
  /\b(ENOSPC|EDQUOT|EFBIG|EMFILE|ENFILE|EAGAIN|EIO|ENOENT|EACCES|EPERM)\b|no space left|too many open files/i

/** What an error, or a complaint, of a library tells of the machine; null when it tells nothing of it. */
export function ofMachine(error: unknown): DocumentFailure | null {
  const text = error instanceof Error ? `${'code' in error ? error.code : ''} ${error.message}` : `${error}`
  if (MEMORY.test(text))
    return new DocumentFailure(
      'memory-limit',
      'there was not enough memory to read the file: use fewer --jobs; if the machine has enough, print the file to a new PDF and hand that in',
      { cause: error },
    )
  const code = MACHINE.exec(text)?.[0]
  if (code === undefined) return null
  return new DocumentFailure(
    'ocr-unavailable',
    `the page reader could not work (${code}): look at the machine's disks and at its limit of open files (ulimit -n)`,
    { cause: error },
  )
}

/**
 * The wall between us and the libraries that take strangers' bytes apart: what they throw says that the bytes are broken (`defect` completes "the
 * page could not be read: …"), unless it tells of the machine.
 * @throws {PageDefect}, or {DocumentFailure} for trouble.
 */
export async function takingApart<T>(defect: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof PageDefect || error instanceof DocumentFailure) throw error
    throw ofMachine(error) ?? new PageDefect(defect, { cause: error })
  }
}

/** For `catch`: null in place of what cannot be taken apart. @throws whatever else went wrong. */
export function nullIfBroken(error: unknown): null {
  if (error instanceof PageDefect) return null
  throw error
}

/** What the file system gives. @throws {DocumentFailure} when the document's own file cannot be read. */
export function orFileFailure<T>(reading: Promise<T>): Promise<T> {
  return reading.catch((error: unknown) => {
    throw fileFailure(error)
  })
}
