import { PDFDocument, type PDFFont, type PDFPage, rgb, StandardFonts } from '@cantoo/pdf-lib'
import type { Sample, SampleLetter } from './letter.ts'

/** Letter paper and its margins, in points. */
const WIDTH = 612
const HEIGHT = 792
const LEFT = 72
const RIGHT = 540
const TOP = 716
const BOTTOM = 72
const SIZE = 12
const LEADING = 13.8

const BOILERPLATE = {
  opening:
    'MAXIMUS Federal Services sent the complete case file to an expert reviewer. He/she has no affiliation with the employer, employee, providers or the claims administrator.',
  practice:
    'He/she has been in active clinical practice for more than five years and is currently working at least 24 hours a week in active practice. The expert reviewer was selected based on his/her clinical experience, education, background, and expertise in the same or similar specialties that evaluate and/or treat the medical condition and disputed items/services. He/she is familiar with governing laws and regulations, including the strength of evidence hierarchy that applies to Independent Medical Review determinations.',
  summary:
    'The expert reviewer developed the following clinical case summary based on a review of the case file, including all medical records:',
  decisions: 'The Final Determination was based on decisions for the disputed items/services set forth below:',
} as const

const american = (date: string | undefined) => (date ? `${date.slice(5, 7)}/${date.slice(8)}/${date.slice(0, 4)}` : '')
const spoken = (date: string | undefined) => {
  const months = [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ]
  return date ? `${months[Number(date.slice(5, 7)) - 1]} ${Number(date.slice(8))}, ${date.slice(0, 4)}` : ''
}

/** Sets a sample's letters as a born-digital PDF. The same source gives the same bytes. */
export async function typeset(sample: Sample): Promise<Uint8Array> {
  const pdf = await PDFDocument.create({ updateMetadata: false })
  const fonts = {
    body: await pdf.embedFont(StandardFonts.TimesRoman),
    bold: await pdf.embedFont(StandardFonts.TimesRomanBold),
    sans: await pdf.embedFont(StandardFonts.Helvetica),
    sansBold: await pdf.embedFont(StandardFonts.HelveticaBold),
  }
  for (const letter of sample.letters) {
    if (letter === 'blank') pdf.addPage([WIDTH, HEIGHT])
    else if (letter === 'cover') setCover(new Setter(pdf, fonts))
    else if (letter.layout === 'notice') setNotice(letter, new Setter(pdf, fonts))
    else setLetter(letter, new Setter(pdf, fonts))
  }
  return pdf.save({ useObjectStreams: false })
}

type Fonts = { readonly body: PDFFont; readonly bold: PDFFont; readonly sans: PDFFont; readonly sansBold: PDFFont }

/** Sets rows of text from the top of a page to its bottom, and goes on to the next. */
class Setter {
  readonly fonts: Fonts
  readonly #pdf: PDFDocument
  #page: PDFPage
  #y = TOP

  constructor(pdf: PDFDocument, fonts: Fonts) {
    this.#pdf = pdf
    this.fonts = fonts
    this.#page = pdf.addPage([WIDTH, HEIGHT])
  }

  /** A mark of nobody's where letters have a letterhead. */
  letterhead(): void {
    const ink = rgb(0.35, 0.4, 0.5)
    this.#page.drawCircle({ x: 462, y: 745, size: 9, borderWidth: 2, borderColor: ink })
    this.#page.drawLine({ start: { x: 458, y: 745 }, end: { x: 466, y: 745 }, thickness: 2, color: ink })
    this.#page.drawText('SPECIMEN', { x: 478, y: 744, size: 12, font: this.fonts.sans, color: ink })
    this.#page.drawText('Review of Treatment', { x: 478, y: 735, size: 6.5, font: this.fonts.sans })
  }

  paragraph(text: string, font: PDFFont = this.fonts.body): void {
    for (const row of rowsOf(text, font)) this.row(row, LEFT, font)
    this.space(LEADING)
  }

  heading(text: string): void {
    const width = this.fonts.bold.widthOfTextAtSize(text, SIZE)
    this.row(text, (WIDTH - width) / 2, this.fonts.bold)
    this.space(4)
  }

  row(text: string, x: number, font: PDFFont, size = SIZE): void {
    if (this.#y < BOTTOM) {
      this.#page = this.#pdf.addPage([WIDTH, HEIGHT])
      this.#y = TOP
    }
    this.#page.drawText(text, { x, y: this.#y, size, font })
    this.#y -= LEADING
  }

  space(points: number): void {
    this.#y -= points
  }

  /** Cells side by side with borders, labels on grey: `[label, value, label, value]` a row; a label may have two rows. */
  table(rows: readonly (readonly string[])[]): void {
    const edges = [66, 162, 300, 392, 546]
    for (const cells of rows) {
      const high = cells.some((c) => c.includes('\n')) ? 27 : 14
      for (const [i, cell] of cells.entries()) {
        const [x, next] = [edges[i] ?? 0, edges[i + 1] ?? 0]
        const label = i % 2 === 0
        const box = {
          x,
          y: this.#y - high + 10,
          width: next - x,
          height: high,
          borderWidth: 0.7,
          borderColor: rgb(0, 0, 0),
        }
        this.#page.drawRectangle(label ? { ...box, color: rgb(0.9, 0.9, 0.9) } : box)
        for (const [line, text] of cell.split('\n').entries()) {
          this.#page.drawText(text, {
            x: x + 5,
            y: this.#y - 1 - line * 12.5,
            size: 11,
            font: label ? this.fonts.sansBold : this.fonts.sans,
          })
        }
      }
      this.#y -= high
    }
    this.space(18)
  }
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

function setNotice(letter: SampleLetter, set: Setter): void {
  const { header, reviewer, services } = letter
  set.heading('NOTICE OF INDEPENDENT MEDICAL REVIEW DETERMINATION')
  for (const [label, value] of [
    ['Dated:', american(header.decisionDate)],
    ['IMR Case Number:', header.caseNumber ?? ''],
    ['Date of Injury:', american(header.dateOfInjury)],
    ['Date of UR Decision:', american(header.urDecisionDate)],
    ['Application Received:', american(header.applicationReceived)],
  ] as const) {
    set.row(label, LEFT, set.fonts.bold)
    set.space(-LEADING)
    set.row(value, 220, set.fonts.body)
  }
  set.space(LEADING)
  const verdict = (s: SampleLetter['services'][number]) => (s.outcome === 'upheld' ? 'is not' : 'is')
  for (const [i, s] of services.entries()) {
    set.paragraph(
      `${i + 1}) MAXIMUS Federal Services, Inc. has determined the request for ${s.request} ${verdict(s)} medically necessary and appropriate.`,
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

function setCover(set: Setter): void {
  set.space(120)
  set.heading('FACSIMILE TRANSMITTAL')
  set.paragraph('To: Claims Intake')
  set.paragraph('Three determinations follow, a sheet between them. If one is missing, call the sending office.')
}

/** As wide as a short name. */
const HOLE = ' '.repeat(6)

/** Breaks a text into rows. Two spaces after a sentence stay two; `~` becomes a hole. */
function rowsOf(text: string, font: PDFFont): readonly string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text
    .trim()
    .replace(/\s*\n\s*/g, ' ')
    .split(' ')) {
    const piece = word === '~' ? HOLE : word
    const longer = row === '' ? piece : `${row} ${piece}`
    if (row !== '' && font.widthOfTextAtSize(longer, SIZE) > RIGHT - LEFT) {
      rows.push(row.trimEnd())
      row = piece
    } else row = longer
  }
  return row === '' ? rows : [...rows, row]
}
