import { useEffect, useRef } from 'preact/hooks'
import type { Evidence } from '../../../model/index.ts'
import { Crop } from '../crop.tsx'
import { type Row, sectionOf } from '../rows.ts'
import { placeOf } from '../zoom.ts'
import type { Desk } from './desk.tsx'
import { Orphaned } from './orphaned.tsx'

/** The fields: what somebody has to check first, then everything else by section, folded. */
export function FieldList({
  desk,
  onKeyDown,
  onKeyUp,
}: {
  readonly desk: Desk
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onKeyUp: (event: KeyboardEvent) => void
}) {
  const rows = desk.rows.value
  const first = desk.toCheck.value
  const byPath = new Map(rows.map((r) => [r.path, r]))
  const sections = Map.groupBy(
    rows.filter((r) => !first.includes(r.path)),
    (r) => r.section,
  )
  const list = useRef<HTMLElement>(null)
  const [focus, mode] = [desk.focus.value, desk.mode.value]
  useEffect(() => {
    if (mode === 'editing') return
    const row = [...(list.current?.querySelectorAll<HTMLElement>('.row') ?? [])].find((r) => r.dataset.path === focus)
    const isElsewhere = document.activeElement?.closest('dialog, .cover, .page-strip')
    if (row && !isElsewhere) row.focus({ preventScroll: true })
    row?.scrollIntoView({ block: 'nearest' })
  }, [focus, mode])

  return (
    <section class="fields" aria-label="Fields" ref={list} onKeyDown={onKeyDown} onKeyUp={onKeyUp}>
      <Orphaned orphaned={desk.view.value.orphaned} />
      <h2>
        To check <span class="count">{desk.left.value === 0 ? 'all done' : `${desk.left.value} left`}</span>
      </h2>
      {first.length === 0 && <p class="muted nothing">Nothing on this letter is doubtful. Enter finishes it.</p>}
      {first.map((path) => {
        const row = byPath.get(path)
        return row && <FieldRow key={path} desk={desk} row={row} isFirst />
      })}
      {[...sections].map(([name, inside]) => (
        <details key={name} open={inside.some((r) => r.path === focus)}>
          <summary>
            {name} <span class="count">{summaryOf(inside)}</span>
          </summary>
          {inside.map((row) => (
            <FieldRow key={row.path} desk={desk} row={row} />
          ))}
        </details>
      ))}
    </section>
  )
}

const summaryOf = (rows: readonly Row[]) => {
  // What was made of another value says the same again: a diagnosis and its words in full.
  const texts = [...new Set(rows.map((r) => r.text))].filter((t) => t !== '')
  return texts.length === 0 ? 'not found' : texts.slice(0, 2).join(' · ')
}

const marks: Readonly<Record<Row['trust'], string>> = {
  sure: 'sure',
  check: 'check',
  'not found': 'not-found',
  accepted: 'good',
  corrected: 'good',
  redacted: 'good',
  removed: 'not-found',
}

function FieldRow({
  desk,
  row,
  isFirst = false,
}: {
  readonly desk: Desk
  readonly row: Row
  readonly isFirst?: boolean
}) {
  const isHere = desk.focus.value === row.path
  const draft = isHere && desk.draft.value?.path === row.path ? desk.draft.value : null
  const trust = row.isStale
    ? 'changed since'
    : row.isOtherwise
      ? 'read otherwise since it was finished'
      : row.isDoubtful && row.trust === 'not found'
        ? 'not found, check'
        : row.trust
  return (
    <fieldset
      class={`row ${isHere ? 'here' : ''} ${row.isDoubtful ? 'doubtful' : ''}`}
      tabIndex={isHere ? 0 : -1}
      data-path={row.path}
      aria-label={`${isFirst ? `${row.section}, ` : ''}${row.label}: ${row.text || 'nothing'}; ${trust}`}
      onFocus={() => desk.focus.value !== row.path && desk.goTo(row.path)}
    >
      <div class="head">
        <span class="label">
          {isFirst && <span class="section">{sectionOf(row.path)} · </span>}
          {row.label}
        </span>
        <span class={`trust ${row.isDoubtful ? 'check' : marks[row.trust]}`}>{trust}</span>
      </div>
      {draft ? (
        <Editor desk={desk} row={row} />
      ) : (
        <div class={`value ${row.text === '' ? 'none' : ''}`}>{row.text || '—'}</div>
      )}
      {(isFirst || isHere) && (
        <CropOf desk={desk} evidence={draft && draft.evidence.length > 0 ? draft.evidence : row.evidence} />
      )}
      {row.alternatives.length > 0 && (isFirst || isHere) && !draft && (
        <div class="alternatives">
          {row.alternatives.slice(0, 9).map((one, i) => (
            <button
              type="button"
              tabIndex={isHere ? 0 : -1}
              title={one.why}
              onClick={() => {
                desk.goTo(row.path)
                desk.alternative(i + 1)
              }}
            >
              <kbd>{i + 1}</kbd> {one.text || 'nothing'}
            </button>
          ))}
        </div>
      )}
    </fieldset>
  )
}

function Editor({ desk, row }: { readonly desk: Desk; readonly row: Row }) {
  const draft = desk.draft.value
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const isChosen = (draft?.evidence.length ?? 0) > 0
  useEffect(() => {
    const element = field.current
    if (!element) return
    element.focus({ preventScroll: true })
    if (isChosen || element.value === row.text) element.select()
  }, [isChosen])
  if (!draft) return null
  const given = {
    ref: field,
    value: draft.text,
    'aria-label': row.label,
    'aria-describedby': 'draft-problem',
    'aria-invalid': draft.problem !== null,
    onInput: (event: Event & { readonly currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      desk.type(event.currentTarget.value),
  }
  const isLong = row.kind.kind === 'text' && draft.text.length > 60
  return (
    <div class="editor">
      {isLong ? (
        <textarea rows={4} {...given} />
      ) : (
        <input list={row.kind.kind === 'choice' ? 'options' : undefined} {...given} />
      )}
      {row.kind.kind === 'choice' && (
        <datalist id="options">
          {row.kind.options.map((o) => (
            <option value={o.replaceAll('-', ' ')} />
          ))}
        </datalist>
      )}
      <button type="button" class="main take" onClick={() => desk.take()}>
        Take
      </button>
      <p class="problem" id="draft-problem" role="alert">
        {draft.problem}
      </p>
    </div>
  )
}

/** Pixels that a crop may have. */
const CROP = { width: 346, height: 30 }

/** What the page shows where a field begins. */
function CropOf({ desk, evidence }: { readonly desk: Desk; readonly evidence: readonly Evidence[] }) {
  const at = placeOf(evidence.slice(0, 1))
  return at && <Crop sha={desk.sha} page={at.page} box={at.box} most={CROP} />
}
