import type { BuildOptions, BuildResult } from 'esbuild'

/** Bundles to `outdir`, or (`write: false`) tells what it would write. */
export function bundle(outdir: string, options?: BuildOptions): BuildResult<{ metafile: true }>

/** Makes `dist/`; `stamp` is kept in it. */
export function build(stamp?: string, options?: { readonly types?: boolean }): void
