import { type CaseRecord, type Made, RECORD_SCHEMA } from '../../model/index.ts'

/** What made a document's records, as its row says: of a record that does not say itself, this is all that is known. */
export type MadeOf = Omit<Made, 'schema'> & { readonly schema: number }

type Json = Readonly<Record<string, unknown>>
/** Brings a record from its shape to the next one. What the older shape did not hold is taken from the document's row. */
type Upcaster = (record: Json, made: MadeOf) => Json

/** By the shape they start from. A shape that has been released is never left without its step. */
const upcasters: Readonly<Record<number, Upcaster>> = {
  1: (record, made) => ({ ...record, made: { ...made, schema: 2 } }),
  2: (record) => withFields(record),
  // What its pages are nobody looked for then: it is found by reading again.
  3: (record, made) => ({ ...record, documents: [], made: { ...((record.made as Json | null) ?? made), schema: 4 } }),
}

/**
 * How often the versions before shape 3 read a frequency and a drug right, on 145 letters that they had not seen. Their records say nothing of how sure
 * these were: this is all that is known, and it is below what an auto-acceptance asks for.
 */
const FREQUENCY_RIGHT = 0.93
const DRUG_RIGHT = 0.96

/**
 * Shape 3: frequency and drug are fields. Of an older record's the place of the words is not known nearer than the request's, nor a
 * figure that was left over. Its review vouched for what was asked then: neither diagnoses nor frequency nor drug were.
 */
function withFields(record: Json): Json {
  const old = record as unknown as CaseRecord
  const services = old.services.map((service) => {
    const { frequency, drug, request } = service
    const { times, duration, visits, alternatives } = frequency
    const from = (right: number) => ({
      raw: request.raw,
      confidence: Math.round(right * request.confidence * 1000) / 1000,
      rule: 'upcast',
      evidence: request.evidence,
    })
    const stated = times !== null || duration !== null || visits !== null
    const status = alternatives.length > 0 ? 'ambiguous' : stated ? 'extracted' : 'missing'
    return {
      ...service,
      frequency: { ...frequency, courses: [], unused: [], ...from(FREQUENCY_RIGHT), status },
      drug: drug && { ...drug, directions: null, ...from(DRUG_RIGHT), status: 'extracted' },
    }
  })
  const asked = [
    ...['caseNumber', 'dateOfInjury', 'urDecisionDate', 'decisionDate'].map((name) => `header.${name}`),
    'patient.age',
    'clinicalSummary',
    ...services.flatMap((_, i) => [`services[${i}].request`, `services[${i}].outcome`]),
  ]
  const vouched = old.review.state === 'auto-accepted' ? asked : []
  return { ...record, services, review: { ...old.review, vouched }, made: { ...old.made, schema: 3 } }
}

const NOBODY: MadeOf = { schema: 1, imr: '0.0.0', engine: null, model: null, guidelines: null }

/**
 * A stored record (JSON text) in today's shape.
 * @throws {Error} when a newer version made it.
 */
export function upcast(text: string, row: MadeOf | null): CaseRecord {
  let record = JSON.parse(text) as Json
  const made = (record.made ?? null) as MadeOf | null
  const from = made?.schema ?? 1
  if (from > RECORD_SCHEMA)
    throw new Error(
      `the store holds a record that imr ${made?.imr} made (record schema ${from}; this version knows ${RECORD_SCHEMA}): use that version or a newer one`,
    )
  for (let schema = from; schema < RECORD_SCHEMA; schema++) {
    const step = upcasters[schema]
    if (!step) throw new Error(`there is no way from record schema ${schema} to ${schema + 1}`)
    record = step(record, made ?? row ?? NOBODY)
  }
  // It was checked when it was made, and a test holds that every step gives what the schema asks for.
  return record as unknown as CaseRecord
}
