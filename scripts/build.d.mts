import type { BuildOptions, BuildResult } from 'esbuild'

/** Bundles to `outdir`, or (`write: false`) tells what it would write. */
export function bundle(outdir: string, options?: BuildOptions): BuildResult<{ metafile: true }>

/** A build in the folder `outdir`, which must end in `dist`. `id` tells it from every other one. */
export function putBuild(outdir: string, id: string): void
