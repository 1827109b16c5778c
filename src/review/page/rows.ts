import type { Evidence, LetterView, ValueKind } from '../../model/index.ts'
import { labelOf, shown } from './values.ts'

export type Kinds = Readonly<Record<string, ValueKind>>

/** How far a value may be trusted, in a word. */
export type Trust = 'sure' | 'check' | 'not found' | 'accepted' | 'corrected' | 'redacted' | 'removed'

/** A field as the page shows it. */
export type Row = {
  readonly path: string
  readonly section: string
  readonly label: string
  readonly kind: ValueKind
  /** As people read it; empty: the letter does not say. */
  readonly text: string
  readonly value: unknown
  readonly raw: string
  readonly trust: Trust
  readonly evidence: readonly Evidence[]
  readonly alternatives: readonly { readonly text: string; readonly value: unknown; readonly why: string }[]
  /** Somebody has to look. */
  readonly isDoubtful: boolean
  /** It was corrected while another value stood there. */
  readonly isStale: boolean
  /** It reads otherwise than when the letter was finished. */
  readonly isOtherwise: boolean
  readonly seen: string
}

type Leaf = {
  readonly value?: unknown
  readonly raw: string
  readonly status: string
  readonly evidence: readonly Evidence[]
  readonly alternatives?: readonly Readonly<Record<string, unknown>>[]
  readonly reading?: string
  readonly name?: string
}

/** Every field of a letter in the order of the record, from the places that the server names and the kinds that the model has. */
export function rowsOf(view: LetterView, kinds: Kinds): readonly Row[] {
  const doubts = new Set(view.doubts)
  const [stale, otherwise] = [new Set(view.stale), new Set(view.otherwise)]
  return view.fields.flatMap(({ path, shown: at, seen, edited }): readonly Row[] => {
    if (path === 'services' || path === 'diagnoses') {
      const isOpen = doubts.has(path)
      return isOpen || edited
        ? [
            listRow(path, view.record[path].length, {
              seen,
              isOpen,
              isStale: stale.has(path),
              isOtherwise: otherwise.has(path),
            }),
          ]
        : []
    }
    const kind = kinds[path.replace(/\[\+?\d+\]/, '[]')]
    const leaf = at === null ? null : leafAt(view.record, at)
    // Items of lists are removed as a whole, and are no rows; nor is what this letter does not have (a drug, a part that was approved).
    const isDoubtful = doubts.has(path)
    if (!kind || (at !== null && !leaf && !isDoubtful)) return []
    const text = leaf ? textOf(leaf, kind.kind) : ''
    return [
      {
        path,
        section: sectionOf(path),
        label: labelAt(at ?? path),
        kind,
        text,
        value: leaf?.value ?? null,
        raw: leaf?.raw ?? '',
        trust: leaf ? trustOf(leaf, text, isDoubtful) : at === null ? 'removed' : 'not found',
        evidence: leaf?.evidence ?? [],
        alternatives: (leaf?.alternatives ?? []).map((one) => ({
          text: one.reading === undefined ? shown(one.value, kind.kind) : String(one.reading),
          value: one.reading === undefined ? one.value : withReading(leaf, one),
          why: String(one.why ?? ''),
        })),
        isDoubtful,
        isStale: stale.has(path),
        isOtherwise: otherwise.has(path),
        seen,
      } satisfies Row,
    ]
  })
}

/** A list that may lack something, or was edited and is read otherwise: looked at as a whole, and accepted when all of it is there. */
function listRow(
  path: 'services' | 'diagnoses',
  count: number,
  { isOpen, ...told }: Pick<Row, 'seen' | 'isStale' | 'isOtherwise'> & { readonly isOpen: boolean },
): Row {
  return {
    ...{ ...told, path, isDoubtful: isOpen, section: labelOf(path), label: `All ${path}` },
    kind: { kind: 'derived' },
    text: count === 0 ? 'none' : `${count} in all`,
    ...{ value: null, raw: '', evidence: [], alternatives: [], trust: isOpen ? 'check' : 'accepted' },
  }
}

const provenance = new Set(['raw', 'confidence', 'status', 'rule', 'evidence'])

/** A frequency as its other reading has it: what it says of itself is not the reading's. */
function withReading(leaf: Leaf | null, reading: Readonly<Record<string, unknown>>): unknown {
  const own = Object.entries(leaf ?? {}).filter(([key]) => !provenance.has(key))
  return { ...Object.fromEntries(own), ...reading }
}

/** What lies at a place of the record, as a field: what has no evidence of its own follows from what has. */
function leafAt(record: unknown, place: string): Leaf | null {
  const steps = place.split(/[.[\]]+/).filter((s) => s !== '')
  const found = steps.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[step] : undefined),
    record,
  )
  if (typeof found === 'object' && found !== null && 'evidence' in found) return found as Leaf
  // A drug, an approved part: none, where the letter has none. All else without a value is a place that may be filled.
  if (found === undefined || (found === null && steps.length === 3 && optional.has(steps[2] ?? ''))) return null
  return { value: found, raw: '', status: 'extracted', evidence: [] }
}
const optional = new Set(['drug', 'original', 'authorized'])

const textOf = (leaf: Leaf, kind: ValueKind['kind']) =>
  leaf.reading ?? (leaf.name === undefined ? shown(leaf.value, kind) : drugText(leaf))

function drugText(leaf: Leaf): string {
  const { name, strength, quantity } = leaf as Leaf & {
    readonly strength?: string | null
    readonly quantity?: number | null
  }
  return [name, strength, quantity ? `#${quantity}` : null].filter(Boolean).join(' ')
}

function trustOf({ status }: Leaf, text: string, isDoubtful: boolean): Trust {
  if (status === 'confirmed') return 'accepted'
  if (status === 'corrected' || status === 'redacted') return status
  if (text === '') return 'not found'
  return isDoubtful ? 'check' : 'sure'
}

const sections: Readonly<Record<string, string>> = {
  header: 'Letter',
  patient: 'Patient',
  reviewer: 'Reviewer',
  clinicalSummary: 'Summary',
  diagnoses: 'Diagnoses',
}

export function sectionOf(path: string): string {
  const [, list = '', added, index] = /^(\w+)(?:\[(\+?)(\d+)\])?/.exec(path) ?? []
  if (list === 'services' && index !== undefined)
    return added ? `Added service ${index}` : `Service ${Number(index) + 1}`
  return sections[list] ?? labelOf(list)
}

/** `diagnoses[1].text` → `Diagnosis 2`, `diagnoses[1].region` → `Diagnosis 2 region`: what a field is called where its section is not seen beside it. */
function labelAt(place: string): string {
  const [, list = '', index = '', name = ''] = /^(\w+?)(?:\[\+?(\d+)\])?(?:\.(\w+))?$/.exec(place) ?? []
  if (list === 'diagnoses')
    return `Diagnosis ${Number(index) + 1}${name === 'text' ? '' : ` ${labelOf(name).toLowerCase()}`}`
  return labelOf(name === '' ? list : name)
}

/** What a field is called where nothing else stands beside it: `Service 2: Request`. */
export const nameOfPlace = (path: string): string =>
  /^services\[/.test(path) && path.includes('.')
    ? `${sectionOf(path)}: ${labelAt(path)}`
    : path.includes('[') && !path.includes('.')
      ? sectionOf(path)
      : labelAt(path)

/** The next that somebody has to look at, from `from` on and round again; null: nothing is left. */
export function nextDoubt(rows: readonly Row[], order: readonly string[], from: string | null): string | null {
  const doubtful = new Set(rows.filter((r) => r.isDoubtful).map((r) => r.path))
  const start = from === null ? 0 : order.indexOf(from) + 1
  return [...order.slice(start), ...order.slice(0, start)].find((path) => doubtful.has(path)) ?? null
}
