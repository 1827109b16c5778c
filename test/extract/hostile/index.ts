import type { HostileFile } from './hostile-file.ts'
import { bombs } from './pdf-bombs.ts'
import { lyingPdfs } from './pdf-structure.ts'
import { lyingPictures } from './pictures.ts'

export type { Ending, HostileFile } from './hostile-file.ts'

/** Every file of this collection, made anew by `bytes`: nothing of it lies in the repository. */
export const hostileFiles: readonly HostileFile[] = [...lyingPdfs, ...bombs, ...lyingPictures]
