import { expect, it } from 'vitest'
import { valueKinds } from '../../src/model/index.ts'

it('reads the kind of every field off the schema of the record', () => {
  const kinds = valueKinds()
  expect(kinds['header.dateOfInjury']).toEqual({ kind: 'date' })
  expect(kinds['header.priority']).toEqual({ kind: 'choice', options: ['standard', 'expedited'] })
  expect(kinds['patient.age']).toEqual({ kind: 'number' })
  expect(kinds['reviewer.specialties']).toEqual({ kind: 'list' })
  expect(kinds['diagnoses[].text']).toEqual({ kind: 'text' })
  expect(kinds['services[].original']).toEqual({ kind: 'text' })
  expect(kinds['services[].frequency']).toEqual({ kind: 'derived' })
  expect(kinds['services[].drug']).toEqual({ kind: 'derived' })
  expect(kinds['services[].category']).toMatchObject({ kind: 'choice', options: expect.arrayContaining(['surgery']) })
  expect(kinds['diagnoses[].codes']).toEqual({ kind: 'derived' })
  expect(kinds['services[].levels']).toEqual({ kind: 'list' })
  expect(kinds['services[].laterality']).toMatchObject({ kind: 'choice' })
  expect(kinds).not.toHaveProperty('services[].sequence')
})
