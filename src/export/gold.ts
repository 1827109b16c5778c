import type { CaseRecord, Field } from '../model/index.ts'

/** What a person could not read nobody knows: a label that leaves it out does not measure it. */
const isKnown = ({ rule }: Pick<Field<unknown>, 'rule'>) => rule !== 'review.illegible'
const known = <T>(field: Field<T>): T | null | undefined => (isKnown(field) ? field.value : undefined)

/**
 * A letter that a person finished as a line of a gold file, for `imr evaluate --gold`: what they left or made of each field is its label. Empty for
 * any other letter: what nobody looked at is no label.
 */
export function goldLine(record: CaseRecord): string {
  if (record.review.state !== 'reviewed') return ''
  const { header, reviewer, patient, diagnoses, services } = record
  const { claimNumber: _unmeasured, ...measured } = header
  const line = {
    file: record.document.fileName,
    letter: Number(record.caseId.split('-')[1]),
    header: Object.fromEntries(Object.entries(measured).map(([name, field]) => [name, known<unknown>(field)])),
    reviewer: { specialties: known(reviewer.specialties) ?? [], licensedStates: known(reviewer.licensedStates) ?? [] },
    patient: { age: known(patient.age), sex: known(patient.sex) },
    clinicalSummary: known(record.clinicalSummary),
    diagnoses: diagnoses.flatMap(({ text, certainty, region, laterality, codes }) =>
      text.value === null
        ? []
        : [
            {
              text: text.value,
              certainty,
              region,
              laterality,
              codes: codes.flatMap((c) => (c.inferred ? [] : [c.code])),
            },
          ],
    ),
    services: services.flatMap((s) =>
      s.request.value === null
        ? []
        : [
            {
              request: s.request.value,
              original: s.original && known(s.original),
              authorized: s.authorized && known(s.authorized),
              category: s.category.value ?? undefined,
              ...{ regions: s.regions, laterality: s.laterality, levels: s.levels },
              frequency: isKnown(s.frequency) ? amountsOf(s.frequency) : undefined,
              drug: s.drug && {
                ...{ name: s.drug.name, strength: s.drug.strength, quantity: s.drug.quantity, refills: s.drug.refills },
              },
              outcome: known(s.outcome),
              claimsAdministratorGuideline: known(s.claimsAdministratorGuideline),
              reviewerGuideline: known(s.reviewerGuideline),
              rationale: known(s.rationale),
            },
          ],
    ),
  }
  return `${JSON.stringify(line)}\n`
}

const amountsOf = ({
  times,
  per,
  duration,
  durationUnit,
  visits,
  openEnded,
}: CaseRecord['services'][number]['frequency']) => ({
  ...{ times, per, duration, durationUnit, visits, openEnded },
})
