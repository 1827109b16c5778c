import { describe, expect, it } from 'vitest'
import { assertionAt } from '../../src/language/assertion.ts'
import { placesOf, plain } from '../../src/language/matching/phrase-pattern.ts'

describe('what a sentence says of a finding', () => {
  it.each([
    ['numbness', 'She reports numbness in the left foot.', 'asserted'],
    ['numbness', 'She denies numbness.', 'denied'],
    ['weakness', 'He denied any radiation of pain, tingling, numbness, or weakness.', 'denied'],
    ['spasm', 'There was tenderness without spasm.', 'denied'],
    ['tenderness', 'No swelling was seen, but tenderness was marked.', 'asserted'],
    ['decreased sensation', 'There is no foot drop, decreased sensation at L5.', 'asserted'],
    ['gastritis', 'Gastritis was ruled out.', 'denied'],
    ['locking', 'Locking was not noted.', 'denied'],
    ['fracture', 'Radiographs are planned to rule out fracture.', 'planned'],
    ['surgery', 'The surgeon recommends surgery.', 'planned'],
    ['pain', 'There was no change in the pain.', 'asserted'],
    ['spasm', 'No numbness is reported; spasm is present.', 'asserted'],
    ['spasm', 'Spasm: none.', 'denied'],
    ['lift', 'Next month he may lift crates again.', 'planned'],
    ['lift', 'Since May lift trucks have been used.', 'asserted'],
    ['ulcer', 'Famotidine is taken to prevent an ulcer.', 'planned'],
    ['reflux', 'Famotidine, for reflux prophylaxis.', 'planned'],
    ['codeine', 'The worker is allergic to codeine.', 'unknown'],
    ['codeine', 'She has been tapered off codeine.', 'historical'],
    ['clicking', 'Clicking of the joint was not reproduced.', 'denied'],
    ['clicking', 'Clicking was not reproduced.', 'denied'],
    ['spasm', 'Tenderness (+), spasm (-).', 'denied'],
    ['gastritis', 'The gastritis has resolved.', 'denied'],
    ['numbness', 'Numbness was there in spring and is now gone.', 'denied'],
    ['stroke', 'Her father had a stroke.', 'other-person'],
    ['asthma', 'There is no family history of asthma.', 'denied'],
    ['surgery', 'If there is a tear, surgery will be considered.', 'planned'],
    ['tear', 'A tear cannot be ruled out.', 'possible'],
    ['benefit', 'It is unclear whether the injection was of benefit.', 'unknown'],
    ['smoked', 'He formerly smoked.', 'historical'],
    ['weakness', 'She is not without weakness.', 'asserted'],
    ['effusion', 'There was no fracture, an effusion, and swelling.', 'asserted'],
    ['stiffness', 'He denies locking, giving way, and stiffness.', 'denied'],
    ['stiffness', 'There is pain without relief, and stiffness.', 'asserted'],
    ['improve', 'Therapy is meant to improve strength.', 'planned'],
    ['improve', 'He was able to improve his gait.', 'asserted'],
    ['relief', 'The injection failed to give relief.', 'denied'],
    ['radiculopathy', 'The examiner disagreed that there is radiculopathy.', 'denied'],
  ])('“%s” in “%s” is %s', (finding, sentence, expected) => {
    const text = plain(sentence)
    const [place] = placesOf(finding, text)
    expect(place).toBeDefined()
    if (place) expect(assertionAt(text, place)).toBe(expected)
  })

  it.each(['not ', 'never '])('with "%s" put before it is asserted no more', (denial) => {
    for (const finding of ['numbness', 'improvement', 'weakness of grip']) {
      const text = plain(`The record tells of ${denial}any ${finding}.`)
      expect(assertionAt(text, { start: text.indexOf(finding), end: text.indexOf(finding) + finding.length })).toBe(
        'denied',
      )
    }
  })
})
