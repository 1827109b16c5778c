import { tmpdir } from 'node:os'

/**
 * What a process that opens strangers' files may know of its parent's environment: where programs, libraries and language data lie, in which
 * language to complain. Whatever else there is (the database's address, keys, tokens) is no business of a parser that a file may have taken over.
 */
const allowed = /^(?:PATH|HOME|TMPDIR|LANG|LANGUAGE|LC_[A-Z]+|TZ|TESSDATA_PREFIX|LD_LIBRARY_PATH)$/

/** The environment of page readers and OCR engines, and of nobody else. */
export function childEnvironment(from: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const passed = Object.entries(from).flatMap(([name, value]) =>
    allowed.test(name) && value !== undefined ? [[name, value] as const] : [],
  )
  return {
    // Libraries ask for the home directory, and fail for a user who has none (as in a container).
    HOME: tmpdir(),
    ...Object.fromEntries(passed.filter(([, value]) => value !== '')),
    // One thread each: tesseract's own threading costs four times what it gains.
    OMP_THREAD_LIMIT: '1',
    // The canvas library would look through all fonts of the machine, a tenth of a second long, before anything is drawn. Pages are drawn
    // with their own fonts and those of pdfjs, so that they look the same on every machine.
    DISABLE_SYSTEM_FONTS_LOAD: '1',
    // The canvas library's allocator would take 1 GB at once that it never touches, and a limit on memory counts it (confine.ts).
    MIMALLOC_ARENA_EAGER_COMMIT: '0',
    // The language may be one that this machine has not: no reason for Perl (confine.ts) to say so.
    PERL_BADLANG: '0',
  }
}
