import { createHash } from 'node:crypto'

/** Stands for the bytes of a file that could not be read: the sha256 of its path. */
export function unreadableId(path: string): string {
  return createHash('sha256').update(`unreadable\0${path}`).digest('hex')
}
