import { describe, expect, it } from 'vitest'
import { legibleRequest } from '../../../../src/normalize/determination/services/request-wording.ts'

describe('the wording of a request, as a scan gives it', () => {
  it.each([
    ['MRl of the Iumbar spine', 'MRI of the lumbar spine'],
    ['Physica1 therapv 2x6 for the left knee', 'Physical therapy 2x6 for the left knee'],
    ['Tramadol ER l50mg #6O', 'Tramadol ER 150mg #60'],
    ['Norco 1O/325mg #9O', 'Norco 10/325mg #90'],
    ['Acupuncturc, 8 visits', 'Acupuncture, 8 visits'],
  ])('%j is put right', (read, printed) => expect(legibleRequest(read)).toBe(printed))

  it.each([
    'Root canal, tooth 14',
    'Follow-up with Dr. in 6 weeks',
    'L4-5 and L5-S1 transforaminal ESI',
    'Zzyrobex 40mg #30',
    'O2 sensor for home use',
    'Hand therapy 2x4',
    'Lidopro 3%-25.5%-0.025% 90gm #2',
  ])('%j is left as it is: nothing in it is misread', (wording) => expect(legibleRequest(wording)).toBe(wording))
})
