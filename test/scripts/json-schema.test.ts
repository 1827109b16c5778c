import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { caseRecordJsonSchema } from '../../scripts/json-schema.ts'

it('docs/case-record.schema.json is what the zod schemas say (run `npm run schema` when it is not)', () => {
  const written = readFileSync(new URL('../../docs/case-record.schema.json', import.meta.url), 'utf8')
  expect(written).toBe(caseRecordJsonSchema())
})
