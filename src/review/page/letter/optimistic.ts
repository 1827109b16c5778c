import type { Edit, LetterView } from '../../../model/index.ts'

/**
 * A letter as it will look once the server has taken an edit: shown at once, and replaced by what the server says. What only the server can tell
 * (what follows from another wording) is left to it.
 */
export function afterEdit(view: LetterView, edit: Edit): LetterView {
  if (edit.action === 'add' || edit.action === 'undo') return view
  const settled = (paths: readonly string[]) =>
    paths.filter((path) => path !== edit.path && !(edit.action === 'remove' && path.startsWith(`${edit.path}.`)))
  const field = view.fields.find(({ path }) => path === edit.path)
  // Of a list as a whole there is nothing to show but that it was looked at.
  const record =
    field?.shown && !Array.isArray(view.record[field.shown as 'services'])
      ? withLeaf(view.record, field.shown, changeOf(edit))
      : view.record
  const [doubts, stale, otherwise] = [view.doubts, view.stale, view.otherwise].map(settled)
  return { ...view, record, doubts: doubts ?? [], stale: stale ?? [], otherwise: otherwise ?? [] }
}

type Change = Readonly<Record<string, unknown>>

function changeOf(edit: Edit): Change {
  switch (edit.action) {
    case 'confirm':
      return { status: 'confirmed' }
    case 'correct':
      return {
        value: edit.value,
        status: 'corrected',
        ...(edit.evidence.length > 0
          ? { evidence: edit.evidence, raw: edit.evidence.map((e) => e.text).join(' ') }
          : {}),
      }
    case 'redacted':
      return { value: null, status: 'redacted' }
    default:
      return { value: null, status: 'missing' }
  }
}

/** A copy of `whole` in which the thing at `place` has changed; what does not lie on the way is shared. */
function withLeaf<T>(whole: T, place: string, change: Change): T {
  const steps = place.split(/[.[\]]+/).filter((s) => s !== '')
  const put = (at: unknown, [step, ...rest]: readonly string[]): unknown => {
    if (step === undefined) return typeof at === 'object' && at !== null ? { ...at, ...change } : at
    if (Array.isArray(at)) return at.map((one, i) => (i === Number(step) ? put(one, rest) : one))
    if (typeof at !== 'object' || at === null) return at
    return { ...at, [step]: put((at as Change)[step], rest) }
  }
  return put(whole, steps) as T
}
