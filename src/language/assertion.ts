import { z } from 'zod'
import data from './vocabulary/assertion.json' with { type: 'json' }

const phrases = z.array(z.string().min(2)).min(1).readonly()

/** Words by which a sentence denies, plans or reports what someone else decided. Unknown keys are refused. */
export const assertionWords = z
  .strictObject({
    /** Turn round what follows them (after NegEx, Chapman et al. 2001). */
    denialBefore: phrases,
    /** Turn round what stands before them. */
    denialAfter: phrases,
    /** Look like a denial and are none. */
    noDenial: phrases,
    /** End the reach of a denial or a plan. */
    endsDenial: phrases,
    /** Behind a comma or an `and`: a new finding, which an earlier denial does not reach. */
    newFinding: phrases,
    /** What follows is planned, asked for or supposed, not so. */
    planned: phrases,
    /** The sentence tells what was decided or asked for before, not what the patient has. */
    otherVoice: phrases,
    /** The sentence tells of a denial: what follows gives its reasons, up to the next sentence of a visit. */
    denialVoice: phrases,
    /** The sentence tells of a visit or an examination. */
    visit: phrases,
  })
  .parse(data)
