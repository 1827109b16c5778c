import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type OcrEngine, OcrFailure, type OcrImage, type OcrSettings } from './engine.ts'

const wordSchema = z
  .object({
    text: z.string(),
    box: z.tuple([z.number(), z.number(), z.number(), z.number()]).readonly(),
    confidence: z.number().min(0).max(1),
  })
  .strict()
  .readonly()

/** What an engine answered, by the hash of image and settings. Plain JSON: it can be kept in a file and checked in. */
export const recordingSchema = z
  .object({
    engine: z.string(),
    version: z.string(),
    model: z.string(),
    hasSecondModel: z.boolean(),
    readings: z.record(z.string(), z.array(wordSchema).readonly()),
  })
  .strict()
  .readonly()
export type Recording = z.infer<typeof recordingSchema>

function keyOf(image: OcrImage, { psm, thresholding = 'otsu', model }: OcrSettings): string {
  return createHash('sha256')
    .update(`${psm} ${thresholding} ${model ?? 'first'} ${image.dpi}\n`)
    .update(image.data)
    .digest('hex')
}

/** An engine that gives recorded answers at once, under the recorded engine's name. An image it has not seen is refused. */
export function replayEngine(recording: Recording, options: { readonly jobs?: number } = {}): OcrEngine {
  let closed = false
  return {
    name: recording.engine,
    version: recording.version,
    model: async () => recording.model,
    concurrency: options.jobs ?? 1,
    hasSecondModel: recording.hasSecondModel,
    recognize: async (image, settings, signal) => {
      if (closed) throw new OcrFailure('the OCR engine is closed')
      signal?.throwIfAborted()
      const words = recording.readings[keyOf(image, settings)]
      if (!words) throw new OcrFailure('this image was never recorded: record it again with the current reader')
      return { words }
    },
    prepare: () => undefined,
    checkRoom: () => undefined,
    close: async () => {
      closed = true
    },
  }
}

/** Passes everything to `engine` and keeps what it answers. */
export function recordingEngine(engine: OcrEngine): {
  readonly engine: OcrEngine
  readonly recording: () => Promise<Recording>
} {
  const readings = new Map<string, Recording['readings'][string]>()
  return {
    engine: {
      ...engine,
      recognize: async (image, settings, signal) => {
        const result = await engine.recognize(image, settings, signal)
        readings.set(keyOf(image, settings), result.words)
        return result
      },
    },
    // Sorted, so that the same readings give the same file whatever order they came in.
    recording: async () => ({
      engine: engine.name,
      version: engine.version,
      model: await engine.model(),
      hasSecondModel: engine.hasSecondModel,
      readings: Object.fromEntries([...readings].sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  }
}
