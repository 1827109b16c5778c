import type { SampleLetter } from './letter.ts'
import { LEFT, type Setter, spoken } from './setter.ts'

/** A fax cover of the sender's own. */
export function setCover(set: Setter): void {
  set.space(120)
  set.heading('FACSIMILE TRANSMITTAL')
  set.paragraph('To: Claims Intake')
  set.paragraph('Three determinations follow, a sheet between them. If one is missing, call the sending office.')
}

/** The page that a mailed determination comes under: addresses, what was decided, rights, who has a copy. Names are blanked. */
export function setLetterOfNotice({ header, services }: SampleLetter, set: Setter): void {
  set.letterhead()
  set.row('INDEPENDENT MEDICAL REVIEW', LEFT, set.fonts.bold)
  set.row('P.O. Box 990000', LEFT, set.fonts.body)
  set.row('Sampleton, CA 90000', LEFT, set.fonts.body)
  set.space(14)
  set.paragraph(spoken(header.decisionDate))
  for (const row of ['~', '~ Example Street', 'Sampleton, CA 90001'])
    set.row(row.replaceAll('~', ' '), LEFT, set.fonts.body)
  set.space(14)
  set.row(`IMR Case Number: ${header.caseNumber ?? ''}`, LEFT, set.fonts.body)
  set.row('Claim Number:', LEFT, set.fonts.body)
  set.paragraph(`Date of Injury: ${spoken(header.dateOfInjury)}`)
  set.paragraph('Dear ~ :')
  const counts = (['upheld', 'overturned'] as const).map((o) => services.filter((s) => s.outcome === o).length)
  set.paragraph(
    `We have finished the independent review of the treatment that your physician asked for. Of the disputed items ${counts[0]} stay denied (upheld) and ${counts[1]} must be authorized (overturned). The Final Determination is enclosed and says why.`,
  )
  set.paragraph(
    'This determination is deemed to be that of the Administrative Director of the Division of Workers\u2019 Compensation. It may be appealed within 30 days from the day on which this letter was mailed, on the grounds that the Labor Code names.',
  )
  set.paragraph('Sincerely,')
  set.paragraph('Medical Director')
  set.paragraph('cc: ~ , claims administrator; ~ , attorney; ~ , requesting physician')
}

/** The sheet that says when and to whom a letter was mailed. */
export function setProofOfService({ header }: SampleLetter, set: Setter): void {
  set.heading('PROOF OF SERVICE BY MAIL')
  set.paragraph(`Re: IMR Case Number ${header.caseNumber ?? ''}`)
  set.paragraph(
    `I am over the age of eighteen and not a party to this matter. On ${spoken(header.decisionDate)} I placed the enclosed determination in a sealed envelope with postage prepaid, addressed to each person on the list above, in the mail at Sampleton, California.`,
  )
  set.paragraph('I declare under penalty of perjury that this is true and correct.')
  set.paragraph('Signed: ~')
}
