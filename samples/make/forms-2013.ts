import type { SampleLetter } from './letter.ts'
import { american, LEADING, LEFT, type Setter, spoken } from './setter.ts'

type Service = SampleLetter['services'][number]

/** Labels in bold with their values in a column of their own. */
function labelled(set: Setter, rows: readonly (readonly [string, string])[]): void {
  for (const [label, value] of rows) {
    set.row(label, LEFT, set.fonts.bold)
    set.space(-LEADING)
    set.row(value, 220, set.fonts.body)
  }
  set.space(LEADING)
}

/** `IMR 13-…`: the outcomes are sentences in a list, the reasons stand further down. */
export function setNotice(letter: SampleLetter, set: Setter): void {
  const { header, reviewer, services } = letter
  set.heading('NOTICE OF INDEPENDENT MEDICAL REVIEW DETERMINATION')
  labelled(set, [
    ['Dated:', american(header.decisionDate)],
    ['IMR Case Number:', header.caseNumber ?? ''],
    ['Date of Injury:', american(header.dateOfInjury)],
    ['Date of UR Decision:', american(header.urDecisionDate)],
    ['Application Received:', american(header.applicationReceived)],
  ])
  for (const [i, s] of services.entries()) {
    set.paragraph(
      `${i + 1}) MAXIMUS Federal Services, Inc. has determined the request for ${s.request} ${verdictOf(s)} medically necessary and appropriate.`,
    )
  }
  set.heading('INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE')
  set.paragraph(
    `An application for Independent Medical Review was filed on ${spoken(header.applicationReceived)} disputing the Utilization Review Denial dated ${spoken(header.urDecisionDate)}. A Notice of Assignment and Request for Information was provided to the above parties on ${spoken(header.dateAssigned)}. A decision has been made for each of the treatment and/or services that were in dispute:`,
  )
  set.heading('Medical Qualifications of the Expert Reviewer:')
  set.paragraph(
    `The independent Medical Doctor who made the decision has no affiliation with the employer, employee, providers or the claims administrator. The physician reviewer is Board Certified in ${reviewer.specialties.join(' and ')} and is licensed to practice in ${reviewer.licensedStates.join(' and ')}.`,
  )
  set.heading('Case Summary:')
  set.paragraph(letter.summary)
  for (const [i, s] of services.entries()) {
    set.paragraph(`${i + 1}) Regarding the request for ${s.request}:`, set.fonts.bold)
    set.paragraph(
      'Medical Treatment Guideline(s) Relied Upon by the Expert Reviewer to Make His/Her Decision:',
      set.fonts.bold,
    )
    set.paragraph(`${s.claims} ${s.guideline}`)
    set.paragraph('Rationale for the Decision:', set.fonts.bold)
    set.paragraph(s.rationale)
  }
}

const verdictOf = ({ outcome }: Service) => (outcome === 'upheld' ? 'is not' : 'is')

/** The professional review of 2013: one request, whose outcome is in the heading of its rationale. */
export function setReview({ header, reviewer, summary, services }: SampleLetter, set: Setter): void {
  const [service] = services
  if (!service || services.length > 1) throw new Error('a professional review of 2013 decides one service')
  set.letterhead()
  set.heading('MEDICAL PROFESSIONAL REVIEW')
  labelled(set, [
    ['Date of Determination:', american(header.decisionDate)],
    ['IMR Case Number:', header.caseNumber ?? ''],
    ['Date of Injury:', american(header.dateOfInjury)],
    ['Date of UR Decision:', american(header.urDecisionDate)],
    ['Application Received:', american(header.applicationReceived)],
    ['Date Assigned:', american(header.dateAssigned)],
  ])
  set.heading('ISSUE AT DISPUTE')
  set.paragraph(service.request)
  set.heading('CASE SUMMARY')
  set.paragraph(summary)
  set.heading('DOCUMENTS REVIEWED FOR DETERMINATION')
  for (const row of documents(header)) set.row(row, LEFT, set.fonts.body)
  set.space(LEADING)
  set.paragraph('MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY', set.fonts.bold)
  set.paragraph(service.claims)
  set.paragraph(service.guideline)
  const was = service.outcome === 'upheld' ? 'WAS NOT' : 'WAS'
  set.paragraph(`RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE ${was} MEDICALLY NECESSARY`, set.fonts.bold)
  set.paragraph(service.rationale)
  set.heading('MEDICAL REVIEWER QUALIFICATIONS')
  set.paragraph(
    `The reviewer is Board Certified in ${reviewer.specialties.join(' and ')} and is licensed to practice in ${reviewer.licensedStates.join(' and ')}.`,
  )
}

/** Late 2013: sections as later letters have them, but every decision a sentence and its reasons sentences without labels. */
export function setDecisions({ header, reviewer, summary, services }: SampleLetter, set: Setter): void {
  set.letterhead()
  set.heading('INDEPENDENT MEDICAL REVIEW')
  labelled(set, [
    ['IMR Case Number:', header.caseNumber ?? ''],
    ['Date Assigned:', american(header.dateAssigned)],
    ['Date of Injury:', american(header.dateOfInjury)],
    ['Decision Date:', american(header.decisionDate)],
    ['UR Denial Date:', american(header.urDecisionDate)],
    ['Application Received:', american(header.applicationReceived)],
    ['Priority:', header.priority === 'expedited' ? 'Expedited' : 'Standard'],
  ])
  set.heading('HOW THE IMR FINAL DETERMINATION WAS MADE')
  set.paragraph(
    `The complete case file was sent to a physician reviewer, who has no affiliation with the employer, employee, providers or the claims administrator. The physician reviewer is Board Certified in ${reviewer.specialties.join(' and ')} and is licensed to practice in ${reviewer.licensedStates.join(' and ')}.`,
  )
  set.heading('DOCUMENTS REVIEWED')
  for (const row of documents(header)) set.row(row, LEFT, set.fonts.body)
  set.space(LEADING)
  set.heading('CLINICAL CASE SUMMARY')
  set.paragraph(summary)
  set.heading('IMR DECISION(S) AND RATIONALE(S)')
  set.paragraph('The Final Determination was based on decisions for the disputed items/services set forth below:')
  for (const [i, service] of services.entries()) {
    set.paragraph(
      `${i + 1}. ${service.request} ${verdictOf(service)} medically necessary and appropriate.`,
      set.fonts.bold,
    )
    set.paragraph(service.claims)
    set.paragraph(service.guideline)
    set.paragraph(`The Physician Reviewer\u2019s decision rationale: ${service.rationale}`)
  }
}

const documents = ({ applicationReceived, urDecisionDate }: SampleLetter['header']) => [
  `Application of ${spoken(applicationReceived)}`,
  `Utilization review of ${spoken(urDecisionDate)}`,
  'Medical records from the treating physician',
]
