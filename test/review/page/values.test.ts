import { expect, it } from 'vitest'
import { labelOf, shown, typed } from '../../../src/review/page/values.ts'

it('shows values as letters write them, and words of the model as words', () => {
  expect(shown('2014-03-07', 'date')).toBe('03/07/2014')
  expect(shown('drug-ppi-h2', 'choice')).toBe('drug ppi h2')
  expect(shown(['Pain Medicine', 'Neurology'], 'list')).toBe('Pain Medicine, Neurology')
  expect(shown([{ system: 'ICD-10-CM', code: 'M54.5', inferred: false }], 'derived')).toBe('M54.5')
  expect(shown(null, 'text')).toBe('')
})

it.each(['3/7/2014', '03-07-14', '2014-3-7', '03072014', ' 3.7.2014 '])('takes %s for a date', (text) => {
  expect(typed(text, { kind: 'date' })).toEqual({ value: '2014-03-07' })
})

it('says what would be right where what was typed is not', () => {
  expect(typed('2/30/2014', { kind: 'date' })).toEqual({ problem: expect.stringContaining('03/27/2014') })
  expect(typed('forty', { kind: 'number' })).toEqual({ problem: expect.stringContaining('whole number') })
  expect(typed('', { kind: 'text' })).toEqual({ problem: expect.stringContaining('M') })
  expect(typed('imag', { kind: 'choice', options: ['imaging-mri', 'imaging-ct', 'surgery'] })).toEqual({
    problem: 'One of: imaging mri, imaging ct',
  })
})

it('takes numbers, lists, and a choice by what tells it from the others', () => {
  expect(typed('47', { kind: 'number' })).toEqual({ value: 47 })
  expect(typed('Neurology; Pain Medicine', { kind: 'list' })).toEqual({ value: ['Neurology', 'Pain Medicine'] })
  expect(typed('Imaging C', { kind: 'choice', options: ['imaging-mri', 'imaging-ct'] })).toEqual({
    value: 'imaging-ct',
  })
  expect(typed('surgery', { kind: 'choice', options: ['surgery', 'surgery-associated'] })).toEqual({ value: 'surgery' })
})

it('makes labels of names', () => {
  expect(['dateOfInjury', 'urDecisionDate', 'text'].map(labelOf)).toEqual([
    'Date of injury',
    'UR decision date',
    'Text',
  ])
})
