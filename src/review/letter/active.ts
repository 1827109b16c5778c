import type { Edit, StoredEdit } from '../../model/index.ts'

export type Content = Exclude<Edit, { action: 'undo' }>
/** An edit that counts: nobody took it back. */
export type Active = Omit<StoredEdit, 'edit'> & { readonly edit: Content }

const byOrder = (a: StoredEdit, b: StoredEdit) => a.revision - b.revision || a.part - b.part

/** The revisions that were taken back, an undo that was taken back not counted. */
function undone(edits: readonly StoredEdit[]): ReadonlySet<number> {
  const gone = new Set<number>()
  for (const { revision, edit } of [...edits].sort(byOrder).reverse())
    if (edit.action === 'undo' && !gone.has(revision)) gone.add(edit.revision)
  return gone
}

/** The edits that count, oldest first. */
export function activeEdits(edits: readonly StoredEdit[]): readonly Active[] {
  const gone = undone(edits)
  return [...edits].sort(byOrder).filter((e): e is Active => e.edit.action !== 'undo' && !gone.has(e.revision))
}

/** The revisions that an undo, and an undo of an undo, by this person would take back; null: nothing. */
export function undoable(
  edits: readonly StoredEdit[],
  by: string,
): { readonly undo: number | null; readonly redo: number | null } {
  const gone = undone(edits)
  const own = [...edits].sort(byOrder).filter((e) => e.by === by && !gone.has(e.revision))
  const isContent = (e: StoredEdit) => e.edit.action !== 'undo'
  const undo = own.filter(isContent).at(-1)?.revision ?? null
  const contents = new Set(edits.filter(isContent).map((e) => e.revision))
  const back = own.filter((e) => e.edit.action === 'undo' && contents.has(e.edit.revision)).at(-1)
  // Who went on working after an undo has nothing to go forward to.
  const since = Math.max(0, ...edits.filter((e) => e.by === by && isContent(e)).map((e) => e.revision))
  return { undo, redo: back && back.revision > since ? back.revision : null }
}
