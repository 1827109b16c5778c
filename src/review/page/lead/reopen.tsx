import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { call } from '../api.tsx'
import { FormDialog } from '../dialog.tsx'
import { type ListedLetter, nameOf } from '../listed.ts'
import { tell } from '../state.tsx'

type Given = {
  readonly letter: ListedLetter
  readonly onClose: () => void
  readonly onDone: () => unknown
}

/** Opens a letter again that was finished, rejected or held, with the reason. */
export function Reopen({ letter, onClose, onDone }: Given) {
  const reason = useSignal('')
  return (
    <FormDialog
      title={`Open ${nameOf(letter)} again`}
      act="Open it again"
      onClose={onClose}
      submit={async () => {
        const body = { reason: reason.value.trim() }
        await call('POST', `/cases/${letter.letterId}/reopen`, { body, revision: letter.revision })
        tell(`${nameOf(letter)} is open again.`)
        await onDone()
      }}
    >
      <p class="muted">
        It is {letter.state}
        {letter.reason === null ? '.' : `: ${letter.reason}`} What was decided in it stays.
      </p>
      <label>
        Why
        <textarea
          rows={2}
          required
          autofocus
          maxLength={2000}
          value={reason}
          onInput={(e) => (reason.value = e.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}

/** Answers the question that a letter is held with: as a comment, for whoever sees it next, and it is open again. */
export function AnswerHold({ letter, onClose, onDone }: Given) {
  const answer = useSignal('')
  // Sent again after half of it was refused, the comment is the same one.
  const key = useMemo(() => crypto.randomUUID(), [])
  return (
    <FormDialog
      title={`Answer: ${nameOf(letter)}`}
      act="Answer, and let it go on"
      onClose={onClose}
      submit={async () => {
        const text = answer.value.trim()
        await call('POST', `/cases/${letter.letterId}/comments`, { body: { text }, key })
        const body = { reason: 'answered' }
        await call('POST', `/cases/${letter.letterId}/reopen`, { body, revision: letter.revision })
        tell(`${nameOf(letter)} is open again, with your answer as a comment.`)
        await onDone()
      }}
    >
      <p>{letter.reason}</p>
      <label>
        The answer
        <textarea
          rows={3}
          required
          autofocus
          maxLength={4000}
          value={answer}
          onInput={(e) => (answer.value = e.currentTarget.value)}
        />
      </label>
    </FormDialog>
  )
}
