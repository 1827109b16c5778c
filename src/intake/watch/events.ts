/** What a watch tells. Paths are under the watched folder: for the person at the terminal, not for a log. */
export type WatchEvent =
  | { readonly kind: 'taken'; readonly path: string; readonly documents: readonly string[] }
  | { readonly kind: 'done'; readonly path: string }
  | { readonly kind: 'failed'; readonly path: string; readonly reason: string }
  /** Left where it is, said once: a link, a device, a name that is given to files until they are whole. */
  | { readonly kind: 'left'; readonly path: string; readonly reason: string }
  /** It stands still, but has not got its end; said once. */
  | { readonly kind: 'waiting'; readonly path: string; readonly reason: string }
  /** It was written to after it was taken: what it is now is taken once more. */
  | { readonly kind: 'again'; readonly path: string }
  /** It cannot be moved now, and will be tried again; said once for each reason. */
  | { readonly kind: 'stuck'; readonly path: string; readonly reason: string; readonly code: string }
  | { readonly kind: 'trouble'; readonly error: unknown }

export type Tell = (event: WatchEvent) => void

/** The code of an error of the file system, or the name of any other error. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  return 'code' in error ? String(error.code) : error.name
}
