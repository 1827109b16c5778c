import type { CaseRecord, Field, Page } from '../model/index.ts'
import { similarity } from './similarity.ts'

/** Likeness from which two wordings count as the same words. */
const SAME_WORDING = 0.95

/** One comparison of one leaf: what the label says, what was found. */
export type Observation = {
  readonly file: string
  readonly letter: number
  readonly measure: string
  readonly path: string
  readonly expected: unknown
  readonly got: unknown
  readonly right: boolean
  /** Whether all that the field's confidence counts for is right: of a frequency and a drug more than one measure. */
  readonly rightAsWhole: boolean
  /** The field's own confidence, 0..1; null where the record keeps none or nothing was found. */
  readonly confidence: number | null
  readonly page: number | null
  /** Whether the value was read in a text layer or by OCR; null when nothing was found. */
  readonly source: Page['source'] | null
  readonly raw: string
  readonly rule: string
}

type Place = readonly [measure: string, path: string]
type FoundField =
  | (Pick<Field<unknown>, 'confidence' | 'evidence' | 'raw' | 'rule'> & { readonly value?: unknown })
  | null
  | undefined

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
const sorted = (list: readonly string[]) => [...list].sort()

/** Collects the comparisons of one letter. Every method but `note` passes over a label that leaves its field out (`undefined`). */
export class Sheet {
  readonly observations: Observation[] = []
  readonly #letter: { readonly file: string; readonly letter: number }

  readonly #pages: CaseRecord['document']['pages']

  constructor(letter: { readonly file: string; readonly letter: number }, record: CaseRecord | null) {
    this.#letter = letter
    this.#pages = record?.document.pages ?? []
  }

  note(
    [measure, path]: Place,
    expected: unknown,
    got: unknown,
    right: boolean,
    field?: FoundField,
    rightAsWhole = right,
  ): void {
    this.observations.push({
      file: this.#letter.file,
      letter: this.#letter.letter,
      measure,
      path,
      expected: expected ?? null,
      got: got ?? null,
      right,
      rightAsWhole,
      confidence: field && field.value !== null ? field.confidence : null,
      page: field?.evidence[0]?.page ?? null,
      source: this.#sourceOf(field),
      raw: field?.raw ?? '',
      rule: field?.rule ?? '',
    })
  }

  #sourceOf(field: FoundField): Page['source'] | null {
    if (!field || field.value === null) return null
    const onOcr = field.evidence.some((e) => this.#pages.find((p) => p.number === e.page)?.source === 'ocr')
    return onOcr ? 'ocr' : 'text-layer'
  }

  /** A field that must equal its label. */
  exact(place: Place, expected: unknown, field: FoundField): void {
    if (expected !== undefined) this.note(place, expected, field?.value, same(expected, field?.value), field)
  }

  /** A field of words: alike from a similarity of 0.95. */
  wording(place: Place, expected: string | null | undefined, field: Field<string> | null | undefined): void {
    if (expected === undefined) return
    const got = field?.value ?? null
    const right = expected !== null && got !== null ? similarity(expected, got) >= SAME_WORDING : expected === got
    this.note(place, expected, got, right, field)
  }

  /** A plain value that must equal its label; `undefined` found means that its service was not found at all. */
  value(place: Place, expected: unknown, got: unknown): void {
    if (expected !== undefined) this.note(place, expected, got, got !== undefined && same(expected, got))
  }

  /** A list in which order does not count. */
  set(
    place: Place,
    expected: readonly string[] | undefined,
    got: readonly string[] | null | undefined,
    field?: FoundField,
  ): void {
    if (expected === undefined) return
    this.note(place, expected, got, got !== undefined && same(sorted(expected), sorted(got ?? [])), field)
  }
}
