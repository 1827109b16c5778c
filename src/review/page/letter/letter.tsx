import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { LetterId } from '../../../model/index.ts'
import { Help, KeyBar } from '../help.tsx'
import { imageNow } from '../images.tsx'
import { shown } from '../values.ts'
import type { Desk } from './desk.tsx'
import { Asked } from './dialogs.tsx'
import { FieldList } from './field-list.tsx'
import { desk as inHand, nameOf, open } from './flow.tsx'
import { type Asking, type CommandId, keysOf, letterKeys, perform, worksNow } from './keys.tsx'
import { PageView } from './page-view.tsx'

export function Letter({ id }: { readonly id: string }) {
  useEffect(() => {
    if (inHand.value?.id !== id) open(id as LetterId)
  }, [id])
  const desk = inHand.value
  return desk && desk.id === id ? (
    <OnDesk key={desk.id} desk={desk} />
  ) : (
    <p class="waiting muted" role="status">
      The letter is on its way …
    </p>
  )
}

function OnDesk({ desk }: { readonly desk: Desk }) {
  const asking = useSignal<Asking | null>(null)
  const keys = useMemo(() => keysOf(desk, (what) => (asking.value = what)), [desk])
  useEffect(() => {
    const down = letterKeys(desk, (what) => (asking.value = what))
    addEventListener('keydown', down)
    return () => removeEventListener('keydown', down)
  }, [desk])
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent) => {
      if (desk.unsaved.value > 0) event.preventDefault()
    }
    addEventListener('beforeunload', stay)
    return () => removeEventListener('beforeunload', stay)
  }, [desk])
  useEffect(() => {
    performance.mark('imr:letter')
  }, [desk])
  const close = () => {
    asking.value = null
    document.querySelector<HTMLElement>('.row.here')?.focus({ preventScroll: true })
  }
  return (
    <main class="letter" aria-label="Letter">
      <Head desk={desk} />
      <PageStrip desk={desk} />
      <PageView desk={desk} />
      <FieldList desk={desk} onKeyDown={keys.down} onKeyUp={keys.up} />
      <KeyBar
        commands={worksNow(desk)}
        perform={(id) => perform(id as CommandId, desk, null, (what) => (asking.value = what))}
      />
      {asking.value === 'help' && <Help screen="letter" onClose={close} />}
      {asking.value !== null && asking.value !== 'help' && <Asked what={asking.value} desk={desk} onClose={close} />}
      {desk.conflict.value && <Conflict desk={desk} />}
    </main>
  )
}

function Head({ desk }: { readonly desk: Desk }) {
  const { record, deadlines, comments, state, reason } = desk.view.value
  const due = deadlines.find((d) => d.met === null || d.met === false)
  const left = desk.left.value
  return (
    <header class="letter-head">
      <h1>{nameOf(desk)}</h1>
      {nameOf(desk) !== record.document.fileName && <span class="muted file">{record.document.fileName}</span>}
      {state !== 'open' && (
        <span class="tag">
          {state}
          {reason ? `: ${reason}` : ''}
        </span>
      )}
      {desk.isReadOnly.value && <span class="tag">read only: {desk.isReadOnly.value}</span>}
      {comments.length > 0 && (
        <span class="tag" title={comments.map((c) => `${c.by}: ${c.text}`).join('\n')}>
          {comments.length === 1 ? '1 comment' : `${comments.length} comments`}
        </span>
      )}
      <a href={`#/history/${desk.id}`}>History</a>
      <a href={`#/cut/${desk.sha}`}>Cut</a>
      <span class="space" />
      {desk.unsaved.value > 0 && <span class="muted">saving …</span>}
      {due && (
        <span class="due" title={due.rule}>
          {due.what}: by {shown(due.date, 'date')}
        </span>
      )}
      <span class={`left ${left === 0 ? 'none' : ''}`} role="status">
        {left === 0 ? 'All checked: Enter finishes' : `${left} to check`}
      </span>
    </header>
  )
}

function PageStrip({ desk }: { readonly desk: Desk }) {
  const [first, last] = desk.view.value.record.document.pageRange
  const pages = first === 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const doubtful = new Set(desk.rows.value.filter((r) => r.isDoubtful).flatMap((r) => r.evidence.map((e) => e.page)))
  return (
    <nav class="page-strip" aria-label="Pages">
      {pages.map((page) => {
        const image = Math.abs(page - desk.page.value) <= 6 ? imageNow(desk.sha, page, 'small') : null
        return (
          <button
            type="button"
            key={page}
            tabIndex={-1}
            aria-label={`Page ${page}${doubtful.has(page) ? ', something to check' : ''}`}
            aria-current={page === desk.page.value ? 'page' : undefined}
            onClick={() => {
              desk.turnTo(page)
              desk.look.value = 'page'
            }}
          >
            {image ? <img src={image.url} alt="" /> : <span class="blank" />}
            <span class={doubtful.has(page) ? 'number doubtful' : 'number'}>{page}</span>
          </button>
        )
      })}
    </nav>
  )
}

function Conflict({ desk }: { readonly desk: Desk }) {
  const conflict = desk.conflict.value
  if (!conflict) return null
  return (
    <div class="conflict" role="alert">
      <p>
        <strong>Not written.</strong> {conflict.text}
      </p>
      {conflict.changes.length > 0 && (
        <ul>
          {conflict.changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      )}
      <p class="muted">This is the letter as it is now. What you were typing is still in its field.</p>
      <button type="button" onClick={() => (desk.conflict.value = null)}>
        Go on
      </button>
    </div>
  )
}
