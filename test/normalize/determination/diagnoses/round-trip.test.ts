import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDiagnoses } from '../../../../src/normalize/determination/diagnoses/index.ts'
import { Transcript } from '../../../../src/normalize/page-text/transcript.ts'
import { aPage } from '../../../fixtures/pages.ts'

// Diagnoses are printed in one of the many ways that physicians list them, between sentences that state none, and must come back.

const RUNS = 600
const one = (options: readonly string[]) => fc.constantFrom(...options)

const diseases = [
  'lumbar sprain',
  'left knee medial meniscus tear',
  'right shoulder impingement syndrome',
  'cervical radiculopathy',
  'bilateral carpal tunnel syndrome',
  'plantar fasciitis',
  'chronic pain syndrome',
  'strain of muscle, fascia and tendon of lower back, initial encounter',
  'lumbar disc displacement without myelopathy',
  'insomnia',
  'major depressive disorder, single episode, moderate',
  'bilateral knee and left hip sprain',
  'lateral epicondylitis, right elbow',
  'rule out rotator cuff tear',
  'cervical sprain/strain',
  'spinal stenosis at L4-5',
  'failed back surgery syndrome',
  'left ankle fracture, status post open reduction',
  'post-traumatic headache',
  'myofascial pain',
]
const before = one([
  'The injured worker, a 45 year old male, fell from a ladder on 3/4/2014.',
  'She reports pain of 6/10 that radiates to the left leg.',
  'Prior treatment has included therapy, acupuncture and medication.',
  '',
])
const after = one([
  'Physical examination shows spasm and a positive straight leg raise.',
  'He takes naproxen and omeprazole.',
  'The treatment plan included an MRI of the lumbar spine.',
  'The patient has completed 12 visits of physical therapy.',
  '',
])
const lists: readonly {
  readonly name: string
  readonly print: (all: readonly string[]) => string
  readonly few?: boolean
}[] = [
  { name: 'numbered', print: (all) => `Diagnoses: ${all.map((d, i) => `${i + 1}. ${d}`).join(' ')}.` },
  {
    name: 'numbered with full stops',
    print: (all) => `The diagnoses are: ${all.map((d, i) => `${i + 1}. ${d}.`).join(' ')}`,
  },
  {
    name: 'numbered in brackets',
    print: (all) => `Diagnoses include: ${all.map((d, i) => `(${i + 1}) ${d}`).join('; ')}.`,
  },
  {
    name: 'numbered and run together',
    print: (all) => `The diagnoses were: ${all.map((d, i) => `${i + 1}. ${d}`).join('')}.`,
  },
  { name: 'lettered', print: (all) => `Assessment: ${all.map((d, i) => `${'abcdef'[i]}. ${d}`).join(' ')}.` },
  {
    name: 'lettered in brackets',
    print: (all) => `Impression: ${all.map((d, i) => `(${'ABCDEF'[i]}) ${d}`).join(' ')}.`,
  },
  { name: 'behind dashes', print: (all) => `Diagnoses include: ${all.map((d) => `- ${d}`).join(' ')}.` },
  { name: 'parted by semicolons', print: (all) => `Diagnoses were ${all.join('; ')}.` },
  {
    name: 'parted by semicolons and "and"',
    print: (all) => `He has diagnoses of ${all.slice(0, -1).join('; ')}; and ${all.at(-1)}.`,
  },
]
const chosen = fc.uniqueArray(one(diseases), { minLength: 2, maxLength: 5 })

function read(text: string) {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(/\s+/)) {
    if (row.length + word.length > 84) {
      rows.push(row)
      row = word
    } else row = row === '' ? word : `${row} ${word}`
  }
  const transcript = new Transcript([aPage([...rows, row])])
  return findDiagnoses(transcript, { start: 0, end: transcript.text.length }, { dateOfService: '2016-02-02' })
}

describe('diagnoses listed in any of the ways that physicians list them', () => {
  it.each(lists.map((l) => [l.name, l.print] as const))('come back one by one: %s', (_, print) =>
    fc.assert(
      fc.property(chosen, before, after, (all, lead, tail) => {
        expect(read(`${lead} ${print(all)} ${tail}`).map((d) => d.text.value)).toEqual(all)
      }),
      { numRuns: RUNS },
    ),
  )

  it('come back from words in which scanning took one letter for another, with what was read beside them', () => {
    const alike: Readonly<Record<string, string>> = { l: '1', i: 'l', o: '0', m: 'rn', e: 'c', t: 'f' }
    /** One letter of one long word of a text, misread. */
    const damaged = (text: string, seed: number) => {
      const words = [...text.matchAll(/[a-z]{7,}/g)]
      const word = words[seed % Math.max(1, words.length)]
      const places = word ? [...word[0]].flatMap((c, i) => (alike[c] && i > 0 ? [word.index + i] : [])) : []
      const at = places[seed % Math.max(1, places.length)]
      return at === undefined ? text : text.slice(0, at) + alike[text[at] ?? ''] + text.slice(at + 1)
    }
    fc.assert(
      fc.property(chosen, fc.constantFrom(...lists), fc.nat(), (all, { print }, seed) => {
        const misread = all.map((d, i) => damaged(d, seed + i))
        const found = read(print(misread))
        expect(found.map((d) => d.text.value)).toEqual(all)
        for (const [i, { text }] of found.entries()) {
          expect(text.raw).toBe(misread[i])
          expect(text.alternatives?.map((a) => a.value) ?? []).toEqual(misread[i] === all[i] ? [] : [misread[i]])
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('of a guideline are never the patient’s', () =>
    fc.assert(
      fc.property(one(diseases), before, after, (disease, lead, tail) => {
        const text = `${lead} The guidelines recommend treatment for a diagnosis of ${disease}. ${tail}`
        expect(read(text)).toEqual([])
      }),
    ))
})
