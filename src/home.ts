/** Running from sources (by tsx, in tests), not from a build. */
export const fromSources: boolean = import.meta.url.endsWith('.ts')

/**
 * The folder with `src/` and `workers/` in it, as a URL: the checkout's, or a build's `dist/`. In a build a module's own place tells
 * nothing: bundled with others, it lies in a chunk.
 */
export const home: URL = fromSources
  ? new URL('../', import.meta.url)
  : new URL(import.meta.url.slice(0, import.meta.url.lastIndexOf('/dist/') + '/dist/'.length))

/** A program that runs as a process or thread of its own, by its name in `workers/`. */
export const programOf = (name: 'page-reader' | 'tesseract-js'): URL =>
  new URL(`workers/${name}.${fromSources ? 'ts' : 'js'}`, home)
