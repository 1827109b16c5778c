import { describe, expect, it } from 'vitest'
import { lateralityIn, levelsIn, regionsIn } from '../../../src/language/anatomy/regions.ts'

describe('regions', () => {
  it.each([
    ['MRI of the C-spine', ['neck']],
    ['cervical and thoracic spine', ['neck', 'thoracic']],
    ['lumbosacral spine', ['low-back']],
    ['L/S spine', ['low-back']],
    ['low back and left groin', ['low-back', 'pelvis']],
    ['spinal manipulation', ['spine']],
    ['brain and brainstem', ['head']],
    ['C5-6 interlaminar', ['neck']],
    ['hip, lumbar', ['hip', 'low-back']],
    ['right tibia', ['lower-extremity']],
    ['upper trapezius trigger points', ['shoulder']],
    ['sacroiliac joint', ['pelvis']],
    ['sacrum and coccyx', ['pelvis']],
    ['rotator cuff repair', ['shoulder']],
    ['carpal tunnel release', ['wrist']],
    ['RUE and BLE', ['upper-extremity', 'lower-extremity']],
    ['hearing aids', []],
    ['return to work', []],
    ['feet and toes', ['foot']],
    ['medial meniscectomy', ['knee']],
    ['left radial tunnel', ['elbow']],
    ['TMJ', ['face-or-jaw']],
  ])('of "%s" are %j', (text, regions) => expect(regionsIn(text)).toEqual(regions))

  it.each([
    ['Iumbar', ['low-back']],
    ['cervica1 splne', ['neck']],
    ['shou1der', ['shoulder']],
    ['1eft kneo', ['knee']],
    ['thorac1c', ['thoracic']],
    ['lum bar', ['low-back']],
    ['leftshoulder', ['shoulder']],
  ])('are read through the damage of "%s"', (text, regions) => expect(regionsIn(text)).toEqual(regions))

  it.each(['high dose', 'angle', 'back to work', 'vertical', 'rubber band', 'below'])('are not seen in "%s"', (text) =>
    expect(regionsIn(text)).toEqual([]),
  )
})

describe('laterality', () => {
  it.each([
    ['left knee', 'left'],
    ['Rt. knee', 'right'],
    ['R knee', 'right'],
    ['knee (L)', 'left'],
    ['B/L knees', 'bilateral'],
    ['bilat. shoulders', 'bilateral'],
    ['both wrists', 'bilateral'],
    ['left and right knees', 'bilateral'],
    ['right knee and left knee', 'bilateral'],
    ['lumbar spine and left shoulder', 'left'],
    ['R/L', 'bilateral'],
    ['RUE', 'right'],
    ['Ieft knee', 'left'],
    ['L4-5', null],
    ['vitamin L', null],
    ['lumbar spine', null],
  ])('of "%s" is %s', (text, side) => expect(lateralityIn(text)).toBe(side))
})

describe('levels', () => {
  it.each([
    ['L4-5', ['L4-5']],
    ['L4-L5', ['L4-5']],
    ['L4/5', ['L4-5']],
    ['L4-S1', ['L4-5', 'L5-S1']],
    ['L4-L5-S1', ['L4-5', 'L5-S1']],
    ['L4-5 and L5-S1', ['L4-5', 'L5-S1']],
    ['L3-4, 4-5', ['L3-4', 'L4-5']],
    ['C5-C7', ['C5-6', 'C6-7']],
    ['C7-T1', ['C7-T1']],
    ['T12-L1', ['T12-L1']],
    ['C4 to C6', ['C4-5', 'C5-6']],
    ['L3, L4, L5 MBB', ['L3', 'L4', 'L5']],
    ['L5-SI', ['L5-S1']],
    ['L4-5 x 2', ['L4-5']],
    ['epidural injection 14-5', ['L4-5']],
    ['14-5', []],
    ['TSH, free T4', []],
    ['vitamin B12', []],
    ['C9-10', []],
    ['#5', []],
  ])('of "%s" are %j', (text, levels) => expect(levelsIn(text)).toEqual(levels))
})
