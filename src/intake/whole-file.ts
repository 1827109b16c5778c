import { open } from 'node:fs/promises'

const TAIL = 1024

/**
 * Whether a file's last kilobyte has what its kind ends with: `%%EOF` of a PDF, the end record of a zip archive (APPNOTE 4.3.16).
 * Of other files nothing can be said: they count as whole.
 */
export async function hasItsEnd(path: string, size: number): Promise<boolean> {
  try {
    const file = await open(path, 'r')
    try {
      const head = Buffer.alloc(TAIL)
      await file.read(head, 0, TAIL, 0)
      const end = head.includes('%PDF-') ? '%%EOF' : head.indexOf('PK\u0003\u0004') === 0 ? 'PK\u0005\u0006' : null
      if (end === null) return true
      const tail = Buffer.alloc(TAIL)
      await file.read(tail, 0, TAIL, Math.max(0, size - TAIL))
      return tail.includes(end)
    } finally {
      await file.close()
    }
  } catch {
    // It is being replaced, or may not be read: taking it in will tell.
    return true
  }
}
