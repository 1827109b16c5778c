import { PDFDocument } from '@cantoo/pdf-lib'
import { setDecisions, setNotice, setReview } from './forms-2013.ts'
import type { Sample, SampleLetter } from './letter.ts'
import { setCover, setLetterOfNotice, setProofOfService } from './mail.ts'
import { american, embedFonts, HEIGHT, LEFT, Setter, WIDTH } from './setter.ts'

const BOILERPLATE = {
  opening:
    'MAXIMUS Federal Services sent the complete case file to an expert reviewer. He/she has no affiliation with the employer, employee, providers or the claims administrator.',
  practice:
    'He/she has been in active clinical practice for more than five years and is currently working at least 24 hours a week in active practice. The expert reviewer was selected based on his/her clinical experience, education, background, and expertise in the same or similar specialties that evaluate and/or treat the medical condition and disputed items/services. He/she is familiar with governing laws and regulations, including the strength of evidence hierarchy that applies to Independent Medical Review determinations.',
  summary:
    'The expert reviewer developed the following clinical case summary based on a review of the case file, including all medical records:',
  decisions: 'The Final Determination was based on decisions for the disputed items/services set forth below:',
} as const

/** Sets a sample's letters as a born-digital PDF. The same source gives the same bytes. */
export async function typeset(sample: Sample): Promise<Uint8Array> {
  const pdf = await PDFDocument.create({ updateMetadata: false })
  const fonts = await embedFonts(pdf)
  const sheet = () => new Setter(pdf, fonts)
  for (const letter of sample.letters) {
    if (letter === 'blank') pdf.addPage([WIDTH, HEIGHT])
    else if (letter === 'cover') setCover(sheet())
    else {
      if (letter.mailed) setLetterOfNotice(letter, sheet())
      forms[letter.layout](letter, sheet())
      if (letter.mailed) setProofOfService(letter, sheet())
    }
  }
  return pdf.save({ useObjectStreams: false })
}

const forms: Readonly<Record<SampleLetter['layout'], (letter: SampleLetter, set: Setter) => void>> = {
  header: setLetter,
  early: setLetter,
  plain: setLetter,
  notice: setNotice,
  review: setReview,
  decisions: setDecisions,
}

function setLetter(letter: SampleLetter, set: Setter): void {
  const { header, reviewer } = letter
  if (letter.layout !== 'plain') {
    set.letterhead()
    set.table([
      ['Case Number:', header.caseNumber ?? '', '', ''],
      ['Date Assigned:', american(header.dateAssigned), 'Date of Injury:', american(header.dateOfInjury)],
      ['Decision Date:', american(header.decisionDate), 'UR Denial Date:', american(header.urDecisionDate)],
      [
        'Priority:',
        header.priority === 'expedited' ? 'Expedited' : 'Standard',
        'Application\nReceived:',
        american(header.applicationReceived),
      ],
    ])
  }
  set.heading('HOW THE IMR FINAL DETERMINATION WAS MADE')
  if (letter.layout === 'header') {
    set.paragraph(`${BOILERPLATE.opening} ${BOILERPLATE.practice}`)
    set.row('The Expert Reviewer has the following credentials:', LEFT, set.fonts.body)
    set.row(`State(s) of Licensure: ${reviewer.licensedStates.join(', ')}`, LEFT, set.fonts.body)
    set.paragraph(`Certification(s)/Specialty: ${reviewer.specialties.join(', ')}`)
  } else {
    const [first, second] = reviewer.specialties
    const certified = `The expert reviewer is Board Certified in ${first}${second ? `, has a subspecialty in ${second}` : ''} and is licensed to practice in ${reviewer.licensedStates.join(' and ')}.`
    set.paragraph(`${BOILERPLATE.opening} ${certified} ${BOILERPLATE.practice}`)
  }
  set.heading('CLINICAL CASE SUMMARY')
  set.paragraph(BOILERPLATE.summary)
  set.paragraph(letter.summary)
  set.heading('IMR ISSUES, DECISIONS AND RATIONALES')
  set.paragraph(BOILERPLATE.decisions)
  for (const service of letter.services) {
    set.paragraph(`${headingOf(service)}: ${service.outcome === 'upheld' ? 'Upheld' : 'Overturned'}`)
    set.paragraph(`Claims Administrator guideline: ${service.claims}`)
    set.paragraph(`MAXIMUS guideline: ${service.guideline}`)
    set.paragraph(`Decision rationale: ${service.rationale}`)
  }
}

function headingOf({ request, original, authorized }: SampleLetter['services'][number]): string {
  if (!original || !authorized) return request
  return `${original} was the original request. ${authorized} was authorized by the Claims Administrator. The remaining IMR eligible portion of the original request, ${request} is`
}
