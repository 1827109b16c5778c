import type { CaseRecord, Field, Proposal, Service } from '../model/index.ts'
import { columnsOf, painter, printable, wrap } from './terminal.ts'

const INDENT = '  '
/** Width of the labels below a proposal. */
const LABEL = 9

/** Records as text that a person reads: one block a letter, its services below it. `known`: not read again in this run. */
export function letterTable(
  record: CaseRecord,
  options: { readonly stream: NodeJS.WriteStream; readonly known: boolean },
): string {
  const paint = painter(options.stream)
  const width = columnsOf(options.stream)
  const { document, header, patient } = record
  const [first, last] = document.pageRange
  const pages = first === 0 ? '' : first === last ? `page ${first}` : `pages ${first}-${last}`
  const known = options.known ? paint('dim', 'known, not read again') : ''
  const head = [paint('bold', printable(document.fileName)), pages, kindOf(record), known].filter(Boolean).join(' · ')
  const lines = ['', head]
  const fact = (label: string, text: string, style?: Parameters<typeof paint>[0]) => {
    const [one = '', ...more] = wrap(text, width - 16)
    const shown = style ? paint(style, one) : one
    lines.push(
      `${INDENT}${label.padEnd(13)} ${shown}`,
      ...more.map((l) => `${INDENT}${' '.repeat(14)}${style ? paint(style, l) : l}`),
    )
  }
  if (record.status === 'failed') {
    for (const issue of record.issues) fact('failed', issue.message, 'red')
    return `${lines.join('\n')}\n`
  }
  fact(
    'case',
    [
      say(header.caseNumber),
      `injury ${say(header.dateOfInjury)}`,
      `UR ${say(header.urDecisionDate)}`,
      `decided ${say(header.decisionDate)}`,
    ].join(' · '),
  )
  fact(
    'patient',
    `${patient.age.value ?? 'age not stated'}${patient.age.value === null ? '' : ' years'}, ${patient.sex.value ?? 'sex not stated'}`,
  )
  fact('diagnoses', record.diagnoses.map((d) => d.text.value ?? '').join(' · ') || 'none found')
  for (const service of record.services) lines.push(...serviceLines(service, record.proposals, width, paint))
  if (record.services.length === 0) fact('services', 'none found', 'yellow')
  for (const issue of record.issues.filter((i) => i.severity === 'error')) {
    fact('error', `${issue.message}${issue.page === null ? '' : ` (page ${issue.page})`}`, 'red')
  }
  if (record.review.state === 'needs-review') {
    const reasons = record.review.reasons.slice(0, 3).join('; ')
    const more = record.review.reasons.length > 3 ? `; and ${record.review.reasons.length - 3} more` : ''
    fact('to review', `${reasons}${more}`, 'yellow')
  } else fact('review', record.review.state, 'green')
  return `${lines.join('\n')}\n`
}

function serviceLines(
  service: Service,
  proposals: readonly Proposal[],
  width: number,
  paint: ReturnType<typeof painter>,
): readonly string[] {
  const proposal = proposals.find((p) => p.sequence === service.sequence)
  const [one = '(not read)', ...more] = wrap(service.request.value ?? '', width - 8)
  const lines = [
    `${INDENT}${String(service.sequence).padStart(2)}  ${paint('bold', one)}`,
    ...more.map((l) => `${INDENT}    ${paint('bold', l)}`),
  ]
  const asked = [
    service.category.value ?? 'category not found',
    service.frequency.reading,
    service.frequency.openEnded ? 'open-ended' : '',
    service.frequency.status === 'ambiguous' ? 'can be read another way' : '',
  ]
  lines.push(...wrap(asked.filter(Boolean).join(' · '), width - 8).map((l) => `${INDENT}    ${paint('dim', l)}`))
  const outcome = service.outcome.value
  const decided =
    outcome === null ? paint('yellow', 'outcome not found') : paint(outcome === 'upheld' ? 'red' : 'green', outcome)
  lines.push(`${INDENT}    letter: ${decided} · proposal: ${proposal ? proposalText(proposal) : 'none'}`)
  if (proposal)
    for (const [label, text] of reasons(proposal)) {
      const [first = '', ...rest] = wrap(text, width - 8 - LABEL)
      lines.push(paint('dim', `${INDENT}    ${label.padEnd(LABEL)}${first}`))
      lines.push(...rest.map((l) => paint('dim', `${INDENT}    ${' '.repeat(LABEL)}${l}`)))
    }
  return lines
}

function proposalText({ proposal, support }: Proposal): string {
  return `${proposal === 'physician-review' ? 'for a physician to decide' : proposal} (support ${support.toFixed(2)})`
}

/** Why a proposal is what it is, and by which guideline, as labelled texts. */
function reasons({ limit, missing, guideline }: Proposal): readonly (readonly [label: string, text: string])[] {
  const span = ([from, to]: readonly [number, number]) => (from === to ? `${from}` : `${from}-${to}`)
  const found: [string, string][] = []
  if (limit) found.push(['limit', `${span(limit.requested)} ${limit.unit} requested, ${span(limit.allowed)} allowed`])
  if (missing.length > 0) {
    const more = missing.length > 3 ? `; and ${missing.length - 3} more` : ''
    found.push(['missing', `${missing.slice(0, 3).join('; ')}${more}`])
  }
  if (guideline) found.push(['by', guideline.citation])
  return found
}

function kindOf({ document, outcome, status }: CaseRecord): string {
  if (status === 'failed') return status
  const kind = document.kind === 'imr-determination' ? '' : document.kind
  return [kind, outcome ?? '', status === 'complete' ? '' : status].filter(Boolean).join(' · ')
}

function say(field: Field<string>): string {
  return field.value ?? 'not stated'
}
