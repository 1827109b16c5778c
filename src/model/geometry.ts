import { z } from 'zod'
import type { Box } from './box.ts'

const fraction = z.number().min(0).max(1)

/** Makes sure that what came from outside is a {@link Box}. */
export const boxSchema = z
  .tuple([fraction, fraction, fraction, fraction])
  .refine(([x0, y0, x1, y1]) => x1 >= x0 && y1 >= y0, { message: 'box must have left <= right and top <= bottom' })
  .readonly() satisfies z.ZodType<Box>
