import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeRequest } from '../../../../src/normalize/determination/request/index.ts'

const RUNS = 1500

/** A prescription, before it is put into words. */
type Prescription = {
  readonly drug: { readonly name: string; readonly strengths: readonly string[]; readonly form: string }
  readonly strength: string
  readonly quantity: number
  readonly refills: number | null
}

/** Names as they are written: brands, generics, two words, combinations. */
const drugs: readonly Prescription['drug'][] = [
  { name: 'Norco', strengths: ['10/325', '5/325', '7.5/325'], form: 'tablets' },
  { name: 'Naproxen', strengths: ['500', '550'], form: 'tablets' },
  { name: 'Naproxen Sodium', strengths: ['550'], form: 'tabs' },
  { name: 'Tramadol', strengths: ['50'], form: 'tablets' },
  { name: 'Tramadol ER', strengths: ['100', '150'], form: 'capsules' },
  { name: 'Gabapentin', strengths: ['300', '600'], form: 'capsules' },
  { name: 'Omeprazole', strengths: ['20'], form: 'capsules' },
  { name: 'Cyclobenzaprine', strengths: ['7.5', '10'], form: 'tablets' },
  { name: 'Percocet', strengths: ['10/325'], form: 'tablets' },
  { name: 'Hydrocodone/APAP', strengths: ['10/325'], form: 'tablets' },
  { name: 'Zolpidem', strengths: ['5', '10'], form: 'tabs' },
  { name: 'Cymbalta', strengths: ['30', '60'], form: 'capsules' },
  { name: 'Lyrica', strengths: ['75'], form: 'caps' },
  { name: 'MS Contin', strengths: ['15', '30'], form: 'tablets' },
  { name: 'Soma', strengths: ['350'], form: 'tablets' },
  { name: 'Flexeril', strengths: ['7.5'], form: 'tablets' },
  { name: 'Tizanidine', strengths: ['4'], form: 'tabs' },
  { name: 'Ondansetron', strengths: ['4', '8'], form: 'tablets' },
  { name: 'Eszopiclone', strengths: ['1', '2'], form: 'tablets' },
  { name: 'OxyContin', strengths: ['20'], form: 'tablets' },
]
const numbers: Readonly<Record<number, string>> = { 30: 'thirty', 60: 'sixty', 90: 'ninety', 120: 'one hundred twenty' }

const one = (options: readonly string[]) => fc.constantFrom(...options)

function quantityWords(n: number, form: string): fc.Arbitrary<string> {
  const word = numbers[n]
  return one([
    `#${n}`,
    `# ${n}`,
    `Qty: ${n}`,
    `QTY ${n}`,
    `quantity ${n}`,
    `quantity of ${n}`,
    `, ${n} ${form}`,
    `(${n} ${form})`,
    `count #${n}`,
    `x ${n} ${form}`,
    ...(word ? [`, ${word} (${n}) ${form}`] : []),
  ])
}

function refillWords(n: number | null): fc.Arbitrary<string> {
  if (n === null) return fc.constant('')
  const number = ['no', 'one', 'two', 'three', 'four', 'five'][n] ?? `${n}`
  if (n === 0) return one(['with no refills', ', 0 refills', 'without refills', 'Refills: 0', 'no refills'])
  const s = n === 1 ? '' : 's'
  return one([
    `with ${n} refill${s}`,
    `with ${number} refill${s}`,
    `, ${n} refill${s}`,
    `Refills: ${n}`,
    `x ${n} refill${s}`,
    `(${n} refill${s})`,
    `with ${number} (${n}) refill${s}`,
    `refill x ${n}`,
  ])
}

const sigs = [
  '',
  '',
  'one tab twice daily',
  '1-2 tabs q4-6h',
  'take 1 at bedtime',
  'qhs',
  '1 po bid',
  'by mouth every 8 hours as needed',
  'q6h prn pain',
  'TID',
]
const leads = [
  '',
  '',
  '',
  'Prescription of ',
  '1 prescription of ',
  'Pharmacy purchase of ',
  'Retrospective ',
  'Medication: ',
]

function wordings({ drug, strength, quantity, refills }: Prescription): fc.Arbitrary<string> {
  return fc
    .tuple(
      one(leads),
      one(['mg', ' mg', 'MG', 'mg.', ' milligrams', 'mg,']),
      one(sigs),
      quantityWords(quantity, drug.form),
      refillWords(refills),
    )
    .map(([lead, unit, sig, amount, again]) =>
      `${lead}${drug.name} ${strength}${unit} ${sig} ${amount} ${again}`
        .replace(/\s+/g, ' ')
        .replace(/ ,/g, ',')
        .trim(),
    )
}

const prescription: fc.Arbitrary<Prescription> = fc.constantFrom(...drugs).chain((drug) =>
  fc.record({
    drug: fc.constant(drug),
    strength: fc.constantFrom(...drug.strengths),
    quantity: fc.constantFrom(15, 20, 28, 30, 45, 60, 90, 120, 180),
    refills: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
  }),
)

/** Strength as compared: digits, point and slash. */
const bare = (strength: string | null | undefined) => strength?.replace(/[^\d./]/g, '')

describe('a prescription, in whatever words it is printed', () => {
  it('is read back: name, strength, quantity and refills', () => {
    fc.assert(
      fc.property(
        prescription.chain((p) => wordings(p).map((wording) => ({ p, wording }))),
        ({ p, wording }) => {
          const { drug } = describeRequest(wording, { associated: false })
          expect(
            { name: drug?.name, strength: bare(drug?.strength), quantity: drug?.quantity, refills: drug?.refills },
            wording,
          ).toEqual({ name: p.drug.name, strength: p.strength, quantity: p.quantity, refills: p.refills })
        },
      ),
      { numRuns: RUNS },
    )
  })
})
