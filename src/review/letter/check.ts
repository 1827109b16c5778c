import { z } from 'zod'
import type { Anchor, CaseRecord, Edit, StoredEdit } from '../../model/index.ts'
import type { Content } from './active.ts'
import { anchorOf } from './anchors.ts'
import { decisionsOn, stoodNow } from './decisions.ts'
import { isList, kindAt, parsePath } from './places.ts'
import { digestOf, type Stood } from './seen.ts'

/** An edit that cannot be: `place` says which, `message` what to do. */
export class EditRefused extends Error {
  override readonly name = 'EditRefused'
  constructor(
    readonly place: string,
    message: string,
  ) {
    super(message)
  }
}

/** Another value is read at a place than the person saw: the document was read again meanwhile. */
export class ReadOtherwise extends Error {
  override readonly name = 'ReadOtherwise'
  constructor(readonly place: string) {
    super(`${place} was read again and is another value now: look at it again`)
  }
}

/** An edit ready to be kept. */
export type Ready = { readonly edit: Edit; readonly anchor: Anchor | null; readonly before: unknown }

/**
 * Edits, each with what it holds on to, when all of them can be made on what is read and was decided so far. @throws {EditRefused} {ReadOtherwise}
 */
export function readyEdits(
  record: CaseRecord,
  kept: readonly StoredEdit[],
  edits: readonly Content[],
): readonly Ready[] {
  const { rows } = decisionsOn(record, kept)
  return edits.map((edit) => {
    if (edit.action === 'add') return { edit, anchor: null, before: null }
    const stood = stoodNow(record, rows, edit.path)
    const fault = stood === null ? 'there is no such place in this letter' : faultOf(edit)
    if (fault !== null) throw new EditRefused(edit.path, fault)
    if (edit.seen !== digestOf(stood as Stood)) throw new ReadOtherwise(edit.path)
    return { edit, anchor: anchorOf(record, edit.path), before: stood?.value ?? null }
  })
}

function faultOf(edit: Exclude<Content, { action: 'add' }>): string | null {
  const { group, item, key } = parsePath(edit.path) ?? { group: '', item: null, key: null }
  if (edit.action === 'remove')
    return item !== null && key === null ? null : 'only a service or a diagnosis as a whole can be removed'
  if (isList(group) && key === null)
    return edit.action === 'confirm'
      ? null
      : 'of a whole list, or a whole item of it, only that it is right can be said'
  const kind = kindAt(edit.path)
  if (!kind) return 'there is no such place in this letter'
  if (edit.action === 'correct') {
    const parsed = kind.value.safeParse(edit.value)
    return parsed.success ? null : z.prettifyError(parsed.error)
  }
  const isEmptiable = kind.kind !== 'plain' || kind.empty !== undefined
  return edit.action === 'confirm' || isEmptiable ? null : `${edit.action} cannot be said of it: correct it instead`
}
