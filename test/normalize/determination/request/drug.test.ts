import { describe, expect, it } from 'vitest'
import { dosesPerDay } from '../../../../src/language/directions.ts'
import { describeRequest } from '../../../../src/normalize/determination/request/index.ts'

const read = (wording: string) => describeRequest(wording, { associated: false })

describe('the drug of a request', () => {
  type Row = readonly [string, string, string | null, number | null, number | null]
  const rows: readonly Row[] = [
    ['Norco 10/325mg #60', 'Norco', '10/325mg', 60, null],
    ['Norco 10/325', 'Norco', '10/325', null, null],
    ['1 prescription of Norco 10/325mg #120 with 3 refills', 'Norco', '10/325mg', 120, 3],
    ['Percocet 5/325 mg, quantity 90', 'Percocet', '5/325 mg', 90, null],
    ['Ultram ER 100mg #60', 'Ultram ER', '100mg', 60, null],
    ['Naproxen 550mg #60 with 2 refills', 'Naproxen', '550mg', 60, 2],
    ['Naproxen sodium 550mg, sixty (60) tablets', 'Naproxen sodium', '550mg', 60, null],
    ['Tylenol #3 #60', 'Tylenol #3', null, 60, null],
    ['Hydrocodone-APAP 5-325 mg, #60, no refills', 'Hydrocodone-APAP', '5-325 mg', 60, 0],
    ['Ambien 10mg 1 PO QHS #30 Refills: 2', 'Ambien', '10mg', 30, 2],
    ['Lyrica 75mg #60 RF x3', 'Lyrica', '75mg', 60, 3],
    ['Tramadol (Ultram) 50mg one tab every 6 hours prn #120', 'Tramadol (Ultram)', '50mg', 120, null],
    ['Retrospective Tizanidine 4mg #18, per 01/09/2015 order', 'Tizanidine', '4mg', 18, null],
    ['Lidocaine 5% patch #30 x 2 refills', 'Lidocaine', '5%', 30, 2],
    ['Terocin patches, 30', 'Terocin', null, 30, null],
    ['Butrans 10mcg/hr patch #4', 'Butrans', '10mcg/hr', 4, null],
    ['Ketoprofen 15% cream, 150 grams', 'Ketoprofen', '15%', 150, null],
    ['Compound Ketoprofen 10%, 120 grams', 'Ketoprofen', '10%', 120, null],
    ['Medrox 5%-20%-0.0375% 120gm #1', 'Medrox', '5%-20%-0.0375%', 120, null],
    ['Synapryn (20mg/5ml oral suspension) 250ml', 'Synapryn', '20mg/5ml', 250, null],
    ['Zolpidem (unknown quantity)', 'Zolpidem', null, null, null],
    ['Voltaren gel 1% 100gm', 'Voltaren', '1%', 100, null],
    ['30 tablets of Norco 10/325 mg', 'Norco', '10/325 mg', 30, null],
    ['Vitamin D 50,000 units #4', 'Vitamin D', '50,000 units', 4, null],
    ['Zzyrobex 40mg #30', 'Zzyrobex', '40mg', 30, null],
    ['Norco 1O/325mg #6O', 'Norco', '10/325mg', 60, null],
    ['Cyclobenzaprlne 7.5rng #9O', 'Cyclobenzaprine', '7.5mg', 90, null],
  ]
  it.each(rows)('"%s" is read', (wording, name, strength, quantity, refills) =>
    expect(read(wording).drug).toMatchObject({ name, strength, quantity, refills }),
  )

  it('lists the ingredients of a compound with their strengths and is named by the first', () => {
    const { drug } = read('Flurbiprofen 20%/Baclofen 2%/Cyclobenzaprine 2% 180gm')
    expect(drug).toEqual({
      name: 'Flurbiprofen',
      strength: '20%',
      quantity: 180,
      refills: null,
      directions: null,
      ingredients: [
        { name: 'Flurbiprofen', strength: '20%' },
        { name: 'Baclofen', strength: '2%' },
        { name: 'Cyclobenzaprine', strength: '2%' },
      ],
    })
  })

  it.each([
    ['Diclofenac/misoprostol 50-0.2mg', ['Diclofenac 50mg', 'misoprostol 0.2mg']],
    ['Norco 10/325mg', ['hydrocodone 10mg', 'acetaminophen 325mg']],
    ['Norco (hydrocodone/acetaminophen) 5/325mg', ['hydrocodone 5mg', 'acetaminophen 325mg']],
    ['Ketoprofen/Lidocaine cream 10%/5% 120gm', ['Ketoprofen 10%', 'Lidocaine 5%']],
    ['Gabapentin 600mg', []],
  ])('shares the strengths of "%s" among its ingredients', (wording, ingredients) =>
    expect(read(wording).drug?.ingredients.map((i) => `${i.name} ${i.strength}`)).toEqual(ingredients),
  )

  it.each(['Norco 10/325', 'Zantac 150mg', 'Lunesta (unknown quantity)', 'Ketoprofen 10%, Lidocaine 5% in cream base'])(
    '"%s" is open-ended',
    (wording) => expect(read(wording).frequency.openEnded).toBe(true),
  )
  it.each(['Norco 10/325 #60', 'Ketoprofen 10% 180gm', 'Ibuprofen 800mg x 30 days', 'Valium 5mg, 1 tab before MRI'])(
    '"%s" is not open-ended',
    (wording) => expect(read(wording).frequency.openEnded).toBe(false),
  )

  it('reckons how long a filling lasts by the directions', () => {
    expect(read('Motrin 800mg 1 tab twice a day #60 with one refill').frequency.reading).toBe(
      'quantity 60, 1 refill, 30 days a filling as directed',
    )
    expect(read('Norco 10/325mg 1 tab every 4-6 hours #30').frequency.reading).toBe(
      'quantity 30, 5 to 7.5 days a filling as directed',
    )
  })

  it('reckons with a range of tablets', () =>
    expect(read('Zanaflex 4mg 1-2 tabs qhs #60').frequency.reading).toBe(
      'quantity 60, 30 to 60 days a filling as directed',
    ))

  it.each([
    ['1 PO BID', [2, 2]],
    ['1 tab po tid prn', [3, 3]],
    ['1 PO QHS', [1, 1]],
    ['every 4-6 hours', [4, 6]],
    ['q6h prn', [4, 4]],
    ['Q8H', [3, 3]],
    ['QID', [4, 4]],
    ['QD', [1, 1]],
    ['QOD', [0.5, 0.5]],
    ['with food', null],
  ])('"%s" is so many doses a day', (text, doses) => expect(dosesPerDay(text)).toEqual(doses))

  it('is null where no drug is asked for', () => {
    expect(read('MRI of the knee').drug).toBeNull()
    expect(read('Toradol 60mg IM injection').drug).toBeNull()
    expect(read('Physical therapy 2x8').drug).toBeNull()
  })

  it('is read under a surgery too', () =>
    expect(read('Associated surgical service: Percocet 5/325mg #60').drug).toMatchObject({
      name: 'Percocet',
      quantity: 60,
    }))
})
