// Writes docs/case-record.schema.json from the zod schemas: `npm run schema`. A test holds that it is current.
import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import { caseRecordSchema } from '../src/model/index.ts'

/** The JSON Schema (draft 2020-12) of a case record, as text. */
export function caseRecordJsonSchema(): string {
  return `${JSON.stringify({ title: 'IMR case record', ...z.toJSONSchema(caseRecordSchema, { io: 'output' }) }, null, 2)}\n`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL('../docs/case-record.schema.json', import.meta.url), caseRecordJsonSchema())
}
