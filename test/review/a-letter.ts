import type { CaseRecord, Edit, StoredEdit } from '../../src/model/index.ts'
import { normalizeLetter, splitLetters } from '../../src/normalize/index.ts'
import type { Content } from '../../src/review/index.ts'
import { anchorOf } from '../../src/review/letter/anchors.ts'
import { overlay } from '../../src/review/letter/overlay.ts'
import { aDocument, decisionRows, headerRows, methodRows, serviceRows, summaryRows } from '../fixtures/letters.ts'

const therapy = serviceRows(
  'Physical therapy 2 times a week for 4 weeks: Upheld',
  'No progress is told. The request is not medically necessary.',
)
const brace = serviceRows('Ankle brace, right: Overturned', 'The joint is loose. The request is medically necessary.')
const scan = serviceRows('MRI of the left knee: Upheld', 'Nothing is found. The request is not medically necessary.')
export const bodies = { therapy, brace, scan }

/** An invented letter as it is read: of these services, in this order. */
export function aLetter(
  services: readonly (keyof typeof bodies)[] = ['therapy', 'brace'],
  source: 'ocr' | 'text-layer' = 'text-layer',
): CaseRecord {
  const document = aDocument(
    [
      [...headerRows(), ...methodRows, ...summaryRows],
      [...decisionRows, ...services.flatMap((s) => bodies[s])],
    ],
    { source },
  )
  const letter = splitLetters(document)[0]
  if (!letter) throw new Error('no letter')
  return { ...normalizeLetter(letter), proposals: [] }
}

/** The digest that a page would send for a place. */
export const seenAt = (record: CaseRecord, path: string, edits: readonly StoredEdit[] = []): string => {
  const place = overlay(record, edits).places.find((p) => p.path === path)
  if (!place) throw new Error(`no place ${path}`)
  return place.seen
}

/** Edits as the store keeps them: each list one revision, made on `record`. */
export function kept(record: CaseRecord, revisions: readonly (readonly Edit[])[], by = 'ann'): readonly StoredEdit[] {
  return revisions.flatMap((edits, i) =>
    edits.map((edit, part) => ({
      revision: i + 1,
      part,
      edit,
      by,
      at: '2026-01-01T00:00:00.000Z',
      anchor: 'path' in edit ? anchorOf(record, edit.path) : null,
    })),
  )
}

export const correct = (
  record: CaseRecord,
  path: string,
  value: Extract<Content, { action: 'correct' }>['value'],
  edits: readonly StoredEdit[] = [],
): Edit => ({
  action: 'correct',
  path,
  seen: seenAt(record, path, edits),
  value,
  evidence: [],
})
export const say = (
  record: CaseRecord,
  action: 'confirm' | 'missing' | 'redacted' | 'illegible' | 'remove',
  path: string,
): Edit => ({
  action,
  path,
  seen: seenAt(record, path),
})
